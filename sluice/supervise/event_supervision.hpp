#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/stage/call.hpp"
#include "sluice/stage/ref.hpp"
#include "sluice/supervise/child_info.hpp"
#include "sluice/supervise/event_children.hpp"
#include "sluice/supervise/job_restart.hpp"
#include "sluice/supervise/restart_window.hpp"
#include "sluice/supervise/shutdown.hpp"
#include "sluice/supervise/slot_book.hpp"

namespace sluice::inline v0 {

class Lineage;

/// How the children of a ConsumerSupervisor are kept, all alike.
struct EventChildTerms {
  JobRestart restart;
  Shutdown shutdown;
  RestartLimit limit;
  Thread thread;
  ChildKind kind;
};

/// What a ConsumerSupervisor does that does not depend on the type of events: genstage.md §15. Its owner is
/// the stage, which hands it what happens. Thread rule: the stage's turn.
///
/// 1. A child has a slot of its subscription from the arrival of its event until it has ended for good.
/// 2. A child is started anew only when nothing is left of its last start.
/// 3. After wind_down nothing is started; the stage stops when the last child has gone.
class EventSupervision {
 public:
  /// Throws OptionError.
  explicit EventSupervision(EventChildTerms terms);
  /// After a crash or a kill of the stage there are still children: asks them to stop.
  ~EventSupervision();
  EventSupervision(const EventSupervision&) = delete;
  EventSupervision& operator=(const EventSupervision&) = delete;

  void attach(Host& host) noexcept { host_ = &host; }

  // -- demand
  void subscribed(const SubscribeOptions& options, const Subscription& from);
  void cancelled(const Subscription& from) { slots_.end(from); }
  enum class Events : unsigned char {
    wanted,
    too_late,  ///< the supervisor winds down; they are counted as lost
  };
  [[nodiscard]] Events arrived(const Subscription& from, Demand count);
  /// One of them: starts its child. With Keep::recipe `make` is called again for each restart.
  enum class Keep : unsigned char { recipe, nothing };
  void start(StageFactory make, Keep keep, SubscriptionId from);
  /// The same for a Job: makes it now and starts it when the callback has returned, which is cheaper. Its
  /// start runs no code of its author.
  void prepare(StageFactory make, Keep keep, SubscriptionId from);
  /// All of them were started.
  void handled(const Subscription& from) { slots_.refill(from.id()); }

  // -- operations
  void start_child(Reply<AnyRef>& reply, StageFactory make, Keep keep);
  void terminate_child(Reply<Found> reply, const AnyRef& child);
  [[nodiscard]] std::vector<ChildInfo> children() const {
    return children_.infos(terms_.kind, to_restart(terms_.restart));
  }
  [[nodiscard]] ChildCounts counts() const noexcept { return children_.counts(terms_.kind); }
  [[nodiscard]] std::uint64_t visits() const noexcept { return children_.visits(); }

  // -- ends
  [[nodiscard]] bool has_children() const noexcept { return children_.size() != 0; }
  void wind_down(const Reason& reason);
  void timer_fired(TimerId timer);
  [[nodiscard]] std::string describe() const;

 private:
  using Row = EventChildren::Row;
  using Child = EventChildren::Child;

  struct Ready {
    std::unique_ptr<Stage> stage;
    StageFactory again;
    SubscriptionId from;
  };

  void launch_what_is_ready();
  void could_not_start(SubscriptionId from, std::string_view why);
  /// False: it did not want to start. Throws what the start threw.
  [[nodiscard]] bool launch(Row row, StageFactory make);
  [[nodiscard]] bool launch_new(Row row, StageFactory make, Keep keep);
  [[nodiscard]] std::shared_ptr<Lineage> lineage_of(Row row, std::uint64_t incarnation);
  void gone(Row row, std::uint64_t incarnation, const Reason& reason);
  void ended(Row row, const Reason& reason);
  void stopped(Row row, const Reason& reason);
  void restart(Row row);
  [[nodiscard]] RestartVerdict note_restart();
  void try_later(Row row);
  void drop(Row row);
  void ask_to_stop(Row row);
  void kill(Row row);
  void complain(Row row);
  void set_timer(Row row, Duration time);
  void cancel_timer(Row row);
  [[nodiscard]] std::string name_of(Row row);

  EventChildTerms terms_;
  Host* host_ = nullptr;
  SlotBook slots_;
  EventChildren children_;
  RestartWindow window_;
  std::vector<Ready> ready_;
  std::unordered_map<TimerId, Row> timers_;
  std::optional<Reason> leaving_;
};

}  // namespace sluice::inline v0
