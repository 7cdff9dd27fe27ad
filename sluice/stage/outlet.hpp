#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/buffer/event_buffer.hpp"
#include "sluice/core/events.hpp"
#include "sluice/dispatch/demand.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/stage/outlet_base.hpp"
#include "sluice/stage/slot.hpp"

namespace sluice::inline v0 {

template <class T>
class Outlet;

/// What a stage emits with. Emitted events leave when the callback returns normally.
///
/// The bounded shapes emit_n, grow and emit_all cost a fraction of a nanosecond per event, because the
/// compiler vectorises them; emit(event) checks for room each time and is for output that depends on the
/// data.
template <class T>
class Emitter : public EmitterCallbacks {
 public:
  using Output = T;

  Emitter(const Emitter&) = delete;
  Emitter& operator=(const Emitter&) = delete;

 protected:
  explicit Emitter(Outlet<T>* outlet) noexcept : outlet_(outlet) {}

  /// One event.
  void emit(T event) {
    if (next_ == end_) [[unlikely]]
      make_room(1);
    ::new (static_cast<void*>(next_)) Slot<T>(std::move(event));
    ++next_;
  }

  /// Exactly n events, each made by `make()`. `make` must not emit.
  /// (Inlined by force: g++ 12 vectorises the loop only if it sees `make` and the stage together early.)
  template <class F>
    requires std::convertible_to<std::invoke_result_t<F&>, T>
  [[gnu::always_inline]] void emit_n(Demand n, F make) {
    if constexpr (std::is_trivially_default_constructible_v<T> && std::is_trivially_copyable_v<T>) {
      for (Slot<T>& slot : grow(n)) slot = T(make());
    } else if constexpr (std::is_trivially_destructible_v<T>) {
      Slot<T>* out = make_room(n);
      for (Slot<T>* const stop = out + n; out != stop; ++out)
        ::new (static_cast<void*>(out)) Slot<T>(T(make()));
      next_ = out;
    } else {
      Slot<T>* out = make_room(n);
      for (Slot<T>* const stop = out + n; out != stop; next_ = ++out) {
        ::new (static_cast<void*>(out)) Slot<T>(T(make()));
      }
    }
  }

  /// n slots to be filled: `for (auto& slot : grow(n)) slot = …`. A slot that is not written holds T{}, or,
  /// where T is trivial, any value.
  [[nodiscard]] std::span<Slot<T>> grow(Demand n) {
    static_assert(std::is_default_constructible_v<T>,
                  "sluice: grow(n) needs events with a default constructor; use emit_n");
    Slot<T>* const first = make_room(n);
    if constexpr (!std::is_trivially_default_constructible_v<T>) {
      for (Slot<T>* out = first; out != first + n; next_ = ++out) ::new (static_cast<void*>(out)) Slot<T>();
    } else {
      next_ = first + n;
    }
    return {first, static_cast<std::size_t>(n)};
  }

  /// A whole batch. Costs nothing per event when it is the first thing this callback emits.
  void emit_all(Events<T> events) { outlet_->take_over(std::move(events)); }
  /// The events of a range, copied; moved from an rvalue container.
  template <std::ranges::input_range R>
    requires(!std::same_as<std::remove_cvref_t<R>, Events<T>>)
  void emit_all(R&& range) {
    for (auto&& event : range) {
      if constexpr (std::is_lvalue_reference_v<R>) {
        emit(event);
      } else {
        emit(std::move(event));
      }
    }
  }
  void emit_all(std::initializer_list<T> events) {
    for (const T& event : events) emit(event);
  }

  /// One event for each of `events`, made by `f(event)`.
  template <class In, class F>
    requires std::convertible_to<std::invoke_result_t<F&, const In&>, T>
  void map(const Events<In>& events, F f) {
    const In* in = events.begin();
    emit_n(events.size(), [&] { return f(*in++); });
  }

  /// Any number of events up to n: `code(out)` calls `out(event)` for each. Room is looked for once. `code`
  /// must not emit in another way.
  template <class F>
  [[gnu::always_inline]] void emit_up_to(Demand n, F&& code) {
    Writer out(*this, make_room(n));
    code(out);
  }

  /// Sends what was emitted so far without waiting for the callback to return; for callbacks that produce
  /// without bound.
  void flush() { outlet_->publish(); }

 private:
  friend class Outlet<T>;

  /// Writes events one behind the other; the emitter hears of them at the end, also when something throws.
  class Writer {
   public:
    Writer(Emitter& emitter, Slot<T>* first) noexcept : emitter_(&emitter), next_(first) {}
    ~Writer() { emitter_->next_ = next_; }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    template <class U>
      requires std::convertible_to<U, T>
    [[gnu::always_inline]] void operator()(U&& event) {
      ::new (static_cast<void*>(next_)) Slot<T>(T(std::forward<U>(event)));
      ++next_;
    }

