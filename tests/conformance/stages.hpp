#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"

namespace sluice::conformance {

/// The integers first … end - 1.
inline std::vector<int> numbers(int first, int end) {
  std::vector<int> all(static_cast<std::size_t>(end - first));
  std::iota(all.begin(), all.end(), first);
  return all;
}

/// Emits the next n integers for handle_demand(n), from `first` on; none from `end` on, so that a scenario
/// can settle.
class CounterStage : public Producer<int> {
 public:
  explicit CounterStage(int first = 0, ProducerOptions<int> options = {},
                        int end = std::numeric_limits<int>::max())
      : Producer<int>(std::move(options)), next_(first), end_(end) {}
  void emit_these(std::vector<int> events) { emit_all(events); }

 protected:
  void handle_demand(Demand n) override {
    emit_n(std::min<Demand>(n, static_cast<Demand>(end_ - next_)), [this] { return next_++; });
  }

 private:
  int next_;
  int end_;
};

/// Thread-safe list of what happened, as text or values.
template <class T>
class Record {
 public:
  void add(T value) {
    const std::lock_guard lock(*mutex_);
    values_->push_back(std::move(value));
  }
  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(*mutex_);
    return *values_;
  }
  [[nodiscard]] std::size_t size() const { return all().size(); }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<T>> values_ = std::make_shared<std::vector<T>>();
};

/// Records each handle_demand and emits nothing unless told to.
class SilentStage : public Producer<int> {
 public:
  explicit SilentStage(Record<Demand> demands = {}, ProducerOptions<int> options = {})
      : Producer<int>(std::move(options)), demands_(std::move(demands)) {}
  void emit_these(std::vector<int> events) { emit_all(events); }

 protected:
  void handle_demand(Demand n) override { demands_.add(n); }

 private:
  Record<Demand> demands_;
};

using Batches = Record<std::vector<int>>;

/// A CounterStage that records each handle_demand.
class AskedCounterStage : public CounterStage {
 public:
  AskedCounterStage(Record<Demand> demands, int end, ProducerOptions<int> options = {})
      : CounterStage(0, std::move(options), end), demands_(std::move(demands)) {}

 protected:
  void handle_demand(Demand n) override {
    demands_.add(n);
    CounterStage::handle_demand(n);
  }

 private:
  Record<Demand> demands_;
};

/// 0 … end - 1 in pieces of `size`.
inline std::vector<std::vector<int>> pieces(int size, int end) {
  std::vector<std::vector<int>> all;
  for (int first = 0; first < end; first += size) all.push_back(numbers(first, std::min(first + size, end)));
  return all;
}

/// "cancel: shutdown", "down: killed"
inline std::string to_line(const Cancellation& why) {
  return (why.cause == Cancellation::Cause::down ? "down: " : "cancel: ") + why.reason.to_string();
}

/// Emits each of its events `times` times: 0 drops them, 1 passes them on. Records its batches, and as lines
/// what its other callbacks get.
class PcStage : public ProducerConsumer<int, int> {
 public:
  explicit PcStage(int times, Batches batches = {}, Record<std::string> lines = {},
                   ProducerConsumerOptions<int, int> options = {})
      : ProducerConsumer<int, int>(std::move(options)),
        times_(times),
        batches_(std::move(batches)),
        lines_(std::move(lines)) {}
  void emit_these(std::vector<int> events) { emit_all(events); }
  void note(const std::string& line) { lines_.add(line); }

 protected:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    lines_.add("events " + std::to_string(events.size()));
    for (const int event : events) {
      for (int i = 0; i < times_; ++i) emit(event);
    }
    batches_.add(std::move(events).to_vector());
  }
  void handle_cancel(const Cancellation& why, const Subscription& /*from*/) override {
    lines_.add(to_line(why));
  }
  void terminate(const Reason& reason) override { lines_.add("terminate: " + reason.to_string()); }

 private:
  int times_;
  Batches batches_;
  Record<std::string> lines_;
};

/// Records what its callbacks get: batches, and "subscribe", "cancel: r", "down: r", "terminate: r" … as
/// lines.
class RecStage : public Consumer<int> {
 public:
  explicit RecStage(Batches batches, Record<std::string> lines = {}, ConsumerOptions<int> options = {})
      : Consumer<int>(std::move(options)), batches_(std::move(batches)), lines_(std::move(lines)) {}

 protected:
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    lines_.add("subscribe");
    return DemandMode::automatic;
  }
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    batches_.add({events.begin(), events.end()});
  }
  void handle_cancel(const Cancellation& why, const Subscription& /*from*/) override {
    lines_.add(to_line(why));
  }
  void terminate(const Reason& reason) override { lines_.add("terminate: " + reason.to_string()); }

 private:
  Batches batches_;
  Record<std::string> lines_;
};

}  // namespace sluice::conformance
