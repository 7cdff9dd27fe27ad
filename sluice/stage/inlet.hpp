#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/events.hpp"
#include "sluice/stage/producer.hpp"

namespace sluice::inline v0 {

struct InletOptions {
  /// Events that may wait in the inlet. At least 1.
  std::size_t capacity = 1000;
};
/// Throws OptionError.
void check(const InletOptions& options);

/// The part of an inlet's queue that does not depend on the event type: who waits for room, and the one
/// message that tells the stage of any number of events. Thread rule: any thread; the lock is held by Locked.
class InletGate {
 public:
  explicit InletGate(std::size_t capacity);
  ~InletGate();
  InletGate(const InletGate&) = delete;
  InletGate& operator=(const InletGate&) = delete;

  /// Holds the lock. The stage is told after it was let go.
  class Locked {
   public:
    explicit Locked(InletGate& gate);
    ~Locked();
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

    [[nodiscard]] bool has_room() const noexcept;
    /// Waits for room; false: none within the time, or never again.
    bool wait_for_room(Duration time);
    /// An event was added.
    void added() noexcept;
    void taken(std::size_t count) noexcept;
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept;
    void end() noexcept;
    /// The stage has read it.
    void take_back(MessagePtr news) noexcept;

   private:
    void tell() noexcept;

    InletGate& gate_;
    MessagePtr news_;
  };

  void connect(HostPtr stage) noexcept { stage_ = std::move(stage); }
  /// Runs on the stage's turn when events have come or the inlet was closed; to give the message back.
  UniqueFunction<void(Host&, MessagePtr)> on_news;

 private:
  class News;
  struct State;

  std::unique_ptr<State> state_;
  HostPtr stage_;
};

/// What the pushing threads and the stage share.
template <class T>
class InletQueue {
 public:
  explicit InletQueue(std::size_t capacity) : gate(capacity) {}
  void connect(HostPtr stage) noexcept { gate.connect(std::move(stage)); }

  InletGate gate;
  std::vector<T> events;  // under the gate's lock
};

/// The way in for events from threads that are no stages. Copyable; all copies push into the same stage.
/// Thread rule: any thread.
template <class T>
class Inlet {
 public:
  explicit Inlet(std::shared_ptr<InletQueue<T>> queue) noexcept : queue_(std::move(queue)) {}

  /// False: there is no room, or the inlet is closed or its stage has ended; the event is untouched then.
  [[nodiscard]] bool try_push(T&& event) { return push_for(std::move(event), Duration::zero()); }
  [[nodiscard]] bool try_push(const T& event)
    requires std::copy_constructible<T>
  {
    return try_push(T(event));
  }
  /// Blocks until there is room. False: the inlet is closed or its stage has ended.
  bool push(T event) { return push_for(std::move(event), forever); }
  /// Blocks for at most `time`. False: the event is untouched.
  [[nodiscard]] bool push_for(T&& event, Duration time) {
    InletGate::Locked lock(queue_->gate);
    if (!lock.has_room() && !lock.wait_for_room(time)) return false;
    queue_->events.push_back(std::move(event));
    lock.added();
    return true;
  }
  /// No more events will come: the stage ends normally once everything was handed out.
  void close() {
    InletGate::Locked lock(queue_->gate);
    lock.close();
  }

 private:
  std::shared_ptr<InletQueue<T>> queue_;
};

/// The stage behind an inlet.
template <class T>
class InletStage final : public Producer<T> {
 public:
  explicit InletStage(std::shared_ptr<InletQueue<T>> queue) : queue_(std::move(queue)) {
    queue_->gate.on_news = [this](Host& at, MessagePtr news) { at.run([&] { hand_out(std::move(news)); }); };
  }
  ~InletStage() override {
    InletGate::Locked lock(queue_->gate);
    lock.end();
  }

 private:
  void handle_demand(Demand n) override {
    owed_ = add_demand(owed_, n);
    hand_out();
  }
  void hand_out(MessagePtr news = {}) {
    std::size_t count = 0;
    bool over = false;
    {
      InletGate::Locked lock(queue_->gate);
      if (news) lock.take_back(std::move(news));
      take_over();
      count = static_cast<std::size_t>(std::min<Demand>(owed_, taken_.size() - next_));
      lock.taken(count);
      over = lock.closed() && next_ + count == taken_.size();
    }
    this->emit_n(count, [this] { return std::move(taken_[next_++]); });
    owed_ = take_demand(owed_, count);
    if (over) this->info([this] { this->stop(); });
  }
  /// The two vectors are exchanged: their storage stays.
  void take_over() {
    if (next_ * 2 > taken_.size())
      taken_.erase(taken_.begin(), taken_.begin() + static_cast<std::ptrdiff_t>(std::exchange(next_, 0)));
    if (taken_.empty()) {
      taken_.swap(queue_->events);
    } else {
      std::move(queue_->events.begin(), queue_->events.end(), std::back_inserter(taken_));
      queue_->events.clear();
    }
  }

  std::shared_ptr<InletQueue<T>> queue_;
  std::vector<T> taken_;
  std::size_t next_ = 0;  // of those that were taken: the first that was not emitted
  Demand owed_ = 0;
};

template <class T>
struct StartedInlet {
  Inlet<T> inlet;
  ProducerRef<T> ref;
};

}  // namespace sluice::inline v0