   private:
    Emitter* emitter_;
    Slot<T>* next_;
  };

  /// Room for n more; returns where they go.
  Slot<T>* make_room(Demand n) {
    if (static_cast<Demand>(end_ - next_) < n) outlet_->make_room(static_cast<std::size_t>(n));
    return next_;
  }

  Slot<T>* next_ = nullptr;
  Slot<T>* end_ = nullptr;
  Outlet<T>* outlet_;
};

/// The typed producer side: outbox, buffer, dispatcher.
template <class T>
class Outlet final : public OutletBase, private Delivery<T> {
 public:
  Outlet(Upward upward, DemandFlow flow, DispatcherFor<T> dispatcher, Demand buffer_size, Keep keep)
      : OutletBase(upward, flow), dispatcher_(dispatcher.take()), buffer_(buffer_size, keep) {
    if (!dispatcher_) dispatcher_ = std::make_unique<DemandDispatcher<T>>();
    by_demand_ = dynamic_cast<DemandDispatcher<T>*>(dispatcher_.get()) != nullptr;
    dispatcher_->bound_queues(buffer_size, keep);
  }
  ~Outlet() override {
    if (box_ != nullptr) detail::release(box_);  // empty: a stage that never ran
  }

  void bind(Emitter<T>& emitter) noexcept { set_callbacks(emitter); }

  // -- for the emitter

  /// Opens a block with room for n more events.
  void make_room(std::size_t n) {
    has_output_ = true;
    seal();
    const std::size_t wanted = std::max({n, std::min<std::size_t>(expected_, most_expected), outbox_.size()});
    box_ = detail::take_block<T>(wanted);
    emitter().next_ = box_begin();
    emitter().end_ = box_begin() + detail::block_capacity<T>(box_);
  }
  void take_over(Events<T>&& events) {
    has_output_ = true;
    if (box_ == nullptr && outbox_.empty()) {
      outbox_ = std::move(events);
      return;
    }
    seal();
    outbox_.append(std::move(events));
  }

  /// An ask from the turn of the consumer, while this stage rests, when it only changes accounts. False:
  /// nothing was done.
  [[nodiscard]] bool absorb(Edge& edge, Demand n) noexcept {
    if (edge.out != Edge::Side::open || flow_ != DemandFlow::forward || !buffer_.empty()) return false;
    if (!by_demand_) {
      if (!dispatcher_->ask_quietly(seat_of(edge), n)) return false;
    } else {
      auto& by_demand = static_cast<DemandDispatcher<T>&>(*dispatcher_);
      if (upward_ != Upward::to_credit || !queue_is_empty() || !by_demand.ask_as_usual(seat_of(edge), n))
        return false;
      credit_ = add_demand(credit_, n);
    }
    edge.asked.add(n);
    return true;
  }

  // -- OutletBase

  void publish() override {
    has_output_ = false;
    seal();
    const std::size_t count = outbox_.size();
    if (count == 0) return;
    expected_ = count;
    emitted_.add(count);
    if (flow_ == DemandFlow::forward && buffer_.empty()) [[likely]] {
      use_credit(dispatch(outbox_));
      if (outbox_.empty()) return;
      left_over(outbox_.size());
      store();
    } else {
      unoffered_ += count;
      store();
      use_credit(drain_buffer());
    }
    if (has_discards()) report_discarded();
  }

  std::size_t forget() noexcept override {
    has_output_ = false;
    seal();
    const std::size_t lost = outbox_.size();
    emitted_.add(lost);
    outbox_ = {};
    return lost;
  }

  [[nodiscard]] Demand buffered() const noexcept override { return buffer_.size() + dispatcher_->queued(); }
  [[nodiscard]] const Dispatcher<T>& dispatcher() const noexcept { return *dispatcher_; }

 private:
  static constexpr std::size_t most_expected = std::max<std::size_t>(1, 64 * 1024 / sizeof(T));

  static Seat<T>& seat_of(Edge& edge) noexcept { return static_cast<EdgeOf<T>&>(edge); }

  Demand seat(Edge& edge, const Newcomer& who) override {
    return dispatcher_->subscribe(seat_of(edge), who, *this);
  }
  Demand unseat(Edge& edge) override { return dispatcher_->cancel(seat_of(edge), *this); }
  Demand ask_dispatcher(Edge& edge, Demand n) override {
    if (by_demand_) return static_cast<DemandDispatcher<T>&>(*dispatcher_).ask(seat_of(edge), n, *this);
    return dispatcher_->ask(seat_of(edge), n, *this);
  }
  Demand drain() override {
    const Demand placed = drain_buffer();
    if (has_discards()) report_discarded();
    return placed;
  }
  [[nodiscard]] bool buffer_empty() const noexcept override { return buffer_.empty(); }
  void mark_buffer(InfoId info) override { buffer_.mark(info.value); }
  void give_info_to_dispatcher(InfoId info) override { dispatcher_->place_info(info, *this); }
  [[nodiscard]] std::string_view dispatcher_name() const noexcept override { return dispatcher_->name(); }
  [[nodiscard]] Demand buffer_capacity() const noexcept override { return buffer_.capacity(); }

