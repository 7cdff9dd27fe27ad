#include "sluice/flow/outcome.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::inline v0::flow {

std::string to_string(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::completed: return "completed";
    case Outcome::Kind::cancelled: return fmt::format("cancelled: {}", outcome.reason.to_string());
    case Outcome::Kind::failed:
      return outcome.stage.empty()
                 ? fmt::format("failed: {}", outcome.reason.to_string())
                 : fmt::format("failed: stage \"{}\": {}", outcome.stage, outcome.reason.to_string());
  }
  return "unknown";
}

FlowFailed::FlowFailed(Outcome outcome)
    : std::runtime_error(fmt::format("the flow {}{}", outcome.kind == Outcome::Kind::failed ? "" : "was ",
                                     to_string(outcome))),
      outcome_(std::move(outcome)) {}

}  // namespace sluice::inline v0::flow
