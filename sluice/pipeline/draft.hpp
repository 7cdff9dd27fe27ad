#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/pipeline/blueprint.hpp"
#include "sluice/pipeline/message.hpp"
#include "sluice/stage/intake.hpp"

namespace sluice::inline v0::pipeline {

/// Where the messages of a layer go: what follows decides it.
template <class T>
struct Outward {
  /// Whether nothing follows.
  bool last = false;
  /// Makes the dispatcher of one of the layer's stages; empty: by demand.
  std::function<DispatcherFor<Message<T>>(const Place&)> dispatcher = {};
  /// The batchers that follow; empty: none do.
  std::vector<std::string> batchers = {};
};

/// A pipeline being described: what comes from the source, S, has become T. A value.
template <class S, class T>
struct Draft {
  using Source = S;
  using Data = T;

  Blueprint done;
  /// Adds the newest layer, once it is known what follows.
  std::function<void(Blueprint&, const Outward<T>&)> newest;
  std::size_t steps = 0;
  Duration resubscribe_after;

  /// The layers so far, closed.
  [[nodiscard]] Blueprint closed(const Outward<T>& outward) const {
    Blueprint blueprint = done;
    newest(blueprint, outward);
    return blueprint;
  }
};

namespace detail {

/// Terms of a subscription to a stage that may be started anew while this one lives.
[[nodiscard]] SubscribeOptions source_terms(Demand max_demand, std::optional<Demand> min_demand,
                                            Duration resubscribe_after);
/// Subscriptions to all stages above.
template <class T>
[[nodiscard]] std::vector<SubscribeTo<T>> subscribe_to_all(const std::vector<std::string>& names,
                                                           const SubscribeOptions& options) {
  std::vector<SubscribeTo<T>> all;
  for (const std::string& name : names) all.push_back({Upstream<T>(name), options});
  return all;
}

}  // namespace detail
}  // namespace sluice::inline v0::pipeline
