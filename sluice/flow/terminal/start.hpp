#pragma once

#include <utility>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/handle.hpp"
#include "sluice/flow/terminal/into.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// How to start everything of a flow that is run for its effects, or into consumers.
template <class In, class... Ops>
[[nodiscard]] Coordinator::Build build_of(const Flow<In, Ops...>& flow) {
  return [feed = flow.closed()](Assembly& assembly) { feed->build_end(assembly); };
}
template <class T>
[[nodiscard]] Coordinator::Build build_of(const FlowInto<T>& flow) {
  return [flow](Assembly& assembly) { flow.build(assembly); };
}

}  // namespace detail

/// See start().
struct StartTerminal : TerminalTag {
  Runtime* runtime;
  FlowOptions options;

  template <class In, class... Ops>
  [[nodiscard]] FlowHandle<void> execute(const Flow<In, Ops...>& flow) {
    return detail::start_flow<void>(*runtime, std::move(options), detail::build_of(flow));
  }
  template <class T>
  [[nodiscard]] FlowHandle<T> execute(const FlowInto<T>& flow) {
    return detail::start_flow<T>(*runtime, std::move(options), detail::build_of(flow));
  }
};

/// `flow | start(runtime)`: runs it for its effects and answers a handle at once; what the last layer would
/// emit is dropped (flow.md F9.1). `flow | into(…) | start(runtime)`: the same with consumers. Throws
/// StartError, OptionError.
[[nodiscard]] inline StartTerminal start(Runtime& runtime, FlowOptions options = {}) {
  StartTerminal made;
  made.runtime = &runtime;
  made.options = std::move(options);
  return made;
}

/// See run().
struct RunTerminal : TerminalTag {
  StartTerminal start;

  template <class F>
  Outcome execute(const F& flow) {
    const Outcome outcome = start.execute(flow).wait().value();
    if (outcome.kind == Outcome::Kind::failed) throw FlowFailed(outcome);
    return outcome;
  }
};

/// `flow | run(runtime)`: the same, and waits for its end: completed or cancelled. Throws FlowFailed.
[[nodiscard]] inline RunTerminal run(Runtime& runtime, FlowOptions options = {}) {
  RunTerminal made;
  made.start = start(runtime, std::move(options));
  return made;
}

}  // namespace sluice::inline v0::flow
