#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sluice/core/demand_window.hpp"
#include "sluice/stage/arrivals.hpp"
#include "sluice/stage/consumer.hpp"

namespace sluice::inline v0 {

/// A range over stages could not go on: a producer it depends on ended (genstage.md R14.10).
class RangeFailed : public std::runtime_error {
 public:
  explicit RangeFailed(Reason reason)
      : std::runtime_error("to_range: " + reason.to_string()), reason_(std::move(reason)) {}
  [[nodiscard]] const Reason& reason() const noexcept { return reason_; }

 private:
  Reason reason_;
};

/// The stage behind a StageRange: hands every message over to the thread that iterates.
template <class T>
class RangeSink final : public Consumer<T> {
 public:
  RangeSink(std::shared_ptr<Arrivals<T>> arrivals, std::vector<SubscribeTo<T>> producers)
      : arrivals_(std::move(arrivals)), producers_(std::move(producers)) {}
  ~RangeSink() override { arrivals_->end({}); }

  /// Cancels what is left; ends when all producers have confirmed.
  void leave() {
    leaving_ = true;
    for (const auto& [subscription, on_cancel] : open_) subscription.cancel();
    if (open_.empty()) this->stop();
  }

 private:
  Start handle_start() override {
    for (SubscribeTo<T>& one : producers_) {
      const OnCancel on_cancel = std::exchange(one.options.on_cancel, OnCancel::temporary);
      const HostPtr producer = one.to.resolve(this->host());
      if (!producer) {
        if (on_cancel != OnCancel::temporary) return fail(Reason::noproc());
        continue;
      }
      const Subscription subscription = this->subscribe_to(one.to, one.options, one.selector);
      open_.emplace_back(subscription, on_cancel);
      producer->post(make_errand([](Host& at) { at.outlet()->set_flow(DemandFlow::forward); }));
    }
    if (open_.empty()) return fail({});
    return Start::ok;
  }
  Start fail(Reason why) {
    arrivals_->end(std::move(why));
    return Start::ignore;
  }
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& from) override {
    from.ask(options.max_demand);
    return DemandMode::manual;
  }
  void handle_events(Events<T> events, const Subscription& from) override {
    if (!leaving_) arrivals_->add(std::move(events), from);
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    OnCancel on_cancel = OnCancel::temporary;
    std::erase_if(open_, [&](const auto& entry) {
      if (entry.first != from) return false;
      on_cancel = entry.second;
      return true;
    });
    const bool fails = !leaving_ && (on_cancel == OnCancel::permanent ||
                                     (on_cancel == OnCancel::transient && !cancellation.reason.polite()));
    if (fails) {
      arrivals_->fail(cancellation.reason);
      leave();
    } else if (open_.empty()) {
      this->stop();
    }
  }

  std::shared_ptr<Arrivals<T>> arrivals_;
  std::vector<SubscribeTo<T>> producers_;
  std::vector<std::pair<Subscription, OnCancel>> open_;
  bool leaving_ = false;
};

/// Events of stages as a single-pass input range; see to_range(). Move-only. Leaving early cancels and waits
/// until every producer has confirmed; what was asked for and not read is lost (R14.13).
template <class T>
class StageRange {
 public:
  StageRange(HostPtr sink, std::shared_ptr<Arrivals<T>> arrivals)
      : sink_(std::move(sink)), arrivals_(std::move(arrivals)) {}
  StageRange(StageRange&&) noexcept = default;
  StageRange& operator=(StageRange&&) = delete;
  ~StageRange() {
    if (sink_) leave();
  }

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(StageRange* range) noexcept : range_(range) {}
    Iterator(Iterator&&) noexcept = default;
    Iterator& operator=(Iterator&&) noexcept = default;
    [[nodiscard]] T& operator*() const noexcept { return range_->batch_.mine()[range_->at_]; }
    Iterator& operator++() {
      range_->advance();
      return *this;
    }
    void operator++(int) { range_->advance(); }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return it.at_end(); }

   private:
    [[nodiscard]] bool at_end() const noexcept { return range_->done_; }
    StageRange* range_;
  };

  /// Blocks until the first event is there. Throws RangeFailed.
  [[nodiscard]] Iterator begin() {
    advance();
    return Iterator(this);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
  /// The stage that takes the events.
  [[nodiscard]] AnyRef sink() const { return AnyRef(sink_); }

 private:
  void advance() {
    if (done_) return;
    if (!batch_.empty() && ++at_ < batch_.size()) return;
    at_ = 0;
    batch_ = {};
    if (ask_ != 0) from_.ask(std::exchange(ask_, 0));
    if (rest_.empty() && !next_message()) return;
    DemandWindow& window = window_of(from_);
    batch_ = rest_.take_front(static_cast<std::size_t>(window.chunk()));
    ask_ = window.settle(batch_.size(), allowed_).ask;
  }
  bool next_message() {
    auto arrival = arrivals_->next([this](Latch& latch) { static_cast<void>(sink_->await(latch, forever)); });
    if (!arrival) {
      done_ = true;
      if (const auto failure = arrivals_->failure()) throw RangeFailed(*failure);
      return false;
    }
    rest_ = std::move(arrival->events);
    from_ = std::move(arrival->from);
    allowed_ = window_of(from_).open();
    return true;
  }
  /// §5.1 for each subscription, with the asks sent when the reader comes back for more (R14.9).
  DemandWindow& window_of(const Subscription& from) {
    const auto [at, is_new] = windows_.try_emplace(from.id(), from.edge()->window);
    if (is_new) static_cast<void>(at->second.start());
    return at->second;
  }
  void leave() {
    const auto gone = std::make_shared<Latch>();
    arrivals_->on_end([gone] { gone->open(); });
    sink_->post(
        make_errand([](Host& at) { at.run([&at] { static_cast<RangeSink<T>&>(at.stage()).leave(); }); }));
    static_cast<void>(sink_->await(*gone, forever));
  }

  HostPtr sink_;
  std::shared_ptr<Arrivals<T>> arrivals_;
  std::map<SubscriptionId, DemandWindow> windows_;
  Events<T> rest_;
  Events<T> batch_;
  std::size_t at_ = 0;
  Subscription from_;
  Demand allowed_ = 0;  // of the message at hand
  Demand ask_ = 0;
  bool done_ = false;
};

}  // namespace sluice::inline v0
