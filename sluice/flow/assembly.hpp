#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0::flow {

/// How a source begins.
enum class Begin : unsigned char {
  when_told,  ///< it keeps the demand to itself until everything is wired
  by_itself,  ///< it emits as soon as it is asked: it is subscribed to when everything is wired
};

/// One execution of a flow in the making: its coordinator hands it to the description, which starts its
/// stages, those above before those below (flow.md F9.2). On the coordinator's turn.
class Assembly {
 public:
  virtual ~Assembly() = default;

  /// Stages of a layer that does not say how many.
  [[nodiscard]] virtual std::size_t workers() const = 0;
  /// Starts a stage that belongs to the flow. Null: it does not want to take part (Start::ignore). Throws
  /// StartError.
  virtual HostPtr start(StartOptions options, StageFactory make, const std::type_info& type,
                        Duration shutdown) = 0;
  /// Events come from it, one of the flow's own stages or not.
  virtual void add_source(const HostPtr& source, Begin begin) = 0;
  /// Whether it is a source that begins by itself.
  [[nodiscard]] virtual bool begins_by_itself(const HostPtr& source) const = 0;
  /// A stage of the last layer. The flow is complete when all of them have ended, and all consumers.
  virtual void add_last(const HostPtr& stage) = 0;
  /// One of the flow's own stages that takes what the last layer emits.
  virtual void add_consumer(const HostPtr& consumer) = 0;
  /// A stage that does not belong to the flow, and takes part.
  virtual void add_outsider(const HostPtr& stage) = 0;
  /// Nothing begins before the producers know of subscriptions that `consumer` was told to make. Where it has
  /// ended, the flow cannot run.
  virtual void await_subscriptions(const HostPtr& consumer, std::vector<HostPtr> producers) = 0;
  /// A name for the stages of the next layer, unlike all others of the flow; `wanted` is what the user calls
  /// it.
  [[nodiscard]] virtual std::string layer_name(std::string_view wanted) = 0;

  template <class S, class Make>
  HostPtr start(std::string name, Make make, Duration shutdown) {
    return start(
        {.name = std::move(name)}, [&]() -> std::unique_ptr<Stage> { return make(); }, typeid(S), shutdown);
  }
};

}  // namespace sluice::inline v0::flow
