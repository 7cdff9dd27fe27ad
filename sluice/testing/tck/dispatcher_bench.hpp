#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/buffer/event_buffer.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/testing/tck/dispatcher_terms.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

namespace detail {

/// A dispatcher with a buffer before it and the books of everything it is told and does. Follows the one
/// dispatch rule (genstage.md §16a) as stages do. Thread rule: as Trial.
template <class T>
class DispatcherBench final : public Delivery<T> {
 public:
  struct Options {
    Demand buffer = unlimited;
    Keep keep = Keep::last;
    /// Of every consumer but the first: each selects the events whose number is no multiple of this. 0: none.
    std::size_t rejects = 0;
  };

  DispatcherBench(Trial& trial, std::unique_ptr<Dispatcher<T>> dispatcher, const DispatcherTerms<T>& terms,
                  Options options)
      : trial_(trial),
        dispatcher_(std::move(dispatcher)),
        terms_(terms),
        options_(options),
        buffer_(options.buffer, options.keep) {
    dispatcher_->bound_queues(options.buffer, options.keep);
  }

  // -- what happens to a dispatcher

  void join(std::size_t id, std::size_t partition) {
    if (consumers_.contains(id)) return;
    op_ = "X2";
    auto consumer = std::make_unique<Consumer>();
    consumer->partition = partition;
    consumer->joined_at = taken_.size();
    consumer->seat.id = {++last_seat_};
    consumer->seat.consumer = {id + 1};
    if (options_.rejects != 0 && id != 0) {
      consumer->rejects = options_.rejects;
      consumer->seat.selector = [this, n = options_.rejects](const T& event) {
        return index_of(event) % n != 0;
      };
    }
    SubscribeOptions terms;
    if (terms_.partitions != 0) terms.partition = partition;
    Consumer& seated = *consumer;
    consumers_.emplace(id, std::move(consumer));
    try {
      offer(dispatcher_->subscribe(seated.seat, {terms, {}}, *this));
    } catch (const Refused&) {
      gone_.push_back(std::move(consumers_.extract(id).mapped()));
    }
    trial_.expect("1.9", true);
    check();
  }
  void leave(std::size_t id) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    op_ = "X8";
    // The seat is there until the call returns; nothing may be delivered to it any more.
    gone_.push_back(std::move(found->second));
    consumers_.erase(found);
    offer(dispatcher_->cancel(gone_.back()->seat, *this));
    check();
  }
  void ask(std::size_t id, Demand n) {
    const auto found = consumers_.find(id);
    if (found == consumers_.end()) return;
    op_ = "X2";
    Consumer& consumer = *found->second;
    consumer.demand = add_demand(consumer.demand, n);
    asked_ = add_demand(asked_, n);
    offer(dispatcher_->ask(consumer.seat, n, *this));
    check();
  }
  void emit(std::size_t count) {
    if (count == 0) return;
    op_ = "X2";
    Events<T> events;
    for (std::size_t i = 0; i != count; ++i) {
      all_.push_back(terms_.sample(all_.size()));
      states_.push_back(State::waits);
      events.push_back(all_.back());
    }
    outstanding_ = take_demand(outstanding_, count);
    std::size_t left = count;
    if (buffer_.empty()) {
      dispatch(events);
      left = events.size();
    }
    const std::size_t old = buffer_.size();
    dropped_ += buffer_.store(std::move(events)).discarded;
    release_marks();
    const Demand placed = drain();
    if (placed > old) left -= static_cast<std::size_t>(placed) - old;
    tell_left_over(left);
    ask_again();
    check();
  }
  void info() {
    const std::uint64_t id = ++last_info_;
    infos_.emplace(id, all_.size());
    if (buffer_.empty()) {
      dispatcher_->place_info({id}, *this);
    } else {
      buffer_.mark(id);
    }
    check();
  }

  // -- the books

  [[nodiscard]] Demand outstanding() const noexcept { return outstanding_; }
  [[nodiscard]] std::size_t emitted() const noexcept { return all_.size(); }
  [[nodiscard]] std::size_t delivered() const noexcept { return delivered_; }
  [[nodiscard]] std::size_t waiting() const { return buffer_.size() + dispatcher_->queued(); }
  /// Equal for equal decisions.
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

 private:
  enum class State : unsigned char { waits, delivered };
  struct Consumer {
    Seat<T> seat = {};
    std::size_t partition = 0;
    std::size_t rejects = 0;
    std::size_t joined_at = 0;  // of the events that were taken
    Demand demand = 0;          // asked for and not delivered
    std::vector<std::size_t> got = {};
  };

  // -- Delivery<T>

