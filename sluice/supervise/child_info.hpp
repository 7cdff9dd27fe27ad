#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/stage/ref.hpp"
#include "sluice/supervise/restart.hpp"

namespace sluice::inline v0 {

enum class ChildState : unsigned char {
  running,
  restarting,  ///< it has ended, or could not be started, and will be started anew
  stopping,    ///< its supervisor asked it to stop and waits for its end
  stopped,     ///< it ended, was terminated, or did not want to start; only its specification is left
};

enum class ChildKind : unsigned char { worker, supervisor };

/// One child as its supervisor sees it.
struct ChildInfo {
  std::string id = {};
  AnyRef ref = {};  ///< empty unless it is running or stopping
  ChildState state = ChildState::stopped;
  ChildKind kind = ChildKind::worker;
  Restart restart = Restart::permanent;
  std::uint64_t restarts = 0;  ///< starts after its first one, whoever asked for them; also those that failed

  friend bool operator==(const ChildInfo&, const ChildInfo&) = default;
};

struct ChildCounts {
  std::size_t specs = 0;        ///< children with a specification, running or not
  std::size_t active = 0;       ///< that are running or stopping
  std::size_t workers = 0;      ///< among specs
  std::size_t supervisors = 0;  ///< among specs

  friend bool operator==(const ChildCounts&, const ChildCounts&) = default;
};

/// Whether a supervisor has such a child.
enum class Found : unsigned char { yes, no };

[[nodiscard]] constexpr std::string_view to_string(ChildState state) noexcept {
  switch (state) {
    case ChildState::running: return "running";
    case ChildState::restarting: return "restarting";
    case ChildState::stopping: return "stopping";
    case ChildState::stopped: return "stopped";
  }
  return "unknown";
}

}  // namespace sluice::inline v0
