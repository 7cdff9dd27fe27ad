#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/pipeline/draft.hpp"
#include "sluice/pipeline/rate_gate.hpp"
#include "sluice/pipeline/rate_window.hpp"
#include "sluice/pipeline/upstreams.hpp"
#include "sluice/stage/producer_consumer.hpp"

namespace sluice::inline v0::pipeline {

/// Stands between all sources and the first step: lets through as many messages as the rate limit allows, and
/// asks the sources for no more than that; divides them where the step is partitioned.
///
/// 1. A source is asked for no more than the interval still allows, less what is held, and for `most` at
/// most.
/// 2. Messages leave in the order in which they came.
template <class T>
class GateStage final : public ProducerConsumer<Message<T>, Message<T>>, public RateGate {
  using Base = ProducerConsumer<Message<T>, Message<T>>;

 public:
  GateStage(Seat seat, std::optional<RateLimit> limit, std::vector<SubscribeTo<Message<T>>> upstreams,
            DispatcherFor<Message<T>> dispatcher)
      : Base({.subscribe_to = std::move(upstreams), .dispatcher = std::move(dispatcher)}),
        seat_(std::move(seat)),
        limit_(limit) {}

  // -- RateGate
  void change_rate_limit(RateLimit limit) override { window_->change(limit); }
  void reset_rate_limit() override {
    window_->reset(this->now());
    release();
  }

  /// Messages that a source is asked for, at most.
  static constexpr std::size_t most = 1000;

 private:
  struct Source {
    Subscription from;
    std::size_t asked = 0;
  };

  Start handle_start() override {
    seat_.take(this->host());
    detail::end_with_upstreams(this->host());
    if (limit_) window_.emplace(*limit_, this->now());
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& from) override {
    if (!window_) return DemandMode::automatic;
    sources_.push_back({from});
    ask();
    return DemandMode::manual;
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    detail::forget_if_finished(this->host(), cancellation, from);
    std::erase_if(sources_, [&](const Source& source) { return source.from == from; });
    if (window_) ask();
  }
  void handle_events(Events<Message<T>> messages, const Subscription& from) override {
    if (!window_) {
      this->emit_all(std::move(messages));
      return;
    }
    for (Source& source : sources_)
      if (source.from == from) source.asked -= std::min(source.asked, messages.size());
    for (Message<T>& message : messages.mine()) held_.push_back(std::move(message));
    release();
  }
  void handle_timer(TimerId /*timer*/) override {
    alarm_ = false;
    release();
  }
  [[nodiscard]] bool has_work() const noexcept override { return !held_.empty(); }

  void release() {
    for (std::size_t n = window_->take(held_.size(), this->now()); n != 0; --n) {
      this->emit(std::move(held_.front()));
      held_.pop_front();
    }
    ask();
  }
  /// Each source may be the only one that has something, so each is asked for all that is still allowed.
  void ask() {
    const std::size_t allowed = std::min(window_->left(this->now()), most);
    for (Source& source : sources_) {
      const std::size_t outstanding = held_.size() + source.asked;
      if (outstanding >= allowed) continue;
      source.from.ask(allowed - outstanding);
      source.asked += allowed - outstanding;
    }
    if ((window_->left(this->now()) == 0 || !held_.empty()) && !alarm_) {
      alarm_ = true;
      this->after(std::max(window_->next(this->now()) - this->now(), Duration(1)));
    }
  }

  Seat seat_;
  std::optional<RateLimit> limit_;
  std::optional<RateWindow> window_;
  std::vector<Source> sources_;
  std::deque<Message<T>> held_;
  bool alarm_ = false;
};

namespace detail {

/// A gate behind the first layer of a blueprint.
template <class T>
[[nodiscard]] Layer gate_layer(const SourceOptions& options, const Outward<T>& outward) {
  Layer layer{.role = Role::gate, .name = "gate", .stages = 1, .type = &typeid(GateStage<T>), .above = 0};
  layer.make = [options, outward](const Place& place) -> std::unique_ptr<Stage> {
    return std::make_unique<GateStage<T>>(
        place.seat, options.rate_limit,
        subscribe_to_all<Message<T>>(place.above,
                                     source_terms(GateStage<T>::most, {}, options.resubscribe_after)),
        outward.dispatcher ? outward.dispatcher(place) : DispatcherFor<Message<T>>());
  };
  return layer;
}

}  // namespace detail
}  // namespace sluice::inline v0::pipeline
