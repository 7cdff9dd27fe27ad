#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/feed.hpp"
#include "sluice/flow/operator.hpp"
#include "sluice/stage/from_range.hpp"
#include "sluice/stage/producer.hpp"

namespace sluice::inline v0::flow {

/// A stretch of a range that several stages read: the layer behind the source walks it in its own loop, so
/// that elements are neither written nor sent.
template <class R>
struct Slice {
  std::shared_ptr<const R> range;
  std::size_t first;
  std::size_t last;
};

/// What can be sliced: any element can be reached at once, and reading does not change the range.
template <class R>
concept Sliceable = std::ranges::random_access_range<const R> && std::ranges::sized_range<const R>;

/// First operator of a layer that is fed with slices: hands on the elements.
template <class R>
struct UnpackOperator : Operator {
  static constexpr Role role = Role::source;
  static void note(Notes& /*notes*/) {}
  template <class In>
  using Output = std::ranges::range_value_t<R>;

  template <class S, class Next>
  [[gnu::always_inline]] void push(S& /*state*/, Context& /*context*/, Slice<R>&& slice, const Next& next) {
    using T = std::ranges::range_value_t<R>;
    using Distance = std::ranges::range_difference_t<const R>;
    auto at = std::ranges::begin(*slice.range) + static_cast<Distance>(slice.first);
    for (std::size_t left = slice.last - slice.first; left != 0; --left, ++at) next(T(*at));
  }
};

/// Emits the slices of one range; ends after the last.
template <class R>
class SliceProducer final : public Producer<Slice<R>> {
 public:
  SliceProducer(R range, std::size_t size, DispatcherFor<Slice<R>> dispatcher)
      : Producer<Slice<R>>({.dispatcher = std::move(dispatcher), .demand = DemandFlow::accumulate}),
        range_(std::make_shared<const R>(std::move(range))),
        left_(std::ranges::size(*range_)),
        size_(size) {}

 private:
  void handle_demand(Demand n) override {
    if (exhausted_) return;
    for (; n != 0 && left_ != 0; --n) {
      const std::size_t count = std::min(size_, left_);
      this->emit({range_, next_, next_ + count});
      next_ += count;
      left_ -= count;
    }
    if (n == 0) return;
    exhausted_ = true;
    this->info([this] { this->stop(); });
  }
  void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    ++consumers_;
  }
  void handle_cancel(const Cancellation& /*cancellation*/, const Subscription& /*from*/) override {
    if (--consumers_ == 0) this->stop();
  }

  std::shared_ptr<const R> range_;
  std::size_t next_ = 0;
  std::size_t left_;
  std::size_t size_;
  std::size_t consumers_ = 0;
  bool exhausted_ = false;
};

/// Ranges as slices, each range a stage of its own.
template <class R>
class SlicedFeed final : public Feed<Slice<R>> {
  using T = std::ranges::range_value_t<R>;

 public:
  /// `options`: of the layer behind. `whole`: the same ranges element by element.
  SlicedFeed(std::vector<R> ranges, const LayerOptions& options, FeedPtr<T> whole)
      : ranges_(std::move(ranges)),
        batch_(batch_of(terms_of(options))),
        may_grow_(!options.max_demand && !options.min_demand),
        shutdown_(options.shutdown),
        whole_(std::move(whole)) {}

  [[nodiscard]] Upstreams<Slice<R>> build(Assembly& assembly, const Border<Slice<R>>& border) const override {
    using S = SliceProducer<R>;
    const std::string name = assembly.layer_name({});
    Upstreams<Slice<R>> made;
    for (const R& range : ranges_) {
      HostPtr stage = assembly.start<S>(
          name + "[" + std::to_string(made.size()) + "]",
          [&] { return std::make_unique<S>(range, slice_of(range), border.dispatcher()); }, shutdown_);
      assembly.add_source(stage, Begin::when_told);
      made.emplace_back(std::move(stage));
    }
    return made;
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<Slice<R>>& /*border*/) const override {
    return plan.add_source("ranges, read in slices", ranges_.size());
  }
  /// One slice is a batch, and as many are under way as the elements asked for make.
  [[nodiscard]] SubscribeOptions terms(SubscribeOptions wanted) const override {
    wanted.max_demand = std::max<Demand>(1, wanted.max_demand / batch_of(wanted));
    wanted.min_demand = wanted.max_demand - 1;
    return wanted;
  }
  [[nodiscard]] const FeedPtr<T>& whole() const noexcept { return whole_; }

 private:
  [[nodiscard]] static Demand batch_of(const SubscribeOptions& terms) {
    return terms.max_demand - min_demand_of(terms);
  }
  /// Elements a slice. Slices of a long range are longer, unless the user has said how much is asked for:
  /// nothing is stored for them, and there are enough for all stages.
  [[nodiscard]] std::size_t slice_of(const R& range) const {
    constexpr std::size_t longest = 16'384;
    constexpr std::size_t enough = 128;
    const auto batch = static_cast<std::size_t>(batch_);
    return may_grow_ ? std::max(batch, std::min<std::size_t>(longest, std::ranges::size(range) / enough))
                     : batch;
  }

  std::vector<R> ranges_;
  Demand batch_;
  bool may_grow_;
  Duration shutdown_;
  FeedPtr<T> whole_;
};

/// A layer in which nothing is done to the slices yet: what is below it reads the elements from the source.
template <class R>
class LayerFeed<Slice<R>, UnpackOperator<R>> final : public Feed<std::ranges::range_value_t<R>> {
  using T = std::ranges::range_value_t<R>;

 public:
  LayerFeed(const LayerSpec<Slice<R>>& spec, const std::tuple<UnpackOperator<R>>& /*ops*/)
      : elements_(LayerSpec<T>{.feed = static_cast<const SlicedFeed<R>&>(*spec.feed).whole(),
                               .options = spec.options}) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& border) const override {
    return elements_.build(assembly, border);
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& border) const override {
    return elements_.outline(plan, border);
  }
  [[nodiscard]] Plan::Emitters outline_stages(Plan& plan, const Border<T>& border) const override {
    return elements_.outline_stages(plan, border);
  }
  [[nodiscard]] Upstreams<T> build_stages(Assembly& assembly, const Border<T>& border) const override {
    return elements_.build_stages(assembly, border);
  }
  void build_end(Assembly& assembly) const { elements_.build_end(assembly); }

 private:
  LayerFeed<T> elements_;
};

}  // namespace sluice::inline v0::flow
