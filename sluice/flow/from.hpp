#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/flow.hpp"
#include "sluice/flow/sliced.hpp"
#include "sluice/stage/from_range.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// Each range a stage of its own (flow.md §2, F2.6).
template <class R>
class RangeFeed final : public Feed<std::ranges::range_value_t<R>> {
  using T = std::ranges::range_value_t<R>;

 public:
  RangeFeed(std::vector<R> ranges, Duration shutdown) : ranges_(std::move(ranges)), shutdown_(shutdown) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& border) const override {
    using S = RangeProducer<R>;
    const std::string name = assembly.layer_name({});
    Upstreams<T> made;
    for (const R& range : ranges_) {
      HostPtr stage = assembly.start<S>(
          name + "[" + std::to_string(made.size()) + "]",
          [&] {
            return std::make_unique<S>(range, RangeOptions<T>{.dispatcher = border.dispatcher(),
                                                              .buffer = {.size = unlimited},
                                                              .demand = DemandFlow::accumulate,
                                                              .on_last_cancel = OnLastCancel::stop});
          },
          shutdown_);
      assembly.add_source(stage, Begin::when_told);
      made.emplace_back(std::move(stage));
    }
    return made;
  }

  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& /*border*/) const override {
    return plan.add_source("ranges", ranges_.size());
  }

 private:
  std::vector<R> ranges_;
  Duration shutdown_;
};

template <class T>
[[nodiscard]] Flow<T> from_feed(FeedPtr<T> feed, LayerOptions options) {
  check(options);
  return Flow<T>(LayerSpec<T>{.feed = std::move(feed), .options = std::move(options)});
}

}  // namespace detail

/// The events of several ranges, each read by a stage of its own. The ranges are copied for every execution;
/// give std::ref for one that cannot be, then the flow can run once at a time. Throws OptionError for an
/// empty list.
template <std::ranges::input_range R>
[[nodiscard]] auto from_ranges(std::vector<R> ranges, LayerOptions options = {}) {
  using T = std::ranges::range_value_t<R>;
  static_assert(
      std::copy_constructible<R>,
      "sluice: a flow copies its source for every execution; give std::ref(range) for one that only moves");
  if (ranges.empty()) throw OptionError("ranges", "must be at least one, got an empty list");
  check(options);
  const auto whole = std::make_shared<const detail::RangeFeed<R>>(ranges, options.shutdown);
  if constexpr (Sliceable<R>) {
    auto sliced = std::make_shared<const SlicedFeed<R>>(std::move(ranges), options, whole);
    return Flow<Slice<R>, UnpackOperator<R>>({.feed = std::move(sliced), .options = std::move(options)});
  } else {
    return detail::from_feed<T>(whole, std::move(options));
  }
}

/// The events of a range. `flow::from(std::vector{1, 2, 3})`, `flow::from(std::views::iota(0, 1000))`
template <class R>
  requires(std::ranges::input_range<std::remove_cvref_t<R>> && !IsFlow<R>)
[[nodiscard]] auto from(R&& range, LayerOptions options = {}) {
  std::vector<std::remove_cvref_t<R>> ranges;
  ranges.push_back(std::forward<R>(range));
  return from_ranges(std::move(ranges), std::move(options));
}
template <std::ranges::input_range R>
[[nodiscard]] auto from(std::reference_wrapper<R> range, LayerOptions options = {}) {
  return from(RangeRef<R>{&range.get()}, std::move(options));
}
template <IsFlow F>
auto from(F&& flow, LayerOptions = {}) {
  static_assert(!IsFlow<F>, "sluice: this is a flow already; put partition, shuffle or merge behind it");
  return std::forward<F>(flow);
}

}  // namespace sluice::inline v0::flow
