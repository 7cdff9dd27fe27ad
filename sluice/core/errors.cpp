#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

namespace {

std::string text_of(CallError::Kind kind, const Reason& reason) {
  switch (kind) {
    case CallError::Kind::noproc: return "call: the stage has ended (noproc)";
    case CallError::Kind::timeout: return "call: no answer in time";
    case CallError::Kind::no_reply: return "call: the stage dropped its Reply unanswered";
    case CallError::Kind::down:
      return "call: the stage ended before it answered (" + reason.to_string() + ")";
  }
  return "call failed";
}

}  // namespace

CallError::CallError(Kind kind, Reason reason)
    : std::runtime_error(text_of(kind, reason)), kind_(kind), reason_(std::move(reason)) {}

}  // namespace sluice::inline v0
