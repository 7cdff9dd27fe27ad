#pragma once

#include <utility>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/handle.hpp"

namespace sluice::inline v0::flow {

/// See start() and run().
struct StartTerminal : TerminalTag {
  Runtime* runtime;
  FlowOptions options;

  template <class In, class... Ops>
  [[nodiscard]] FlowHandle<void> execute(const Flow<In, Ops...>& flow) {
    return detail::start_coordinator<void>(
        *runtime, std::move(options),
        [feed = flow.feed()](Assembly& assembly) { feed->build_end(assembly); });
  }
};

/// `flow | start(runtime)`: runs it for its effects and answers a handle at once; what the last layer would
/// emit is dropped (flow.md F9.1). Throws StartError, OptionError.
[[nodiscard]] inline StartTerminal start(Runtime& runtime, FlowOptions options = {}) {
  StartTerminal made;
  made.runtime = &runtime;
  made.options = std::move(options);
  return made;
}

struct RunTerminal : TerminalTag {
  StartTerminal start;

  template <class In, class... Ops>
  void execute(const Flow<In, Ops...>& flow) {
    const Outcome outcome = start.execute(flow).wait().value();
    if (outcome.kind == Outcome::Kind::failed) throw FlowFailed(outcome);
  }
};

/// `flow | run(runtime)`: the same, and waits for its end. Throws FlowFailed.
[[nodiscard]] inline RunTerminal run(Runtime& runtime, FlowOptions options = {}) {
  RunTerminal made;
  made.start = start(runtime, std::move(options));
  return made;
}

}  // namespace sluice::inline v0::flow
