#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/core/count.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/events.hpp"
#include "sluice/core/ids.hpp"
#include "sluice/core/options.hpp"
#include "sluice/core/unique_function.hpp"

namespace sluice::inline v0 {

/// The part of a Seat that does not depend on the event type. A dispatcher may use it as it likes.
struct SeatBase {
  SubscriptionId id = {};   ///< of the subscription
  StageId consumer = {};    ///< the stage that sits here
  Demand demand = 0;        ///< asked for and not yet delivered, as the dispatcher counts it
  std::uint64_t order = 0;  ///< who came first among equals
  std::size_t slot = 0;     ///< where the dispatcher keeps it
  std::size_t lane = 0;     ///< which part of the dispatcher it belongs to
};

/// A consumer's place at a dispatcher. It exists from subscribe to cancel and does not move in between.
template <class T>
struct Seat : SeatBase {
  /// Only events for which it holds are wanted (broadcast). Empty: all.
  UniqueFunction<bool(const T&)> selector = {};
};

/// Who wants to sit down.
struct Newcomer {
  const SubscribeOptions& options;
  std::string_view name;  ///< of the stage, for messages
};

/// A message queued behind events: delivered to the stage itself when they were handed out.
using InfoId = Id<struct InfoTag>;

/// Where a dispatcher's decisions go. Calls take effect in their order.
template <class T>
class Delivery {
 public:
  virtual ~Delivery() = default;
  /// One message with these events to the consumer. Empty events: nothing.
  virtual void deliver(Seat<T>& to, Events<T>&& events) = 0;
  /// `count` events were dropped.
  virtual void discard(std::size_t count, Discard why) = 0;
  /// The info has passed all events the dispatcher itself had queued before it.
  virtual void release(InfoId info) = 0;
  /// A line for the log.
  virtual void warn(std::string text) = 0;
};

/// Decides which consumer gets which events. Data in, data out: no thread, no clock, no stage.
///
/// Users may write their own. The stage keeps events that were not placed, in order, and offers them again
/// after every subscribe, ask and cancel (genstage.md §13, §16a).
template <class T>
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;

  /// A consumer sits down. Returns demand to pass upstream. Throws Refused to turn it away.
  virtual Demand subscribe(Seat<T>& seat, const Newcomer& who, Delivery<T>& out) = 0;
  /// A consumer leaves; the seat is gone after the call. Returns demand to pass upstream.
  virtual Demand cancel(Seat<T>& seat, Delivery<T>& out) = 0;
  /// The consumer wants n >= 1 more. Returns demand to pass upstream.
  virtual Demand ask(Seat<T>& seat, Demand n, Delivery<T>& out) = 0;
  /// Does the same if that delivers nothing and asks for nothing upstream. False, the default: nothing was
  /// done, and ask follows. Saves a message; called on the consumer's turn while the producer rests.
  [[nodiscard]] virtual bool ask_quietly(Seat<T>& /*seat*/, Demand /*n*/) noexcept { return false; }
  /// Takes from the front of `events` what can be placed now, and leaves the rest. There may be no consumer.
  /// Returns demand to be asked upstream again, for events that were dropped or wanted by nobody.
  virtual Demand dispatch(Events<T>& events, Delivery<T>& out) = 0;
  /// `n` events that were just emitted found no taker: they wait in the stage's buffer now, or were discarded
  /// for want of room. Told once for each event, after it was offered for the first time; dispatch may be
  /// offered the same events many times, so demand that they answered is counted here (genstage.md D5,
  /// R10.4).
  virtual void left_over(Demand /*n*/) {}
  /// Calls out.release(info) once the events that the dispatcher itself holds back were delivered.
  virtual void place_info(InfoId info, Delivery<T>& out) { out.release(info); }

  /// How many events from the front dispatch could take now, at most. `unlimited` is always correct.
  [[nodiscard]] virtual Demand room() const { return unlimited; }
  /// Events in queues of its own.
  [[nodiscard]] virtual std::size_t queued() const { return 0; }
  /// The stage's buffer options, which bound each such queue (genstage.md D22). Called once, before all else.
  virtual void bound_queues(Demand /*size*/, Keep /*keep*/) {}
  /// For introspection: "demand", "broadcast" …
  [[nodiscard]] virtual std::string_view name() const = 0;
};

/// What a stage's options hold: a dispatcher, or something that makes one for events of type T, such as
/// `broadcast()` or `partition(4, route)`.
template <class T>
class DispatcherFor {
 public:
  DispatcherFor() noexcept = default;  // empty: demand dispatcher
  DispatcherFor(std::unique_ptr<Dispatcher<T>> made) : made_(std::move(made)) {
    if (!made_) throw OptionError("dispatcher", "must not be a null pointer");
  }
  template <class D>
    requires std::derived_from<D, Dispatcher<T>>
  DispatcherFor(std::unique_ptr<D> made) : DispatcherFor(std::unique_ptr<Dispatcher<T>>(std::move(made))) {}
  template <class Recipe>
    requires requires(Recipe recipe) {
      { std::move(recipe).template make<T>() } -> std::convertible_to<std::unique_ptr<Dispatcher<T>>>;
    }
  DispatcherFor(Recipe recipe)
      : DispatcherFor(std::unique_ptr<Dispatcher<T>>(std::move(recipe).template make<T>())) {}

  explicit operator bool() const noexcept { return made_ != nullptr; }
  [[nodiscard]] std::unique_ptr<Dispatcher<T>> take() noexcept { return std::move(made_); }

 private:
  std::unique_ptr<Dispatcher<T>> made_;
};

}  // namespace sluice::inline v0
