#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sluice/pipeline/failure.hpp"
#include "sluice/pipeline/processing.hpp"
#include "sluice/pipeline/roster.hpp"
#include "sluice/pipeline/settlements.hpp"
#include "sluice/pipeline/upstreams.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/stage/producer_consumer.hpp"

namespace sluice::inline v0::pipeline {

/// What the stages of one process step do; the same for all of them.
template <class In, class Out>
struct ProcessPlan {
  std::function<std::unique_ptr<Processing<In, Out>>()> processing;
  /// Before the messages that came together are processed; may be empty.
  std::function<void(std::span<Message<In>>)> prepare = {};
  /// For each message that failed, before its source hears of it; may be empty.
  std::function<void(Message<In>&)> on_failure = {};
  /// The batchers behind; empty: there are none.
  std::vector<std::string> batchers = {};
};

/// What befalls messages that came together (pipeline.md §5): they are prepared, processed one by one, and
/// those that failed are shown to the failure handler and told. Self is the stage; it has forward(message),
/// and write(severity, text).
template <class Self, class In, class Out>
class ProcessRun : private Onward<Out> {
 protected:
  explicit ProcessRun(ProcessPlan<In, Out> plan) : plan_(std::move(plan)), processing_(plan_.processing()) {}

  void process(std::span<Message<In>> messages) {
    if (plan_.prepare) prepare(messages);
    processing_->run(messages, *this);
    for (Message<In>& message : messages) {
      if (!message.failed()) continue;
      detail::handle_failure(plan_.on_failure, message, me());
      message.settle(settlements_);
    }
  }
  [[nodiscard]] Settlements& settlements() noexcept { return settlements_; }

 private:
  void prepare(std::span<Message<In>> messages) {
    try {
      plan_.prepare(messages);
    } catch (...) {
      const Reason why = Reason::of(std::current_exception());
      for (Message<In>& message : messages) message.fail_if_open(why);
    }
  }
  void admit(const MessageBase& message) const final { detail::admit(plan_.batchers, message.batcher()); }
  void take(Message<Out>&& message) final { me().forward(std::move(message)); }
  [[nodiscard]] Self& me() noexcept { return static_cast<Self&>(*this); }

  ProcessPlan<In, Out> plan_;
  std::unique_ptr<Processing<In, Out>> processing_;
  Settlements settlements_;
};

/// A stage of a step that others follow.
template <class In, class Out>
class ProcessStage final : public ProducerConsumer<Message<In>, Message<Out>>,
                           private ProcessRun<ProcessStage<In, Out>, In, Out> {
  using Base = ProducerConsumer<Message<In>, Message<Out>>;
  using Run = ProcessRun<ProcessStage, In, Out>;
  friend Run;

 public:
  ProcessStage(Seat seat, ProcessPlan<In, Out> plan, std::vector<SubscribeTo<Message<In>>> upstreams,
               DispatcherFor<Message<Out>> dispatcher)
      : Base({.subscribe_to = std::move(upstreams), .dispatcher = std::move(dispatcher)}),
        Run(std::move(plan)),
        seat_(std::move(seat)) {}

  void forward(Message<Out>&& message) { this->emit(std::move(message)); }
  void write(Severity severity, std::string text) const { this->log(severity, std::move(text)); }

 private:
  Start handle_start() override {
    seat_.take(this->host());
    detail::end_with_upstreams(this->host());
    return Start::ok;
  }
  void handle_events(Events<Message<In>> messages, const Subscription& /*from*/) override {
    Run::process(messages.mine());
    if (!Run::settlements().empty()) Run::settlements().tell();
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    detail::forget_if_finished(this->host(), cancellation, from);
  }

  Seat seat_;
};

/// A stage of the last step: what it does not fail is done.
template <class In, class Out>
class LastProcessStage final : public Consumer<Message<In>>,
                               private ProcessRun<LastProcessStage<In, Out>, In, Out> {
  using Base = Consumer<Message<In>>;
  using Run = ProcessRun<LastProcessStage, In, Out>;
  friend Run;

 public:
  LastProcessStage(Seat seat, ProcessPlan<In, Out> plan, std::vector<SubscribeTo<Message<In>>> upstreams)
      : Base({.subscribe_to = std::move(upstreams)}), Run(std::move(plan)), seat_(std::move(seat)) {}

  void forward(Message<Out>&& message) { done_.push_back(std::move(message)); }
  void write(Severity severity, std::string text) const { this->log(severity, std::move(text)); }

 private:
  Start handle_start() override {
    seat_.take(this->host());
    detail::end_with_upstreams(this->host());
    return Start::ok;
  }
  void handle_events(Events<Message<In>> messages, const Subscription& /*from*/) override {
    Run::process(messages.mine());
    for (Message<Out>& message : done_) message.settle(Run::settlements());
    Run::settlements().tell();
    done_.clear();
  }
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override {
    detail::forget_if_finished(this->host(), cancellation, from);
  }

  Seat seat_;
  std::vector<Message<Out>> done_;  // of this callback
};

}  // namespace sluice::inline v0::pipeline
