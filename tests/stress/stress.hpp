#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "sluice/core/random.hpp"
#include "sluice/sluice.hpp"

namespace sluice::stress {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int scale = 1;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr int scale = 1;
#else
inline constexpr int scale = 5;
#endif
#else
inline constexpr int scale = 5;
#endif

/// Ends the program when a test hangs: a wake-up that was lost.
class Watchdog {
 public:
  explicit Watchdog(const char* test) : thread_([this, test] { watch(test); }) {}
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch(const char* test) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    if (wake_.wait_until(lock, end, [this] { return done_; })) return;
    std::fprintf(stderr, "%s: nothing has happened for 60 s, a wake-up was lost\n", test);
    std::abort();
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

/// Runs `work(thread)` on several threads at once and waits for them.
template <class F>
void on_threads(int count, F work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

inline RuntimeOptions workers(std::size_t count) {
  return {.workers = count, .log = [](const LogRecord& /*record*/) {}};
}

/// Keeps the thread for about this long without sleeping: a callback that computes.
inline void compute(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Counts what is done to it.
class Account : public Consumer<long> {
 public:
  explicit Account(std::shared_ptr<std::atomic<long>> total = {}) : total_(std::move(total)) { ++alive; }
  ~Account() override { --alive; }
  void pay(long amount) { balance_ += amount; }
  long balance() const { return balance_; }
  void compute_and_pay(std::chrono::microseconds time, long amount) {
    compute(time);
    pay(amount);
  }
  static inline std::atomic<long> alive{0};

 private:
  void handle_events(Events<long> events, const Subscription& /*from*/) override {
    for (const long event : events) balance_ += event;
    if (total_) total_->fetch_add(static_cast<long>(events.size()));
  }
  std::shared_ptr<std::atomic<long>> total_;
  long balance_ = 0;
};

/// The numbers 0, 1, … without end, or up to a limit.
class Numbers : public Producer<long> {
 public:
  explicit Numbers(ProducerOptions<long> options = {}, long limit = -1)
      : Producer<long>(std::move(options)), limit_(limit) {}

 private:
  void handle_demand(Demand n) override {
    if (limit_ < 0) {
      emit_n(n, [this] { return next_++; });
      return;
    }
    for (; n != 0 && next_ != limit_; --n) emit(next_++);
    if (next_ == limit_ && !std::exchange(told_, true)) info([this] { stop(); });
  }
  long next_ = 0;
  long limit_;
  bool told_ = false;
};

/// Passes numbers on, raised by one, in place.
class Raise : public ProducerConsumer<long, long> {
 public:
  explicit Raise(ProducerConsumerOptions<long, long> options = {}, std::chrono::microseconds each = {})
      : ProducerConsumer<long, long>(std::move(options)), each_(each) {}

 private:
  void handle_events(Events<long> events, const Subscription& /*from*/) override {
    if (each_.count() != 0) compute(each_);
    for (long& n : events.mine()) ++n;
    emit_all(std::move(events));
  }
  std::chrono::microseconds each_;
};

}  // namespace sluice::stress
