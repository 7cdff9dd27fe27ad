#pragma once

#include <string>
#include <vector>

#include "sluice/supervise/supervisor.hpp"

namespace sluice::inline v0 {

/// A child, and what is supervised below it.
struct ChildTree {
  ChildInfo child = {};
  std::vector<ChildTree> below = {};  ///< in the order of their start; empty unless `child` is a Supervisor

  friend bool operator==(const ChildTree&, const ChildTree&) = default;
};

/// All that `top` supervises, as it runs now. Each supervisor answers on its own turn, so the levels are of
/// different moments; one that has ended meanwhile, or does not answer in time, has nothing below it. The id
/// of the root is its name. Throws CallError when `top` itself does not answer, std::logic_error inside a
/// callback. Thread rule: any thread.
[[nodiscard]] ChildTree child_tree(const Ref<Supervisor>& top, Duration timeout = std::chrono::seconds(5));

/// One line a stage, indented by two spaces a level: `parser "lines": running, 2 restarts`. The name is left
/// out where it is the id.
[[nodiscard]] std::string to_string(const ChildTree& tree);

}  // namespace sluice::inline v0
