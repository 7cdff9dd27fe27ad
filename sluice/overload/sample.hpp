#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "sluice/core/time.hpp"
#include "sluice/overload/loss.hpp"

namespace sluice::inline v0::overload {

/// A length of time by which events are thinned out.
struct SampleOptions {
  /// Positive.
  Duration period = std::chrono::seconds(1);
};
/// Throws OptionError naming the field, the bound and the value.
void check(const SampleOptions& options);

/// One event that waits for its time, and the count of those whose place it took. The common part of
/// SampleLast and Debounce. pushed() = popped() + waiting() + losses().total().
template <class T>
class OneWaiting {
 public:
  /// When pop() gives something; nullopt: nothing waits.
  [[nodiscard]] std::optional<Instant> due() const noexcept {
    return event_ ? std::optional<Instant>(due_) : std::nullopt;
  }
  /// The event, once it is due.
  [[nodiscard]] std::optional<T> pop(Instant now) {
    if (!event_ || now < due_) return std::nullopt;
    return flush();
  }
  /// The event, due or not: at the end of the stream.
  [[nodiscard]] std::optional<T> flush() {
    if (event_) ++popped_;
    return std::exchange(event_, std::nullopt);
  }
  [[nodiscard]] std::uint64_t waiting() const noexcept { return event_ ? 1 : 0; }
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  [[nodiscard]] std::uint64_t popped() const noexcept { return popped_; }
  [[nodiscard]] const LossCounts& losses() const noexcept { return losses_; }

 protected:
  template <class OnDiscard>
  void put(T&& event, Instant due, OnDiscard& on_discard) {
    ++pushed_;
    std::optional<T> old = std::exchange(event_, std::optional<T>(std::move(event)));
    due_ = due;
    if (!old) return;
    losses_.add(Loss::replaced);
    on_discard(std::move(*old), Loss::replaced);
  }

 private:
  std::optional<T> event_;
  Instant due_ = {};
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  LossCounts losses_;
};

/// The last event of each period. A period begins with the first event that comes when none waits, so that
/// one event goes out a period after it came, or a newer one in its place. Thread rule: one thread at a time.
template <class T>
class SampleLast : public OneWaiting<T> {
 public:
  /// Throws OptionError.
  explicit SampleLast(const SampleOptions& options) : period_(options.period) { check(options); }
  /// on_discard(T&&, Loss::replaced) gets the event whose place is taken.
  template <class OnDiscard>
  void push(Instant now, T&& event, OnDiscard&& on_discard) {
    this->put(std::move(event), this->due().value_or(after(now, period_)), on_discard);
  }

 private:
  Duration period_;
};

/// An event goes out when nothing has followed it for a period: the end of each flurry. Under a stream
/// without pauses nothing goes out. Thread rule: one thread at a time.
template <class T>
class Debounce : public OneWaiting<T> {
 public:
  /// Throws OptionError.
  explicit Debounce(const SampleOptions& options) : period_(options.period) { check(options); }
  /// on_discard(T&&, Loss::replaced) gets the event whose place is taken.
  template <class OnDiscard>
  void push(Instant now, T&& event, OnDiscard&& on_discard) {
    this->put(std::move(event), after(now, period_), on_discard);
  }

 private:
  Duration period_;
};

/// What a sampler says about one event.
enum class Sampled : unsigned char {
  kept,
  dropped,  ///< its owner discards it as Loss::sampled
};

/// The first event, and none for a period after it.
class ThrottleFirst {
 public:
  /// Throws OptionError.
  explicit ThrottleFirst(const SampleOptions& options);
  [[nodiscard]] Sampled note(Instant now) noexcept;

 private:
  Duration period_;
  Instant again_ = Instant::min();
};

/// How many events one stands for.
struct OneInOptions {
  /// At least 1; 1 keeps all.
  std::uint64_t n = 10;
};
/// Throws OptionError naming the field, the bound and the value.
void check(const OneInOptions& options);

/// Each event is kept with probability 1/n. Whoever counts what was kept counts it weight() times, so that
/// counts stay unbiased; a change of n holds for the events after it, which must carry their own weight.
class OneIn {
 public:
  /// Throws OptionError.
  explicit OneIn(const OneInOptions& options);
  /// `drawn`: any 64 random bits, new ones for each event.
  [[nodiscard]] Sampled note(std::uint64_t drawn) const noexcept;
  /// Events that one which is kept stands for.
  [[nodiscard]] std::uint64_t weight() const noexcept { return n_; }
  /// Throws OptionError and changes nothing.
  void change(const OneInOptions& options);

 private:
  std::uint64_t n_;
};

}  // namespace sluice::inline v0::overload
