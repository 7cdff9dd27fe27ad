#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/pipeline/batching.hpp"
#include "sluice/pipeline/failure.hpp"
#include "sluice/pipeline/roster.hpp"
#include "sluice/pipeline/upstreams.hpp"
#include "sluice/stage/producer_consumer.hpp"

namespace sluice::inline v0::pipeline {

/// Makes batches of messages. A batch is one event; while those who handle them are busy, nothing more is
/// asked for (pipeline.md B6.9).
template <class T>
class BatcherStage final : public ProducerConsumer<Message<T>, Batch<T>> {
  using Base = ProducerConsumer<Message<T>, Batch<T>>;

 public:
  BatcherStage(Seat seat, BatchPlan<T> plan, std::function<void(Message<T>&)> on_failure,
               std::vector<SubscribeTo<Message<T>>> upstreams, DispatcherFor<Batch<T>> dispatcher)
      : Base({.subscribe_to = std::move(upstreams), .dispatcher = std::move(dispatcher)}),
        seat_(std::move(seat)),
        batching_(std::move(plan)),
        on_failure_(std::move(on_failure)) {}

  void write(Severity severity, std::string text) const { this->log(severity, std::move(text)); }

 private:
  Start handle_start() override {
    seat_.take(this->host());
    detail::end_with_upstreams(this->host());
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    ++producers_;
    return DemandMode::automatic;
  }
  void handle_cancel(const Cancellation& /*cancellation*/, const Subscription& from) override {
    if (from.consumer() == this->self() && --producers_ == 0) batching_.flush(emitter());
  }
  void handle_events(Events<Message<T>> messages, const Subscription& /*from*/) override {
    const std::span<Message<T>> list = messages.mine();
    batching_.add(list, this->now(), emitter());
    for (Message<T>& message : list) {
      if (!message.failed()) continue;
      detail::handle_failure(on_failure_, message, *this);
      message.settle(settlements_);
    }
    if (!settlements_.empty()) settlements_.tell();
    wait_for_the_oldest();
  }
  void handle_timer(TimerId /*timer*/) override {
    alarm_.reset();
    batching_.expire(this->now(), emitter());
    wait_for_the_oldest();
  }
  [[nodiscard]] bool has_work() const noexcept override { return batching_.waiting() != 0; }

  [[nodiscard]] auto emitter() {
    return [this](Batch<T>&& batch) { this->emit(std::move(batch)); };
  }
  /// One timer, at or before the oldest deadline.
  void wait_for_the_oldest() {
    const std::optional<Instant> next = batching_.next_deadline();
    if (!next || (alarm_ && *alarm_ <= *next)) return;
    alarm_ = *next;
    this->after(std::max(*next - this->now(), Duration(1)));
  }

  Seat seat_;
  Batching<T> batching_;
  std::function<void(Message<T>&)> on_failure_;
  Settlements settlements_;
  std::size_t producers_ = 0;
  std::optional<Instant> alarm_;
};

/// What the stages that handle batches do.
template <class T>
struct BatchWork {
  std::function<void(Batch<T>&)> handle;
  std::function<void(Message<T>&)> on_failure = {};
};

/// Handles batches, one at a time (pipeline.md §7). What throws fails all messages of the batch that are not
/// settled.
template <class T>
class BatchStage final : public Consumer<Batch<T>> {
 public:
  BatchStage(Seat seat, BatchWork<T> work, std::vector<SubscribeTo<Batch<T>>> upstreams)
      : Consumer<Batch<T>>({.subscribe_to = std::move(upstreams)}),
        seat_(std::move(seat)),
        work_(std::move(work)) {}

  void write(Severity severity, std::string text) const { this->log(severity, std::move(text)); }

 private:
  Start handle_start() override {
    seat_.take(this->host());
    detail::end_with_upstreams(this->host());
    return Start::ok;
  }
  void handle_events(Events<Batch<T>> batches, const Subscription& /*from*/) override {
    for (Batch<T>& batch : batches.mine()) handle(batch);
  }
  void handle(Batch<T>& batch) {
    try {
      work_.handle(batch);
    } catch (...) {
      const Reason why = Reason::of(std::current_exception());
      this->log(Severity::error,
                "a batch of " + std::to_string(batch.size()) + " failed: " + why.to_string());
      for (Message<T>& message : batch) message.fail_if_open(why);
    }
    for (Message<T>& message : batch)
      if (message.failed() && work_.on_failure) detail::show_failure(work_.on_failure, message, *this);
    for (Message<T>& message : batch) message.settle(settlements_);
    settlements_.tell();
  }

  Seat seat_;
  BatchWork<T> work_;
  Settlements settlements_;
};

}  // namespace sluice::inline v0::pipeline
