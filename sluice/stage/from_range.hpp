#pragma once

#include <functional>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include "sluice/stage/producer.hpp"
#include "sluice/stage/recipe.hpp"

namespace sluice::inline v0 {

/// What a range's stage does when its last consumer leaves (genstage.md R14.5).
enum class OnLastCancel : unsigned char { carry_on, stop };

template <class T>
struct RangeOptions {
  DispatcherFor<T> dispatcher = {};
  BufferOptions buffer = {};
  DemandFlow demand = DemandFlow::forward;
  OnLastCancel on_last_cancel = OnLastCancel::carry_on;
};

/// See from_range().
template <std::ranges::input_range V>
class RangeProducer final : public Producer<std::ranges::range_value_t<V>> {
  using T = std::ranges::range_value_t<V>;

 public:
  RangeProducer(V range, RangeOptions<T> options)
      : Producer<T>({std::move(options.dispatcher), options.buffer, options.demand}),
        range_(std::move(range)),
        on_last_cancel_(options.on_last_cancel) {}

 private:
  void handle_demand(Demand n) override {
    if (exhausted_) return;
    if (!next_) next_ = std::make_unique<std::ranges::iterator_t<V>>(std::ranges::begin(range_));
    for (; n != 0 && *next_ != std::ranges::end(range_); --n, ++*next_) this->emit(T(**next_));
    if (n == 0) return;  // R14.2: the end is noticed when more is asked for than is left
    exhausted_ = true;
    this->info([this] { this->stop(); });
  }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    ++consumers_;
  }
  void handle_cancel(const Cancellation& /*cancellation*/, const Subscription& /*from*/) override {
    if (--consumers_ == 0 && on_last_cancel_ == OnLastCancel::stop) this->stop();
  }

  V range_;
  std::unique_ptr<std::ranges::iterator_t<V>> next_;  // set by the first demand: begin() may already do work
  std::size_t consumers_ = 0;
  OnLastCancel on_last_cancel_;
  bool exhausted_ = false;
};

/// A range that somebody else owns.
template <std::ranges::input_range R>
struct RangeRef {
  R* range;
  [[nodiscard]] auto begin() const { return std::ranges::begin(*range); }
  [[nodiscard]] auto end() const { return std::ranges::end(*range); }
};

/// A producer of the elements of a range, pulled as they are asked for; ends normally after the last one was
/// handed out, so consumers that shall outlive it subscribe as transient (R14.4). The range is moved or
/// copied in; to keep a view of an lvalue pass `std::ref(range)`.
template <std::ranges::input_range R>
auto from_range(R&& range, RangeOptions<std::ranges::range_value_t<R>> options = {}) {
  using V = std::remove_cvref_t<R>;
  using S = RangeProducer<V>;
  return StageRecipe<S>{[range = V(std::forward<R>(range)), options = std::move(options)]() mutable {
    return std::make_unique<S>(std::move(range), std::move(options));
  }};
}
template <std::ranges::input_range R>
auto from_range(std::reference_wrapper<R> range, RangeOptions<std::ranges::range_value_t<R>> options = {}) {
  return from_range(RangeRef<R>{&range.get()}, std::move(options));
}

}  // namespace sluice::inline v0
