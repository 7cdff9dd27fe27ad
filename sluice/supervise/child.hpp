#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "sluice/stage/host.hpp"
#include "sluice/stage/stage.hpp"
#include "sluice/supervise/child_info.hpp"
#include "sluice/supervise/restart.hpp"
#include "sluice/supervise/shutdown.hpp"

namespace sluice::inline v0 {

/// How a supervisor makes and keeps one child. Copyable: a nested supervisor needs its specifications anew
/// for every start. Most easily written by child<S>(…).
struct ChildSpec {
  /// Unlike that of any sibling.
  std::string id = {};
  /// Asked anew for every start. What it throws fails the start; an empty pointer is Start::ignore.
  std::function<std::unique_ptr<Stage>()> make = {};
  /// Name, thread and the like, for every start.
  StartOptions options = {};
  Restart restart = Restart::permanent;
  /// Unset: 5 s, and `forever` for a supervisor.
  std::optional<Shutdown> shutdown = {};
  ChildKind kind = ChildKind::worker;
  /// The class that runtime.find<S> knows it by; null: that of what `make` returned.
  const std::type_info* type = nullptr;

  /// `shutdown`, or its default.
  [[nodiscard]] Shutdown shutdown_time() const noexcept {
    return shutdown.value_or(kind == ChildKind::supervisor ? Shutdown(forever)
                                                           : Shutdown(std::chrono::seconds(5)));
  }
};

/// Throws OptionError naming the child, the field and the value.
void check(const ChildSpec& spec);

/// The same, and still knows the class: start_child returns a Ref<S> for it.
template <class S>
struct ChildOf : ChildSpec {};

class Supervisor;

/// A child of class S. `args` are kept, and copied for every start:
/// `child<Counter>({.id = "counter", .options = {.name = "numbers"}, .restart = Restart::transient}, 0)`.
template <class S, class... Args>
[[nodiscard]] ChildOf<S> child(ChildSpec spec, Args&&... args) {
  static_assert(std::derived_from<S, Stage>,
                "sluice: a stage derives from Producer, ProducerConsumer or Consumer");
  static_assert((std::copy_constructible<std::decay_t<Args>> && ...),
                "sluice: the arguments of a child are copied for every start; give a factory to child_from");
  spec.make =
      [kept = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() -> std::unique_ptr<Stage> {
    return std::apply([](const auto&... each) { return std::make_unique<S>(std::decay_t<Args>(each)...); },
                      kept);
  };
  spec.type = &typeid(S);
  if constexpr (std::same_as<S, Supervisor>) spec.kind = ChildKind::supervisor;
  return {std::move(spec)};
}
template <class S, std::convertible_to<std::string> Id, class... Args>
[[nodiscard]] ChildOf<S> child(Id&& id, Args&&... args) {
  return child<S>(ChildSpec{.id = std::forward<Id>(id)}, std::forward<Args>(args)...);
}

/// A child that `make()` makes, asked anew for every start; it returns a std::unique_ptr to a stage.
template <class F>
[[nodiscard]] auto child_from(ChildSpec spec, F make) {
  static_assert(std::copy_constructible<F>, "sluice: the factory of a child must be copyable");
  using S = typename std::invoke_result_t<F&>::element_type;
  spec.make = [make = std::move(make)]() mutable -> std::unique_ptr<Stage> { return make(); };
  spec.type = &typeid(S);
  if constexpr (std::same_as<S, Supervisor>) spec.kind = ChildKind::supervisor;
  return ChildOf<S>{std::move(spec)};
}
template <std::convertible_to<std::string> Id, class F>
[[nodiscard]] auto child_from(Id&& id, F make) {
  return child_from(ChildSpec{.id = std::forward<Id>(id)}, std::move(make));
}

}  // namespace sluice::inline v0
