#pragma once

#include <any>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/dispatch/demand.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/dispatch/partition.hpp"
#include "sluice/flow/division.hpp"

namespace sluice::inline v0::flow {

/// How the stages above a layer divide their events among its stages.
template <class T>
class Border {
 public:
  [[nodiscard]] static Border straight() { return Border(Division::straight, {}, {}, {}); }
  [[nodiscard]] static Border by_demand() { return Border(Division::by_demand, {}, {}, {}); }
  /// `route(T&, partitions)` answers a partition or std::nullopt.
  template <class Route>
  [[nodiscard]] static Border by_key(Route route) {
    return partitioned(Division::by_key, std::move(route));
  }
  template <class Route>
  [[nodiscard]] static Border by_route(Route route) {
    return partitioned(Division::by_route, std::move(route));
  }
  /// `make()` answers something that makes a dispatcher for T, anew for each stage.
  template <class Make>
  [[nodiscard]] static Border custom(Make make) {
    return Border(Division::custom, [make](std::size_t /*consumers*/) { return DispatcherFor<T>(make()); },
                  {}, {});
  }

  /// For a layer of so many stages. One stage needs no keys (flow.md F5.1).
  [[nodiscard]] Border with(std::size_t consumers) const {
    Border made = *this;
    made.consumers_ = consumers;
    if (consumers == 1 && kind_ == Division::by_key) made.kind_ = Division::by_demand;
    return made;
  }

  [[nodiscard]] Division kind() const noexcept { return kind_; }
  [[nodiscard]] std::size_t consumers() const noexcept { return consumers_; }
  /// A dispatcher for one stage above.
  [[nodiscard]] DispatcherFor<T> dispatcher() const {
    return make_ && kind_ != Division::by_demand ? make_(consumers_)
                                                 : DispatcherFor<T>(std::make_unique<DemandDispatcher<T>>());
  }
  /// Which partition stage `index` of the layer takes.
  [[nodiscard]] std::optional<std::size_t> partition_of(std::size_t index) const {
    return kind_ == Division::by_key || kind_ == Division::by_route ? std::optional(index) : std::nullopt;
  }
  /// Whether both divide alike, so that a layer between them would do nothing (F5.6). Functions are alike
  /// when they have one type and no state, or compare equal.
  [[nodiscard]] bool same_as(const Border& other) const {
    if (kind_ != other.kind_ || consumers_ != other.consumers_) return false;
    switch (kind_) {
      case Division::straight:
      case Division::by_demand: return true;
      case Division::by_key:
      case Division::by_route: return route_.type() == other.route_.type() && same_(route_, other.route_);
      case Division::custom: return false;
    }
    return false;
  }

 private:
  using Make = std::function<DispatcherFor<T>(std::size_t)>;
  using Same = bool (*)(const std::any&, const std::any&);

  Border(Division kind, Make make, std::any route, Same alike)
      : kind_(kind), make_(std::move(make)), route_(std::move(route)), same_(alike) {}

  template <class Route>
  [[nodiscard]] static Border partitioned(Division kind, Route route) {
    return Border(
        kind,
        [route](std::size_t partitions) {
          return DispatcherFor<T>(sluice::partition(
              partitions, [route, partitions](T& event) mutable { return route(event, partitions); }));
        },
        route, [](const std::any& a, const std::any& b) { return same<Route>(a, b); });
  }
  template <class Route>
  static bool same([[maybe_unused]] const std::any& a, [[maybe_unused]] const std::any& b) {
    if constexpr (std::is_empty_v<Route>) {
      return true;
    } else if constexpr (std::equality_comparable<Route>) {
      return std::any_cast<const Route&>(a) == std::any_cast<const Route&>(b);
    } else {
      return false;
    }
  }

  Division kind_;
  std::size_t consumers_ = 0;
  Make make_;
  std::any route_;
  Same same_;
};

}  // namespace sluice::inline v0::flow
