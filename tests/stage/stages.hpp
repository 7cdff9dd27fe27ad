#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::tests {

using namespace std::chrono_literals;

inline LogSink silence() {
  return [](const LogRecord&) {};
}

/// Emits what it is told to.
class Source : public Producer<int> {
 public:
  explicit Source(ProducerOptions<int> options = {}) : Producer<int>(std::move(options)) {}
  void emit_these(std::vector<int> events) { emit_all(events); }

 protected:
  void handle_demand(Demand /*n*/) override {}
};

/// Emits 0, 1, 2 … up to `end` - 1 as asked.
class Numbers : public Producer<int> {
 public:
  explicit Numbers(int end, ProducerOptions<int> options = {})
      : Producer<int>(std::move(options)), end_(end) {}

 private:
  void handle_demand(Demand n) override {
    emit_n(std::min<Demand>(n, static_cast<Demand>(end_ - next_)), [this] { return next_++; });
  }
  int next_ = 0;
  int end_;
};

/// Writes down what it gets; read it when the simulation has settled.
class Sink : public Consumer<int> {
 public:
  explicit Sink(std::vector<int>& got, ConsumerOptions<int> options = {})
      : Consumer<int>(std::move(options)), got_(got) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    got_.insert(got_.end(), events.begin(), events.end());
  }
  std::vector<int>& got_;
};

/// Runs code it is given, and writes down what its other callbacks hear. A consumer, so that it needs no
/// demand.
class Doer : public Consumer<int> {
 public:
  explicit Doer(std::vector<std::string>* lines = nullptr) : lines_(lines) {}

  using Consumer<int>::after;
  using Consumer<int>::cancel;
  using Consumer<int>::demonitor;
  using Consumer<int>::every;
  using Consumer<int>::link;
  using Consumer<int>::monitor;
  using Consumer<int>::now;
  using Consumer<int>::self;
  using Consumer<int>::start_linked;
  using Consumer<int>::stop;
  using Consumer<int>::unlink;
  template <class... Args>
  void ask(Args&&... args) {
    request(std::forward<Args>(args)...);
  }
  void note(std::string line) {
    if (lines_ != nullptr) lines_->push_back(std::move(line));
  }

 private:
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {}
  void handle_timer(TimerId /*timer*/) override {
    note("timer at " +
         std::to_string(
             std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count()));
  }
  void handle_down(MonitorId /*monitor*/, const Reason& reason) override {
    note("down: " + reason.to_string());
  }
  void handle_exit(AnyRef /*from*/, const Reason& reason) override { note("exit: " + reason.to_string()); }
  void terminate(const Reason& reason) override { note("terminate: " + reason.to_string()); }
  std::vector<std::string>* lines_;
};

}  // namespace sluice::tests
