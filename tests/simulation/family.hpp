#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "book.hpp"
#include "sluice/core/random.hpp"
#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::simulation {

using namespace std::chrono_literals;

/// What is known about the members of a random tree of supervisors, by name.
struct FamilyBook {
  explicit FamilyBook(std::uint64_t seed) : dice(seed) {}

  /// Whether something bad shall happen now that happens once in n times.
  bool bad_luck(std::uint64_t n) { return !calm && dice.below(n) == 0; }
  void born(const std::string& name) { ++alive[name]; }
  void died(const std::string& name) {
    --alive[name];
    ended_as[name] = ++moments;
  }
  void started(const std::string& name) {
    started_as[name] = ++moments;
    ++starts;
  }

  Random dice;
  bool calm = false;  ///< nobody fails of his own accord any more
  std::map<std::string, int> alive;
  std::map<std::string, std::uint64_t> started_as;  ///< the how-many-th moment its last start was
  std::map<std::string, std::uint64_t> ended_as;
  std::uint64_t moments = 0;
  std::set<std::string> left_politely;  ///< at least once
  std::uint64_t starts = 0;
};
using FamilyBookPtr = std::shared_ptr<FamilyBook>;

/// What all members have in common: they fail at every opportunity.
class Member {
 public:
  Member(FamilyBookPtr to, std::string own) : book(std::move(to)), name(std::move(own)) {
    if (book->bad_luck(24)) throw std::runtime_error("in its constructor");
    book->born(name);
  }
  ~Member() { book->died(name); }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  Start start() const {
    if (book->bad_luck(24)) throw std::runtime_error("in handle_start");
    book->started(name);
    return Start::ok;
  }
  void end(const Reason& reason) const {
    if (reason.polite()) book->left_politely.insert(name);
    if (book->bad_luck(8)) throw std::runtime_error("in terminate");
  }
  [[nodiscard]] Duration rest() const { return std::chrono::milliseconds(book->dice.below(7000)); }

  FamilyBookPtr book;
  std::string name;
};

/// Emits a little.
class Voice final : public Producer<int> {
 public:
  Voice(FamilyBookPtr book, std::string name) : member_(std::move(book), std::move(name)) {}
  void crash() { throw std::runtime_error("crashed"); }
  void leave() { stop(); }
  void doze() { busy_for(member_.rest()); }

 private:
  Start handle_start() override { return member_.start(); }
  void handle_demand(Demand n) override {
    if (member_.book->bad_luck(32)) throw std::runtime_error("in handle_demand");
    emit_n(std::min<Demand>(n, 3), [] { return 1; });
  }
  void terminate(const Reason& reason) override { member_.end(reason); }
  Member member_;
};

/// Listens to somebody by name.
class Ear final : public Consumer<int> {
 public:
  Ear(FamilyBookPtr book, std::string name, ConsumerOptions<int> options)
      : Consumer<int>(std::move(options)), member_(std::move(book), std::move(name)) {}
  void crash() { throw std::runtime_error("crashed"); }
  void leave() { stop(); }
  void doze() { busy_for(member_.rest()); }

 private:
  Start handle_start() override { return member_.start(); }
  DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
    if (member_.book->bad_luck(32)) throw std::runtime_error("in handle_subscribe");
    return DemandMode::automatic;
  }
  void handle_events(Events<int> /*events*/, const Subscription& /*from*/) override {
    if (member_.book->bad_luck(32)) throw std::runtime_error("in handle_events");
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& /*from*/) override {
    if (member_.book->bad_luck(32)) throw std::runtime_error("in handle_cancel");
  }
  void terminate(const Reason& reason) override { member_.end(reason); }
  Member member_;
};

/// One child as its specification says it.
struct Kin {
  std::string name;
  Restart restart = Restart::permanent;
  std::string listens_to = {};  ///< an Ear with OnCancel::retry
  Strategy strategy = Strategy::one_for_one;
  bool supervises = false;
  std::vector<Kin> children = {};
};

}  // namespace sluice::simulation
