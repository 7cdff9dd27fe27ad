#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/scenario.hpp"
#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::supervise_tests {

using namespace std::chrono_literals;
using conformance::World;

/// What the children of a test did, in order, and what they are told to do. Any thread.
class Diary {
 public:
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  /// What was noted since the last call.
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }
  /// The next `n` starts of this child fail.
  void fail_starts(const std::string& id, int n) {
    const std::lock_guard lock(mutex_);
    failing_[id] = n;
  }
  bool fails_now(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return failing_[id]-- > 0;
  }
  void ignore_starts(const std::string& id) {
    const std::lock_guard lock(mutex_);
    ignoring_[id] = true;
  }
  bool ignores(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return ignoring_[id];
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::map<std::string, int> failing_;
  std::map<std::string, bool> ignoring_;
};
using DiaryPtr = std::shared_ptr<Diary>;

/// A child that writes down its life. Emits nothing of its own accord.
class Hand : public Producer<int> {
 public:
  Hand(DiaryPtr diary, std::string id) : diary_(std::move(diary)), id_(std::move(id)) {
    if (diary_->fails_now(id_)) throw std::runtime_error("no start of " + id_);
  }
  int crash() { throw std::runtime_error("boom"); }
  void finish(Reason reason) { stop(std::move(reason)); }
  void occupy(Duration time) { busy_for(time); }
  void run(std::function<void(Hand&)> code) { code(*this); }
  void say(int event) { emit(event); }
  using Producer<int>::link;
  using Producer<int>::request;
  using Producer<int>::self;

 private:
  Start handle_start() override {
    if (diary_->ignores(id_)) return Start::ignore;
    diary_->note("+" + id_);
    return Start::ok;
  }
  void handle_demand(Demand /*n*/) override {}
  void terminate(const Reason& reason) override {
    diary_->note("-" + id_ + (reason == Reason::shutdown() ? "" : " " + reason.to_string()));
  }
  DiaryPtr diary_;
  std::string id_;
};

inline ChildOf<Hand> hand(const DiaryPtr& diary, std::string id, Restart restart = Restart::permanent,
                          std::optional<Shutdown> shutdown = {}) {
  return child<Hand>({.id = id, .options = {.name = id}, .restart = restart, .shutdown = shutdown}, diary,
                     id);
}

/// Makes the child end by an exception, and lets everything happen that follows.
inline void crash(World& world, std::string_view name) {
  const auto found = world->find<Hand>(name);
  ASSERT_TRUE(found) << name;
  found->cast(&Hand::crash);
  world.settle();
}

/// "a b(stopped)": the children in order, and what is unusual about them.
inline std::string text(const std::vector<ChildInfo>& children) {
  std::string line;
  for (const ChildInfo& one : children) {
    if (!line.empty()) line += ' ';
    line += one.id;
    if (one.state != ChildState::running) line += "(" + std::string(to_string(one.state)) + ")";
  }
  return line;
}

}  // namespace sluice::supervise_tests
