#pragma once

#include <exception>
#include <functional>
#include <string>

#include "sluice/core/log.hpp"
#include "sluice/core/reason.hpp"
#include "sluice/pipeline/message.hpp"

namespace sluice::inline v0::pipeline::detail {

/// Shows a message that failed to the user's handler, if there is one (pipeline.md §8).
template <class T, class Stage>
void show_failure(const std::function<void(Message<T>&)>& handler, Message<T>& message, const Stage& stage) {
  if (!handler) return;
  try {
    handler(message);
  } catch (...) {
    stage.write(Severity::error, "on_failure threw: " + Reason::of(std::current_exception()).to_string());
  }
}
/// The same for one that failed alone; what a function of the user's threw is logged.
template <class T, class Stage>
void handle_failure(const std::function<void(Message<T>&)>& handler, Message<T>& message,
                    const Stage& stage) {
  if (message.failure()->exception() != nullptr)
    stage.write(Severity::error, "a message failed: " + message.failure()->to_string());
  show_failure(handler, message, stage);
}

}  // namespace sluice::inline v0::pipeline::detail
