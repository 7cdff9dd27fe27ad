#pragma once

#include <utility>

#include "sluice/pipeline/batch_step.hpp"
#include "sluice/pipeline/handle.hpp"
#include "sluice/pipeline/process_step.hpp"
#include "sluice/supervise/child.hpp"

namespace sluice::inline v0::pipeline {

/// See start().
struct StartTerminal {
  Runtime* runtime;
  PipelineOptions options;
};

/// `pipeline | start(runtime, {.name = "orders"})`: runs it, and answers a handle when all its stages have
/// started. Throws StartError, OptionError; then nothing of it is left.
[[nodiscard]] inline StartTerminal start(Runtime& runtime, PipelineOptions options = {}) {
  return {&runtime, std::move(options)};
}

template <class P>
concept Described = requires(const P& pipeline) { detail::blueprint_of(pipeline); };

template <Described P>
PipelineHandle<typename P::Source> operator|(const P& pipeline, StartTerminal terminal) {
  Blueprint blueprint = detail::blueprint_of(pipeline);
  check(terminal.options);
  static_cast<void>(blueprint.parts(1));
  StartOptions options;
  if (!terminal.options.name.empty()) options.name = terminal.options.name;
  auto coordinator = terminal.runtime->template start<Coordinator>(std::move(options), std::move(blueprint),
                                                                   std::move(terminal.options));
  return PipelineHandle<typename P::Source>(*terminal.runtime, std::move(coordinator));
}

/// A pipeline as a supervised child: `supervisor({}, pipeline::child("orders", pipeline))`. Started anew as a
/// whole. Asked to end, it drains; its shutdown is `forever` unless the specification says otherwise, for the
/// drain has its own time.
template <Described P>
[[nodiscard]] ChildOf<Coordinator> child(ChildSpec spec, const P& pipeline, PipelineOptions options = {}) {
  if (!options.name.empty()) spec.options.name = options.name;
  spec.make = [blueprint = detail::blueprint_of(pipeline), options]() -> std::unique_ptr<Stage> {
    return std::make_unique<Coordinator>(blueprint, options);
  };
  spec.type = &typeid(Coordinator);
  if (!spec.shutdown) spec.shutdown = Shutdown(forever);
  return {std::move(spec)};
}

}  // namespace sluice::inline v0::pipeline
