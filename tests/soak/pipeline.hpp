#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "account.hpp"
#include "layout.hpp"
#include "sluice/sluice.hpp"

namespace sluice::soak {

using AccountPtr = std::shared_ptr<Account>;

/// Subscriptions by name that are made again whoever has crashed.
[[nodiscard]] inline std::vector<SubscribeTo<Parcel>> subscriptions_of(std::size_t stage) {
  using namespace std::chrono_literals;
  std::vector<SubscribeTo<Parcel>> all;
  for (const std::size_t producer : producers_of(stage)) {
    SubscribeOptions terms = {
        .max_demand = 200, .on_cancel = OnCancel::retry, .retry = {.first = 1ms, .most = 8ms}};
    if (producer == source) terms.partition = (stage - 1) / lane_length;
    all.emplace_back(Upstream<Parcel>(std::string(names[producer])), std::move(terms));
  }
  return all;
}

/// New numbers as asked. It crashes after it emitted.
class Source final : public Producer<Parcel> {
 public:
  explicit Source(AccountPtr account)
      : Producer<Parcel>({.dispatcher = partition(lanes, [](Parcel& one) { return lane_of(one.number); }),
                          .buffer = {.size = 64}}),
        account_(std::move(account)) {}

 private:
  Start handle_start() override {
    account_->note_start(source);
    return Start::ok;
  }
  void handle_demand(Demand n) override {
    std::uint64_t number = account_->draw(n);
    emit_n(n, [&number] { return Parcel{.number = number++}; });
    if (account_->take_fuse(source)) throw std::runtime_error("crashed");
  }
  Report handle_discarded(std::size_t /*count*/, Discard /*why*/) override { return Report::quiet; }
  AccountPtr account_;
};

/// Passes events on with its bit set. It crashes with half of a batch emitted.
class Step final : public ProducerConsumer<Parcel, Parcel> {
 public:
  Step(AccountPtr account, std::size_t stage)
      : ProducerConsumer<Parcel, Parcel>({.subscribe_to = subscriptions_of(stage)}),
        account_(std::move(account)),
        stage_(stage) {}

 private:
  Start handle_start() override {
    account_->note_start(stage_);
    return Start::ok;
  }
  void handle_events(Events<Parcel> events, const Subscription& /*from*/) override {
    if (account_->take_fuse(stage_)) crash(events);
    for (Parcel& one : events.mine()) one.path |= bit(stage_);
    emit_all(std::move(events));
  }
  [[noreturn]] void crash(const Events<Parcel>& events) {
    for (std::size_t i = 0; i < events.size() / 2; ++i) emit(events[i]);
    account_->note_torn(stage_, events.size() / 2);
    throw std::runtime_error("crashed");
  }
  AccountPtr account_;
  std::size_t stage_;
};

/// Notes what came. It crashes before it has noted a batch.
class Sink final : public Consumer<Parcel> {
 public:
  explicit Sink(AccountPtr account)
      : Consumer<Parcel>({.subscribe_to = subscriptions_of(sink)}), account_(std::move(account)) {}

 private:
  Start handle_start() override {
    account_->note_start(sink);
    return Start::ok;
  }
  void handle_events(Events<Parcel> events, const Subscription& /*from*/) override {
    if (account_->take_fuse(sink)) throw std::runtime_error("crashed");
    account_->deliver(events.begin(), events.end());
  }
  AccountPtr account_;
};

/// All twenty under one supervisor, sources first.
[[nodiscard]] inline std::vector<ChildSpec> pipeline(const AccountPtr& account) {
  std::vector<ChildSpec> all;
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const std::string name = names[stage];
    ChildSpec spec = {.id = name, .options = {.name = name}};
    if (stage == source) {
      all.push_back(child<Source>(std::move(spec), account));
    } else if (stage == sink) {
      all.push_back(child<Sink>(std::move(spec), account));
    } else {
      all.push_back(child<Step>(std::move(spec), account, stage));
    }
  }
  return all;
}

/// Kills the stage that has this name now; false: nobody has it.
inline bool kill(const Runtime& runtime, std::size_t stage) {
  const auto try_as = [&](auto ref) {
    if (ref) ref->kill();
    return ref.has_value();
  };
  if (stage == source) return try_as(runtime.find<Source>(names[stage]));
  if (stage == sink) return try_as(runtime.find<Sink>(names[stage]));
  return try_as(runtime.find<Step>(names[stage]));
}

}  // namespace sluice::soak
