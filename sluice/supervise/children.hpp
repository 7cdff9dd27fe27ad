#pragma once

#include <cstdint>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/stage/call.hpp"
#include "sluice/supervise/child.hpp"

namespace sluice::inline v0 {

/// The children of one supervisor in the order of their start. Finding, adding, removing one takes constant
/// time. Thread rule: the supervisor's turn.
class Children {
 public:
  struct Child {
    ChildSpec spec;
    std::uint64_t order = 0;  ///< grows from first to last
    ChildState state = ChildState::stopped;
    std::uint64_t incarnation = 0;  ///< of the start that has not gone yet; 0: nothing is left of any
    std::uint64_t starts = 0;       ///< so far, also those that failed
    HostPtr host = {};              ///< empty: it does not run
    TimerId timer = {};             ///< when to kill it, or to complain
    bool killed = false;
    Reason cause = {};                       ///< why its start failed
    std::vector<Reply<Found>> waiting = {};  ///< who wants to know that it has stopped
  };
  using Position = std::list<Child>::iterator;

  /// Throws ChildError{already_present}.
  Position add(ChildSpec spec);
  void remove(Position at);
  /// end(): there is none.
  [[nodiscard]] Position find(std::string_view id);
  /// A start begins; only one at a time for each child.
  void begins(Position at, std::uint64_t incarnation);
  /// Nothing is left of this start; end(): nobody wants to know.
  [[nodiscard]] Position gone(std::uint64_t incarnation);
  /// Nobody wants to know when this start has gone.
  void forget(Position at);

  [[nodiscard]] Position begin() noexcept { return all_.begin(); }
  [[nodiscard]] Position end() noexcept { return all_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  /// Starts of which something is left.
  [[nodiscard]] std::size_t alive() const noexcept { return incarnations_.size(); }
  [[nodiscard]] std::vector<ChildInfo> infos() const;
  [[nodiscard]] ChildCounts counts() const;

 private:
  std::list<Child> all_;
  std::unordered_map<std::string_view, Position> by_id_;  // views of the children's own ids
  std::unordered_map<std::uint64_t, Position> incarnations_;
  std::uint64_t next_order_ = 1;
};

/// As others see it.
[[nodiscard]] ChildInfo info_of(const Children::Child& child);

}  // namespace sluice::inline v0