  void deliver(Seat<T>& to, Events<T>&& events) override {
    if (events.empty()) return;
    Consumer& consumer = consumer_at(to, events.size());
    trial_.expect("1.1", events.size() <= consumer.demand, "a consumer had asked for ", consumer.demand,
                  " events and got ", events.size());
    consumer.demand = take_demand(consumer.demand, events.size());
    for (const T& event : events) take(consumer, event);
    events = {};
  }
  void discard(std::size_t count, Discard /*why*/) override { discarded_ += count; }
  void release(InfoId info) override {
    const auto found = infos_.find(info.value);
    trial_.expect("X13", found != infos_.end(), "an info was released twice, or never placed");
    const auto end = states_.begin() + static_cast<std::ptrdiff_t>(found->second);
    const bool passed = dropped_ + discarded_ != 0 || terms_.sharing == Sharing::all ||
                        std::find(states_.begin(), end, State::waits) == end;
    trial_.expect("X13", passed, "an info was released before the events in front of it");
    infos_.erase(found);
  }
  void warn(std::string /*text*/) override {}

  Consumer& consumer_at(const Seat<T>& seat, std::size_t count) {
    for (auto& [id, consumer] : consumers_) {
      if (&consumer->seat == &seat) return *consumer;
    }
    throw Trial::Broken("X8", std::to_string(count) + " events were delivered to a consumer that had left");
  }
  void take(Consumer& consumer, const T& event) {
    const std::size_t index = index_of(event);
    trial_.expect("X2", index != all_.size(), "an event was delivered that nobody had emitted");
    trial_.expect("X6", consumer.got.empty() || consumer.got.back() < index, "a consumer got event number ",
                  index, " behind number ", consumer.got.empty() ? 0 : consumer.got.back());
    if (terms_.sharing == Sharing::one) {
      trial_.expect("X2", states_[index] == State::waits, "event number ", index, " was delivered twice");
      ++delivered_;
    }
    if (terms_.partitions != 0) {
      trial_.expect("X6", terms_.route(event) == consumer.partition, "event number ", index,
                    " came to a consumer of partition ", consumer.partition);
    }
    if (consumer.rejects != 0) {
      trial_.expect("X5", index % consumer.rejects != 0, "event number ", index,
                    " came to a consumer whose selector rejects it");
    }
    states_[index] = State::delivered;
    consumer.got.push_back(index);
    digest_ = (digest_ ^ (index * 64 + consumer.seat.consumer.value)) * 0x100000001b3U;
  }
  [[nodiscard]] std::size_t index_of(const T& event) const {
    return static_cast<std::size_t>(std::ranges::find(all_, event) - all_.begin());
  }

  // -- as a stage does it

  void dispatch(Events<T>& events) {
    const std::size_t before = events.size();
    const Demand room = dispatcher_->room();
    const std::size_t first = before == 0 ? 0 : index_of(events.front());
    const Demand raw = dispatcher_->dispatch(events, *this);
    const std::size_t taken = before - events.size();
    trial_.expect("X3", taken <= room, "it had room for ", room, " events and took ", taken);
    for (std::size_t i = 0; i != taken; ++i) taken_.push_back(first + i);
    model_requested_ = take_demand(model_requested_, taken);
    again_ = add_demand(again_, note_raw(raw));
    if (terms_.sharing == Sharing::all) check_sequences();
  }
  Demand drain() {
    Demand placed = 0;
    while (!buffer_.empty()) {
      Events<T>& run = buffer_.front();
      const std::size_t before = run.size();
      dispatch(run);
      const std::size_t taken = before - run.size();
      buffer_.note_taken(taken);
      release_marks();
      if (taken == 0) break;
      placed += taken;
    }
    return placed;
  }
  void release_marks() {
    buffer_.release_passed([this](std::uint64_t mark) { dispatcher_->place_info({mark}, *this); });
  }
  void tell_left_over(std::size_t count) {
    if (count == 0) return;
    model_requested_ = take_demand(model_requested_, count);
    dispatcher_->left_over(count);
  }
  void offer(Demand raw) {
    pass_up(note_raw(raw));
    ask_again();
  }
  void pass_up(Demand raw) { outstanding_ = add_demand(outstanding_, take_demand(raw, drain())); }
  void ask_again() {
    while (again_ != 0) pass_up(std::exchange(again_, 0));
  }

  /// What it asks for upstream, before anything that waits is handed out for it.
  Demand note_raw(Demand raw) {
    up_ = add_demand(up_, raw);
    if (terms_.sharing == Sharing::all) {
      const Demand wanted = take_demand(slowest(), model_requested_);
      trial_.expect("X4", raw <= wanted, "the slowest consumer has asked for ", slowest(), " events, ",
                    model_requested_, " of them were asked for upstream, and it asks for ", raw, " more");
      model_requested_ = add_demand(model_requested_, raw);
    } else {
      const Demand most = add_demand(asked_, discarded_);
      trial_.expect("X3", up_ <= most, "the consumers have asked for ", asked_, " events, it has dropped ",
                    discarded_, ", and it has asked for ", up_, " upstream");
    }
    return raw;
  }
  [[nodiscard]] Demand slowest() const {
    if (consumers_.empty()) return 0;
    Demand least = unlimited;
    for (const auto& [id, consumer] : consumers_) least = std::min(least, consumer->demand);
    return least;
  }

