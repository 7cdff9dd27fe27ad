#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sluice/stage/call.hpp"
#include "sluice/supervise/child_info.hpp"

namespace sluice::inline v0 {

/// The children of a ConsumerSupervisor: one row for each event whose child lives or is about to be started
/// anew. Adding, finding by row and removing one take constant time. Thread rule: the supervisor's turn.
class EventChildren {
 public:
  using Row = std::size_t;

  struct Child {
    HostPtr host = {};                       ///< empty: it does not run
    StageId stage = {};                      ///< the last one that ran; what a reference to it says
    SubscriptionId from = {};                ///< whose slot it takes; none: nobody's
    std::uint64_t incarnation = 0;           ///< of the start of which something is left; 0: none
    StageFactory again = {};                 ///< how to start it anew; empty: never
    std::vector<Reply<Found>> waiting = {};  ///< who wants to know that it has stopped
    TimerId timer = {};                      ///< when to kill it, to complain, or to try again
    unsigned failures = 0;                   ///< starts that failed one after the other
    unsigned starts = 0;                     ///< so far, also those that failed
    ChildState state = ChildState::stopped;
    bool killed = false;
  };

  [[nodiscard]] Row add(SubscriptionId from);
  void remove(Row row);
  [[nodiscard]] Child& at(Row row) noexcept {
    ++visits_;
    return rows_[row];
  }
  /// A start begins. Returns its incarnation.
  std::uint64_t begins(Row row);
  /// It has a stage.
  void runs(Row row, HostPtr host);
  /// Nothing is left of its last start.
  void ended(Row row);
  /// Whether it is this start of which the row knows.
  [[nodiscard]] bool is_of(Row row, std::uint64_t incarnation) const noexcept {
    return row < rows_.size() && rows_[row].incarnation == incarnation;
  }
  /// The child whose last stage this is. The first search takes time for each child, later ones do not.
  [[nodiscard]] std::optional<Row> find(StageId stage);

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size() - free_.size(); }
  /// Rows in use, in no order that means anything.
  [[nodiscard]] std::vector<Row> all() const;
  [[nodiscard]] std::vector<ChildInfo> infos(ChildKind kind, Restart restart) const;
  [[nodiscard]] ChildCounts counts(ChildKind kind) const noexcept;
  /// How many children were looked at so far: what an operation costs.
  [[nodiscard]] std::uint64_t visits() const noexcept { return visits_; }

 private:
  std::vector<Child> rows_;
  std::vector<Row> free_;
  std::optional<std::unordered_map<StageId, Row>> by_stage_;  // from the first search on
  std::uint64_t last_incarnation_ = 0;
  std::size_t running_ = 0;
  mutable std::uint64_t visits_ = 0;
};

}  // namespace sluice::inline v0
