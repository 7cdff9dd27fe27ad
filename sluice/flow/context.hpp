#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/core/ids.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/time.hpp"
#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// The stage around a layer's operators, as far as they need it. On the stage's turn only.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  [[nodiscard]] virtual Instant time() const = 0;
  /// One alarm after `delay`, heard of as LayerBody::alarm.
  virtual TimerId alarm_after(Duration delay) = 0;
  virtual TimerId alarm_every(Duration period) = 0;
  virtual void forget_alarm(TimerId alarm) = 0;
  virtual void write_log(Severity severity, std::string text) const = 0;
  /// Any 64 bits; they depend on the runtime's seed.
  virtual std::uint64_t draw() = 0;
  virtual void pause(SubscriptionId from) = 0;
  virtual void resume(SubscriptionId from) = 0;
};

/// What an operator may know of where it runs.
class Context {
 public:
  Context(Surroundings& around, std::size_t index, std::size_t count) noexcept
      : around_(&around), index_(index), count_(count) {}

  /// Which of the layer's stages this is: 0 … count()-1.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The window whose events are at hand.
  [[nodiscard]] const WindowId& window() const noexcept { return window_; }
  /// Where they come from. Not at a trigger or tick.
  [[nodiscard]] SubscriptionId from() const noexcept { return from_; }
  [[nodiscard]] Instant now() const { return around_->time(); }
  void log(Severity severity, std::string text) const { around_->write_log(severity, std::move(text)); }
  /// Any 64 bits, which depend on the runtime's seed. Not in open().
  [[nodiscard]] std::uint64_t draw() const { return around_->draw(); }
  /// The stage asks there for nothing more until resume(); what was asked for still comes.
  void pause(SubscriptionId from) const { around_->pause(from); }
  void resume(SubscriptionId from) const { around_->resume(from); }
  /// Operator::tick of all operators of this stage is called then, or earlier and again then.
  void wake_at(Instant when) {
    if (alarm_ && wake_ <= when) return;
    if (alarm_) around_->forget_alarm(alarm_);
    wake_ = when;
    const Instant at = now();
    alarm_ = around_->alarm_after(when > at ? when - at : Duration::zero());
  }

  // -- for the layer
  void enter(const WindowId& window) noexcept { window_ = window; }
  void enter(SubscriptionId from) noexcept { from_ = from; }
  /// Whether this is the alarm of wake_at; it is used up.
  [[nodiscard]] bool is_wake(TimerId alarm) noexcept {
    if (!alarm_ || alarm != alarm_) return false;
    alarm_ = {};
    return true;
  }
  [[nodiscard]] Surroundings& around() const noexcept { return *around_; }

 private:
  Surroundings* around_;
  std::size_t index_;
  std::size_t count_;
  WindowId window_ = {};
  SubscriptionId from_ = {};
  Instant wake_ = {};
  TimerId alarm_ = {};
};

}  // namespace sluice::inline v0::flow
