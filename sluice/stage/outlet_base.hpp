#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/options.hpp"
#include "sluice/stage/edge.hpp"
#include "sluice/stage/protocol.hpp"

namespace sluice::inline v0 {

/// The producer side's callbacks.
class EmitterCallbacks {
 public:
  virtual ~EmitterCallbacks() = default;

 protected:
  /// A consumer has subscribed; refuse it with from.cancel(reason).
  virtual void handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) {}
  /// `count` events were discarded in one dispatch. Report::log: write the standard warning.
  virtual Report handle_discarded(std::size_t /*count*/, Discard /*why*/) { return Report::log; }

 private:
  friend class OutletBase;
  /// A producer answers demand; a producer_consumer's demand only gates its input.
  virtual void demanded(Demand /*n*/) {}
};

/// The producer side of a stage but for the type of its events: its subscribers, and where demand goes.
/// One path for events (genstage.md §16a): new ones behind the buffer, then dispatch from its front until
/// nothing is placed; demand that the buffer did not meet goes up. Thread rule: on the stage's turn only.
class OutletBase {
 public:
  enum class Upward : unsigned char { to_callback, to_credit };

  OutletBase(Upward upward, DemandFlow flow) noexcept : upward_(upward), flow_(flow) {}
  virtual ~OutletBase() = default;
  OutletBase(const OutletBase&) = delete;
  OutletBase& operator=(const OutletBase&) = delete;

  void attach(Host& host) noexcept { host_ = &host; }

  // -- the protocol
  virtual void subscribe(EdgePtr edge, const SubscribeOptions& options, const EdgePtr& replaces,
                         const Reason& why);
  virtual void ask(Edge& edge, Demand n, std::uint64_t times);
  virtual void cancel(EdgePtr edge, Cancellation cancellation, Cancelled::Why why = Cancelled::Why::ended);
  virtual void down(EdgePtr edge, const Reason& reason);
  void farewell(Edge& edge);
  // -- the stage's own turn
  /// Sends what the callback that returned has emitted.
  virtual void publish() = 0;
  /// Whether the callback that returned has emitted something.
  [[nodiscard]] bool has_output() const noexcept { return has_output_; }
  /// Throws away what the callback that failed has emitted; returns how many.
  virtual std::size_t forget() noexcept = 0;
  /// About so many events will be emitted next.
  void expect(std::size_t count) noexcept { expected_ = count; }
  void set_flow(DemandFlow flow);
  [[nodiscard]] DemandFlow flow() const noexcept { return flow_; }
  /// Runs `info` when everything buffered now was handed out.
  void place_info(UniqueFunction<void()> info);
  /// Asks for no more events from now on; what is there is handed out.
  void close() noexcept { closed_ = true; }

  /// A producer_consumer's downstream demand that is not yet met.
  [[nodiscard]] Demand credit() const noexcept { return credit_; }
  [[nodiscard]] virtual Demand buffered() const noexcept = 0;
  [[nodiscard]] bool has_consumers() const noexcept { return first_ != nullptr; }
  void report(StageInfo& info) const;
  void report(EventCounts& counts) const noexcept;
  /// The stage has ended: tells the consumers, counts what is lost.
  void end(const Reason& reason);

 protected:
  /// What the dispatcher and the buffer of the typed part do.
  virtual Demand seat(Edge& edge, const Newcomer& who) = 0;
  virtual Demand unseat(Edge& edge) = 0;
  virtual Demand ask_dispatcher(Edge& edge, Demand n) = 0;
  /// Dispatches from the buffer's front until nothing is placed; returns how many were taken from it.
  virtual Demand drain() = 0;
  virtual bool buffer_empty() const noexcept = 0;
  virtual void mark_buffer(InfoId info) = 0;
  virtual void give_info_to_dispatcher(InfoId info) = 0;
  [[nodiscard]] virtual std::string_view dispatcher_name() const noexcept = 0;
  [[nodiscard]] virtual Demand buffer_capacity() const noexcept = 0;

  [[nodiscard]] inline bool queue_is_empty() const noexcept;
  void offer(Demand d);
  /// Demand for events that were dropped or rejected: a turn of its own, so that it cannot starve others.
  void ask_again(Demand d);
  void use_credit(Demand placed) noexcept { credit_ = take_demand(credit_, placed); }
  void note_discarded(std::size_t count, Discard why) noexcept;
  /// Tells the stage, once per dispatch, what note_discarded collected.
  void report_discarded();
  void release_info(InfoId info);
  void note_delivered(Edge& edge, std::size_t count) noexcept {
    edge.delivered.add(count);
    delivered_.add(count);
  }

  void set_callbacks(EmitterCallbacks& callbacks) noexcept { callbacks_ = &callbacks; }
  [[nodiscard]] bool has_discards() const noexcept { return has_discards_; }

  Host* host_ = nullptr;
  EmitterCallbacks* callbacks_ = nullptr;
  std::size_t expected_ = 16;
  Tally emitted_;
  Demand credit_ = 0;  // a producer_consumer's: downstream demand that is not yet met
  Upward upward_;
  DemandFlow flow_;
  bool closed_ = false;
  bool has_output_ = false;
  bool has_discards_ = false;  // not reported yet
  bool reporting_ = false;     // in report_discarded
  bool by_demand_ = false;     // the dispatcher is the default, known by type; it runs no user code

 private:
  struct Held {
    Demand n;
    std::uint64_t times;
  };
  /// Rarely needed, so behind one pointer.
  struct Rare {
    std::vector<Held> held;  // demand that arrived while accumulating
    std::map<InfoId, UniqueFunction<void()>> infos;
    std::array<std::size_t, 3> fresh_discards{};
    std::array<Tally, 3> discarded{};
  };
  Rare& rare() {
    if (!rare_) rare_ = std::make_unique<Rare>();
    return *rare_;
  }

  void pass_up(Demand d);
  void add(Edge& edge) noexcept;
  void remove(Edge& edge) noexcept;
  void let_go(Edge& edge) noexcept;

  Edge* first_ = nullptr;  // open
  Edge* last_ = nullptr;
  Edge* leaving_ = nullptr;  // closed, the consumer's last message has not come
  Tally delivered_;
  std::unique_ptr<Rare> rare_;
};

}  // namespace sluice::inline v0
