#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0::flow {

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
  /// Events come from it: it is told to go once everything is wired.
  virtual void add_source(const HostPtr& source) = 0;
  /// The flow is complete when this one has ended.
  virtual void add_last(const HostPtr& stage) = 0;
  /// A name for the stages of the next layer; `wanted` is what the user calls it.
  [[nodiscard]] virtual std::string layer_name(std::string_view wanted) = 0;

  template <class S, class Make>
  HostPtr start(std::string name, Make make, Duration shutdown) {
    return start(
        {.name = std::move(name)}, [&]() -> std::unique_ptr<Stage> { return make(); }, typeid(S), shutdown);
  }
};

}  // namespace sluice::inline v0::flow