  // -- what holds between two operations

  void check() {
    check_conservation();
    const bool wanted = is_wanted();
    trial_.expect("X9", !wanted || waiting() == 0, waiting(),
                  " events wait although a consumer that may have them asks");
    const std::string_view rule = terms_.sharing == Sharing::one ? "X3" : options_.rejects != 0 ? "X5" : "X4";
    trial_.expect(rule, !wanted || outstanding_ >= least_outstanding(), "the consumers wait for ",
                  least_outstanding(), " events or more, and upstream only ", outstanding_, " are asked for");
    if (options_.buffer != unlimited) {
      const std::size_t queues = std::max(terms_.partitions, consumers_.size() + gone_.size());
      trial_.expect("X7", dispatcher_->queued() <= options_.buffer * queues, "its queues hold ",
                    dispatcher_->queued(), " events, and each was to hold ", options_.buffer, " at most");
    }
    trial_.expect("X13", infos_.empty() || waiting() != 0, infos_.size(),
                  " infos were not released although no event waits");
  }
  void check_conservation() {
    if (terms_.sharing == Sharing::all) {
      trial_.expect("X2", !consumers_.empty() || taken_.size() == taken_with_consumers_, "it took ",
                    taken_.size() - taken_with_consumers_, " events that nobody was there to get");
      taken_with_consumers_ = taken_.size();
      return;
    }
    const std::size_t known = delivered_ + waiting() + discarded_ + dropped_;
    trial_.expect("X12", known <= all_.size(), "of ", all_.size(), " events ", known,
                  " are said to be delivered, waiting or dropped");
    trial_.expect(op_, known == all_.size(), "of ", all_.size(), " events ", delivered_, " were delivered, ",
                  waiting(), " wait, ", discarded_ + dropped_, " were dropped; where are the others?");
  }
  /// Whether somebody asks who may have any event. With partitions: whether everybody asks, and all are
  /// there.
  [[nodiscard]] bool is_wanted() const {
    std::size_t hungry = 0;
    std::vector<bool> there(terms_.partitions, false);
    for (const auto& [id, consumer] : consumers_) {
      hungry += consumer->demand != 0 ? 1U : 0U;
      if (terms_.partitions != 0) there[consumer->partition] = true;
    }
    if (terms_.sharing == Sharing::one && terms_.partitions == 0) return hungry != 0;
    return hungry != 0 && hungry == consumers_.size() && std::ranges::find(there, false) == there.end();
  }
  [[nodiscard]] Demand least_outstanding() const {
    if (terms_.sharing == Sharing::all || terms_.partitions != 0) return 1;
    Demand sum = 0;
    for (const auto& [id, consumer] : consumers_) sum = add_demand(sum, consumer->demand);
    return sum;
  }
  /// All consumers of a broadcast get what is taken, from when they came on.
  void check_sequences() {
    for (const auto& [id, consumer] : consumers_) {
      std::vector<std::size_t> wanted;
      for (std::size_t i = consumer->joined_at; i < taken_.size(); ++i) {
        if (consumer->rejects == 0 || taken_[i] % consumer->rejects != 0) wanted.push_back(taken_[i]);
      }
      const bool prefix = consumer->got.size() <= wanted.size() &&
                          std::equal(consumer->got.begin(), consumer->got.end(), wanted.begin());
      trial_.expect("X4", prefix && (dispatcher_->queued() != 0 || consumer->got.size() == wanted.size()),
                    "of ", wanted.size(), " events that it took for all, a consumer got ",
                    consumer->got.size(), prefix ? "" : ", and others than its neighbours");
    }
  }

  Trial& trial_;
  std::unique_ptr<Dispatcher<T>> dispatcher_;
  const DispatcherTerms<T>& terms_;
  Options options_;
  EventBuffer<T> buffer_;
  std::map<std::size_t, std::unique_ptr<Consumer>> consumers_;
  std::vector<std::unique_ptr<Consumer>> gone_;
  std::vector<T> all_;         // events, in the order they were emitted
  std::vector<State> states_;  // of each of them
  std::vector<std::size_t> taken_;
  std::size_t taken_with_consumers_ = 0;
  std::map<std::uint64_t, std::size_t> infos_;  // how many events were emitted before it
  std::uint64_t last_seat_ = 0;
  std::uint64_t last_info_ = 0;
  std::size_t delivered_ = 0;
  std::size_t dropped_ = 0;    // by the buffer
  std::size_t discarded_ = 0;  // by the dispatcher
  Demand asked_ = 0;
  Demand up_ = 0;           // asked for upstream, also what the buffer met
  Demand outstanding_ = 0;  // asked for upstream and not emitted
  Demand model_requested_ = 0;
  Demand again_ = 0;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  std::string_view op_ = "X2";  // the rule that a loss in this operation breaks
};

}  // namespace detail

}  // namespace sluice::inline v0::tck
