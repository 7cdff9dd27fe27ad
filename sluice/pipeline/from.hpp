#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/pipeline/draft.hpp"
#include "sluice/pipeline/gate.hpp"
#include "sluice/stage/producer.hpp"

namespace sluice::inline v0::pipeline {

/// What the sources of a range share: one that is started anew goes on where the one before stopped.
template <class T>
struct RangeElements {
  std::vector<T> all;
  std::shared_ptr<Acknowledger> acknowledger;
  std::atomic<std::size_t> next{0};
};

/// Emits copies of elements as messages, and ends normally behind the last.
template <class T>
class RangeSource final : public Producer<Message<T>> {
 public:
  explicit RangeSource(std::shared_ptr<RangeElements<T>> elements) : elements_(std::move(elements)) {}

 private:
  void handle_demand(Demand n) override {
    const std::size_t size = elements_->all.size();
    const std::size_t first = elements_->next.fetch_add(n);
    for (std::size_t i = first; i < std::min<std::size_t>(size, first + n); ++i)
      this->emit(Message<T>(T(elements_->all[i]), elements_->acknowledger, i));
    if (first + n >= size) this->info([this] { this->stop(); });
  }

  std::shared_ptr<RangeElements<T>> elements_;
};

/// Emits nothing by itself.
template <class T>
class PushSource final : public Producer<Message<T>> {
  void handle_demand(Demand /*n*/) override {}
};

namespace detail {

template <class M>
struct DataOf;
template <class T>
struct DataOf<Message<T>> {
  using type = T;
};

/// What the messages of a source hold.
template <class S>
using SourceData = typename DataOf<typename S::Output>::type;

template <class S>
concept MessageSource = std::derived_from<S, Stage> && requires { typename SourceData<S>; };

template <class T>
[[nodiscard]] Draft<T, T> draft_from(std::function<std::unique_ptr<Stage>(std::size_t)> make,
                                     const std::type_info& type, SourceOptions options) {
  check(options);
  Draft<T, T> draft{.done = {}, .newest = {}, .steps = 0, .resubscribe_after = options.resubscribe_after};
  Layer source{
      .role = Role::source, .name = "source", .stages = options.concurrency, .thread = options.thread};
  source.make = [make = std::move(make)](const Place& place) { return make(place.seat.index); };
  source.type = &type;
  draft.newest = [source = std::move(source), options](Blueprint& blueprint, const Outward<T>& outward) {
    blueprint.layers.push_back(source);
    blueprint.rate_limit = options.rate_limit;
    if (outward.dispatcher || options.rate_limit) blueprint.layers.push_back(gate_layer<T>(options, outward));
  };
  return draft;
}

}  // namespace detail

/// Messages of a producer of class S, which emits Message<T>; `args` are copied for each of its stages and
/// each start: `from<Orders>({.concurrency = 2}, "orders.db")`. A source that crashes is started anew; one
/// that ends politely has finished.
template <class S, class... Args>
[[nodiscard]] auto from(SourceOptions options, Args&&... args) {
  static_assert(detail::MessageSource<S>,
                "sluice: a source derives from Producer<pipeline::Message<T>> or ProducerConsumer<…>");
  auto make = [kept = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
                  std::size_t /*index*/) -> std::unique_ptr<Stage> {
    return std::apply([](const auto&... each) { return std::make_unique<S>(std::decay_t<Args>(each)...); },
                      kept);
  };
  return detail::draft_from<detail::SourceData<S>>(std::move(make), typeid(S), options);
}

/// The same from `make(index)`, which returns a std::unique_ptr to a source for each of its stages.
template <class F>
  requires std::invocable<F&, std::size_t>
[[nodiscard]] auto from(F make, SourceOptions options = {}) {
  using S = typename std::invoke_result_t<F&, std::size_t>::element_type;
  static_assert(detail::MessageSource<S>,
                "sluice: a source derives from Producer<pipeline::Message<T>> or ProducerConsumer<…>");
  return detail::draft_from<detail::SourceData<S>>(
      [make = std::move(make)](std::size_t index) mutable -> std::unique_ptr<Stage> { return make(index); },
      typeid(S), options);
}

/// Messages that PipelineHandle::push brings, and nothing else: for tests, and for those who have no
/// producer.
template <class T>
[[nodiscard]] Draft<T, T> from_pushes(SourceOptions options = {}) {
  auto make = [](std::size_t /*index*/) -> std::unique_ptr<Stage> {
    return std::make_unique<PushSource<T>>();
  };
  return detail::draft_from<T>(std::move(make), typeid(PushSource<T>), options);
}

/// The elements of a range, copied in, as messages; `acknowledger` knows them by their positions. The
/// pipeline is done when all are settled.
template <std::ranges::input_range R>
  requires(!std::invocable<R&, std::size_t>)
[[nodiscard]] auto from(R&& range, SourceOptions options = {},
                        std::shared_ptr<Acknowledger> acknowledger = {}) {
  using T = std::ranges::range_value_t<R>;
  auto elements = std::make_shared<RangeElements<T>>();
  for (auto&& element : range) elements->all.push_back(std::forward<decltype(element)>(element));
  elements->acknowledger = std::move(acknowledger);
  auto make = [elements](std::size_t /*index*/) -> std::unique_ptr<Stage> {
    return std::make_unique<RangeSource<T>>(elements);
  };
  return detail::draft_from<T>(std::move(make), typeid(RangeSource<T>), options);
}

}  // namespace sluice::inline v0::pipeline
