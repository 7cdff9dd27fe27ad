#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
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

/// What happened, in order.
using Lines = testing::ProbeLog<std::string>;

/// Emits 0, 1, 2 … up to `end` - 1 as asked, and says when it ends.
class Numbers : public Producer<int> {
 public:
  explicit Numbers(int end, Lines* lines = nullptr) : end_(end), lines_(lines) {}

 private:
  void handle_demand(Demand n) override {
    emit_n(std::min<Demand>(n, static_cast<Demand>(end_ - next_)), [this] { return next_++; });
  }
  void terminate(const Reason& /*reason*/) override {
    if (lines_ != nullptr) lines_->add("numbers");
  }
  int next_ = 0;
  int end_;
  Lines* lines_;
};

class PassesOn : public ProducerConsumer<int, int> {
 public:
  explicit PassesOn(Lines* lines = nullptr) : lines_(lines) {}

 private:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    emit_all(std::move(events));
  }
  void terminate(const Reason& /*reason*/) override {
    if (lines_ != nullptr) lines_->add("passes on");
  }
  Lines* lines_;
};

/// Counts what it gets.
class Counts : public Consumer<int> {
 public:
  explicit Counts(Lines* lines = nullptr) : lines_(lines) {}
  int count() { return count_; }
  [[nodiscard]] std::string describe() const override { return "has counted " + std::to_string(count_); }

 protected:
  void handle_events(Events<int> events, const Subscription& /*from*/) override {
    count_ += static_cast<int>(events.size());
  }
  void terminate(const Reason& /*reason*/) override {
    if (lines_ != nullptr) lines_->add("counts");
  }

 private:
  int count_ = 0;
  Lines* lines_;
};

}  // namespace sluice::tests
