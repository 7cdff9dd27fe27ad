#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include "sluice/flow/handle.hpp"
#include "sluice/flow/terminal/start.hpp"
#include "sluice/supervise/child.hpp"

namespace sluice::inline v0::flow {

/// A flow as a supervised child (flow.md F9.0): `supervisor({}, flow::child("words", flow))`, or with
/// consumers `flow::child("words", flow | into(…))`. Started anew as a whole, when nothing is left of its
/// stages. It ends normally when it has completed and with the reason of its failure when it has not, so
/// Restart::transient repeats failed flows only; the default, permanent, also repeats completed ones. Its
/// shutdown is `forever` unless the specification says otherwise: its stages have their own.
template <class F>
  requires requires(const F& flow, Assembly& assembly) { detail::build_of(flow); }
[[nodiscard]] ChildOf<Coordinator> child(ChildSpec spec, const F& flow, FlowOptions options = {}) {
  if (!options.name.empty()) spec.options.name = std::move(options.name);
  spec.make = [build = detail::build_of(flow), demand = options.demand]() -> std::unique_ptr<Stage> {
    return std::make_unique<Coordinator>(build, demand, std::make_shared<FlowRecord>(), FailsAs::failure);
  };
  spec.type = &typeid(Coordinator);
  if (!spec.shutdown) spec.shutdown = Shutdown(forever);
  return {std::move(spec)};
}
template <std::convertible_to<std::string> Id, class F>
[[nodiscard]] auto child(Id&& id, const F& flow, FlowOptions options = {}) {
  return child(ChildSpec{.id = std::forward<Id>(id)}, flow, std::move(options));
}

}  // namespace sluice::inline v0::flow