  // -- Delivery<T>

  void deliver(Seat<T>& to, Events<T>&& events) override {
    if (!events.empty()) send(to, events);
  }
  void send(Seat<T>& to, Events<T>& events) {
    Edge& edge = static_cast<EdgeOf<T>&>(to);
    note_delivered(edge, events.size());
    Host& consumer = *edge.consumer;
    RunQueue* const here = consumer.near(*host_);
    if (here == nullptr) {
      consumer.post(MessagePtr(new EventsMessage<T>(edge, std::move(events))));
    } else if (here->hand_over().to() == nullptr && consumer.resting()) {
      here->hand_over().put(consumer, edge, std::move(events));
      consumer.in_run_queue = true;
    } else {
      consumer.send_near(MessagePtr(new EventsMessage<T>(edge, std::move(events))), *here);
    }
  }
  void discard(std::size_t count, Discard why) override { note_discarded(count, why); }
  void release(InfoId info) override { release_info(info); }
  void warn(std::string text) override { host_->log(Severity::warning, std::move(text)); }

  // -- one path for all events

  /// Offers `events` to the dispatcher; returns how many it took.
  Demand dispatch(Events<T>& events) {
    const std::size_t before = events.size();
    if (by_demand_) {  // the default: known by type, and runs no user code
      auto& by_demand = static_cast<DemandDispatcher<T>&>(*dispatcher_);
      if (Seat<T>* const seat = by_demand.take_whole(before)) {
        send(*seat, events);
        return before;
      }
      static_cast<void>(by_demand.dispatch(events, *this));
    } else {
      host_->guard([&] { ask_again(dispatcher_->dispatch(events, *this)); });
    }
    return before - events.size();
  }
  /// They answered demand all the same, as far as there was any: the dispatcher's and the credit alike.
  void left_over(std::size_t count) {
    use_credit(count);
    host_->guard([&] { dispatcher_->left_over(count); });
  }

  Demand drain_buffer() {
    Demand placed = 0;
    if (flow_ == DemandFlow::accumulate || buffer_.empty()) return 0;
    const std::size_t offered_before = buffer_.size() - std::min(unoffered_, buffer_.size());
    while (!buffer_.empty() && !host_->ending()) {
      Events<T>& run = buffer_.front();
      const Demand taken = dispatch(run);
      buffer_.note_taken(static_cast<std::size_t>(taken));
      release_marks();
      if (taken == 0) break;
      placed += taken;
    }
    if (unoffered_ != 0) {
      const std::size_t taken_of_new =
          placed > offered_before ? static_cast<std::size_t>(placed) - offered_before : 0;
      left_over(std::exchange(unoffered_, 0) - taken_of_new);
    }
    return placed;
  }

  void store() {
    const auto stored = buffer_.store(std::move(outbox_));
    outbox_ = {};
    note_discarded(stored.discarded, Discard::buffer_full);
    release_marks();
  }

  /// Behind the buffer an info passes the dispatcher, which may hold events back itself.
  void release_marks() {
    buffer_.release_passed(
        [this](std::uint64_t mark) { host_->guard([&] { give_info_to_dispatcher(InfoId{mark}); }); });
  }

  [[nodiscard]] Emitter<T>& emitter() const noexcept { return static_cast<Emitter<T>&>(*callbacks_); }
  [[nodiscard]] Slot<T>* box_begin() const noexcept { return detail::block_data<Slot<T>>(box_); }

  /// Moves what was emitted into the open block to the outbox.
  void seal() noexcept {
    if (box_ == nullptr) return;
    const auto count = static_cast<std::size_t>(emitter().next_ - box_begin());
    outbox_.append(Events<T>::adopt(std::exchange(box_, nullptr), count));
    emitter().next_ = emitter().end_ = nullptr;
  }

  detail::Block* box_ = nullptr;  // open: the emitter writes into it
  Events<T> outbox_;              // emitted by this callback and sealed
  std::unique_ptr<Dispatcher<T>> dispatcher_;
  EventBuffer<T> buffer_;
  std::size_t unoffered_ = 0;  // of the events that were ever buffered: no dispatcher has seen them yet
};

}  // namespace sluice::inline v0
