#include "sluice/supervise/restart_history.hpp"

#include <fmt/format.h>

namespace sluice::inline v0 {

std::string RestartHistory::to_string() const {
  std::string text;
  for (auto end = ends_.rbegin(); end != ends_.rend(); ++end) {
    if (end == ends_.rbegin()) continue;
    const auto before = std::chrono::duration_cast<std::chrono::milliseconds>(ends_.back().at - end->at);
    text += fmt::format("{}\"{}\": {} ({} ms before)", text.empty() ? "" : ", ", end->child,
                        end->reason.to_string(), before.count());
  }
  return text;
}

}  // namespace sluice::inline v0
