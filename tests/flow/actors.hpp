#pragma once

#include <mutex>
#include <string>
#include <utility>

#include "flow/flow.hpp"

/// Stages of users in flows.
namespace sluice::flow_tests {

/// What several stages have noted, in the order of their coming.
template <class T>
class Notes {
 public:
  void add(T note) const {
    const std::lock_guard lock(kept_->mutex);
    kept_->notes.push_back(std::move(note));
  }
  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(kept_->mutex);
    return kept_->notes;
  }

 private:
  struct Kept {
    std::mutex mutex;
    std::vector<T> notes;
  };
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

/// Endless: from, from + 1 …
class Counter final : public Producer<long> {
 public:
  explicit Counter(long from) : next_(from) {}

 private:
  void handle_demand(Demand n) override {
    emit_n(static_cast<std::size_t>(n), [this] { return next_++; });
  }
  long next_;
};

/// 1 … last, then its end.
class Finite final : public Producer<long> {
 public:
  explicit Finite(long last, Reason end = {}, DemandFlow flow = DemandFlow::forward)
      : Producer<long>({.demand = flow}), last_(last), end_(std::move(end)) {}

 private:
  void handle_demand(Demand n) override {
    for (; n != 0 && next_ <= last_; --n) emit(next_++);
    if (next_ > last_) info([this] { stop(end_); });
  }
  long next_ = 1;
  long last_;
  Reason end_;
};

/// Does not want to take part.
class Unwilling final : public Producer<long> {
  Start handle_start() override { return Start::ignore; }
  void handle_demand(Demand /*n*/) override {}
};

/// Notes the batches it gets; a producer_consumer that hands them on.
class Relay final : public ProducerConsumer<long, long> {
 public:
  explicit Relay(Notes<std::vector<long>> batches) : batches_(std::move(batches)) {}

 private:
  void handle_events(Events<long> events, const Subscription& /*from*/) override {
    batches_.add({events.begin(), events.end()});
    emit_all(std::move(events));
  }
  Notes<std::vector<long>> batches_;
};

/// Notes the events it gets, and how it ended.
class Collector final : public Consumer<long> {
 public:
  explicit Collector(Notes<long> events, Notes<Reason> ends = {})
      : events_(std::move(events)), ends_(std::move(ends)) {}

 private:
  void handle_events(Events<long> events, const Subscription& /*from*/) override {
    for (const long event : events) events_.add(event);
  }
  void terminate(const Reason& reason) override { ends_.add(reason); }
  Notes<long> events_;
  Notes<Reason> ends_;
};

/// The first events of a flow that may be endless; then it is torn down.
template <class F>
[[nodiscard]] auto first_of(const F& flow, std::size_t count, conformance::World& world) {
  std::vector<typename F::Output> taken;
  auto range = flow | flow::to_range(world.runtime());
  for (auto& event : range) {
    taken.push_back(event);
    if (taken.size() == count) break;
  }
  return taken;
}

/// How many stages there are when everybody has done what there was to do.
[[nodiscard]] inline std::size_t stages_left(conformance::World& world) {
  world.settle();
  return world->stage_count();
}

/// What the code throws; "nothing" if it does not.
template <class Error, class F>
[[nodiscard]] std::string error_of(F code) {
  try {
    code();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

inline constexpr auto same = [](long n) { return n; };

}  // namespace sluice::flow_tests
