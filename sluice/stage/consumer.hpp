#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sluice/stage/intake.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

template <class T>
struct ConsumerOptions {
  /// Subscribed to in this order before start returns; an option out of range fails the start (D8).
  std::vector<SubscribeTo<T>> subscribe_to = {};
};

/// What a stage that takes events of type T can do about its subscriptions.
template <class T>
class Receiver : public EventCallbacks<T> {
 public:
  using Input = T;

 protected:
  explicit Receiver(std::vector<SubscribeTo<T>> initial)
      : made_(std::make_unique<Intake<T>>(*this, std::move(initial))),
        intake_(static_cast<Intake<T>*>(made_.get())) {}

  /// Subscribes this stage; takes effect when the callback returned. Throws OptionError, WrongType at once.
  Subscription subscribe_to(const Upstream<T>& to, SubscribeOptions options = {}, Selector<T> selector = {}) {
    return intake_->subscribe({to, std::move(options), std::move(selector)});
  }
  /// The same in place of `old` (R4.3).
  Subscription resubscribe(const Subscription& old, Reason why, const Upstream<T>& to,
                           SubscribeOptions options = {}, Selector<T> selector = {}) {
    return intake_->subscribe({to, std::move(options), std::move(selector)}, old, std::move(why));
  }

  std::unique_ptr<IntakeBase> take_made() noexcept { return std::move(made_); }

 private:
  std::unique_ptr<IntakeBase> made_;
  Intake<T>* intake_;
};

/// A stage that takes events. Derive, override handle_events.
template <class In>
class Consumer : public Stage, public Receiver<In> {
 protected:
  explicit Consumer(ConsumerOptions<In> options = {}) : Receiver<In>(std::move(options.subscribe_to)) {}

 private:
  std::unique_ptr<IntakeBase> take_intake() final { return this->take_made(); }
};

}  // namespace sluice::inline v0
