#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"

namespace sluice::conformance {

/// Emits the next n integers for handle_demand(n), from `first` on.
class CounterStage : public Producer<int> {
 public:
  explicit CounterStage(int first = 0, ProducerOptions<int> options = {}) : Producer<int>(std::move(options)), next_(first) {}
  void emit_these(std::vector<int> events) { emit_all(events); }

 protected:
  void handle_demand(Demand n) override {
    emit_n(n, [this] { return next_++; });
  }

 private:
  int next_;
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

/// Records what its callbacks get: batches, and "subscribe", "cancel: r", "down: r", "terminate: r" … as lines.
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
    lines_.add((why.cause == Cancellation::Cause::down ? "down: " : "cancel: ") + why.reason.to_string());
  }
  void terminate(const Reason& reason) override { lines_.add("terminate: " + reason.to_string()); }

 private:
  Batches batches_;
  Record<std::string> lines_;
};

}  // namespace sluice::conformance
