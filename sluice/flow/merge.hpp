#pragma once

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/flow/from.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Several flows as one source: each is materialised with the same border (flow.md F5.5).
template <class T>
class MergedFeed final : public Feed<T> {
 public:
  explicit MergedFeed(std::vector<FeedPtr<T>> feeds) : feeds_(std::move(feeds)) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& border) const override {
    Upstreams<T> made;
    for (const FeedPtr<T>& feed : feeds_) {
      for (Upstream<T>& one : feed->build(assembly, border)) made.push_back(std::move(one));
    }
    return made;
  }

  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& border) const override {
    Plan::Emitters all;
    for (const FeedPtr<T>& feed : feeds_) {
      const Plan::Emitters one = feed->outline(plan, border);
      all.nodes.insert(all.nodes.end(), one.nodes.begin(), one.nodes.end());
      all.stages += one.stages;
    }
    return all;
  }

 private:
  std::vector<FeedPtr<T>> feeds_;
};

}  // namespace detail

/// The events of several flows in one. What comes behind it (partition, shuffle …) reads from all their last
/// stages; `merge({.stages = 2}, a, b)` says how many stages operators right behind it have.
template <IsFlow First, IsFlow... Rest>
[[nodiscard]] auto merge(LayerOptions options, const First& first, const Rest&... rest) {
  using T = typename First::Output;
  static_assert((std::same_as<T, typename Rest::Output> && ...),
                "sluice: flows that are merged emit one type of events");
  std::vector<FeedPtr<T>> feeds{first.feed(), rest.feed()...};
  return detail::from_feed<T>(std::make_shared<const detail::MergedFeed<T>>(std::move(feeds)),
                              std::move(options));
}
template <IsFlow First, IsFlow... Rest>
[[nodiscard]] auto merge(const First& first, const Rest&... rest) {
  return merge(LayerOptions{}, first, rest...);
}
/// Throws OptionError for an empty list.
template <IsFlow F>
[[nodiscard]] auto merge(const std::vector<F>& flows, LayerOptions options = {}) {
  using T = typename F::Output;
  if (flows.empty()) throw OptionError("flows", "must be at least one, got an empty list");
  std::vector<FeedPtr<T>> feeds;
  for (const F& flow : flows) feeds.push_back(flow.feed());
  return detail::from_feed<T>(std::make_shared<const detail::MergedFeed<T>>(std::move(feeds)),
                              std::move(options));
}

}  // namespace sluice::inline v0::flow
