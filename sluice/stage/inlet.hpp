#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "sluice/core/events.hpp"
#include "sluice/stage/producer.hpp"

namespace sluice::inline v0 {

struct InletOptions {
  /// Events that may wait in the inlet. At least 1.
  std::size_t capacity = 1000;
};
/// Throws OptionError.
void check(const InletOptions& options);

/// The part of an inlet's queue that does not depend on the event type: who waits for room, when to wake the
/// stage. Thread rule: any thread; the lock is held by Locked.
class InletGate {
 public:
  explicit InletGate(std::size_t capacity);
  ~InletGate();
  InletGate(const InletGate&) = delete;
  InletGate& operator=(const InletGate&) = delete;

  /// Holds the lock.
  class Locked {
   public:
    explicit Locked(InletGate& gate);
    ~Locked();
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

   private:
    InletGate& gate_;
  };

  void connect(HostPtr stage);
  // -- with the lock held
  [[nodiscard]] bool has_room() const noexcept { return size_ < capacity_ && !closed_ && !ended_; }
  [[nodiscard]] bool accepts() const noexcept { return !closed_ && !ended_; }
  /// Waits for room; false: none within the time, or never again.
  bool wait_for_room(Duration time);
  /// An event was added.
  void added();
  void taken(std::size_t count);
  void close();
  void end();
  [[nodiscard]] bool closed() const noexcept { return closed_; }

  /// What the stage is told on its own turn when events have come or the inlet was closed.
  UniqueFunction<void(Host&)> on_news;

 private:
  struct State;
  void tell();
  std::unique_ptr<State> state_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  bool closed_ = false;
  bool ended_ = false;
  bool told_ = false;
  HostPtr stage_;
};

/// What the pushing threads and the stage share.
template <class T>
class InletQueue {
 public:
  explicit InletQueue(std::size_t capacity) : gate(capacity) {}
  void connect(HostPtr stage) { gate.connect(std::move(stage)); }

  InletGate gate;
  Events<T> events;  // under the gate's lock
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
    const InletGate::Locked lock(queue_->gate);
    if (!queue_->gate.has_room() && !queue_->gate.wait_for_room(time)) return false;
    queue_->events.push_back(std::move(event));
    queue_->gate.added();
    return true;
  }
  /// No more events will come: the stage ends normally once everything was handed out.
  void close() {
    const InletGate::Locked lock(queue_->gate);
    queue_->gate.close();
  }

 private:
  std::shared_ptr<InletQueue<T>> queue_;
};

/// The stage behind an inlet.
template <class T>
class InletStage final : public Producer<T> {
 public:
  explicit InletStage(std::shared_ptr<InletQueue<T>> queue) : queue_(std::move(queue)) {
    queue_->gate.on_news = [this](Host& at) { at.run([this] { hand_out(); }); };
  }
  ~InletStage() override {
    const InletGate::Locked lock(queue_->gate);
    queue_->gate.end();
  }

 private:
  void handle_demand(Demand n) override {
    owed_ = add_demand(owed_, n);
    hand_out();
  }
  void hand_out() {
    const InletGate::Locked lock(queue_->gate);
    const auto count = static_cast<std::size_t>(std::min<Demand>(owed_, queue_->events.size()));
    if (count != 0) {
      this->emit_all(queue_->events.take_front(count));
      owed_ = take_demand(owed_, count);
      queue_->gate.taken(count);
    }
    if (queue_->gate.closed() && queue_->events.empty()) {
      this->info([this] { this->stop(); });
    }
  }

  std::shared_ptr<InletQueue<T>> queue_;
  Demand owed_ = 0;
};

template <class T>
struct StartedInlet {
  Inlet<T> inlet;
  ProducerRef<T> ref;
};

}  // namespace sluice::inline v0
