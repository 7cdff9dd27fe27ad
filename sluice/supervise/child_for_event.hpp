#pragma once

#include <concepts>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/core/unique_function.hpp"
#include "sluice/stage/stage.hpp"
#include "sluice/supervise/job.hpp"

namespace sluice::inline v0 {

/// How a ConsumerSupervisor makes the child for an event of type T. Of anything that is called with an event
/// and returns a std::unique_ptr to a stage; a null pointer means that this event needs no child.
template <class T>
class ChildForEvent {
 public:
  template <class Make>
    requires(!std::same_as<std::remove_cvref_t<Make>, ChildForEvent> && std::is_invocable_v<Make&, T>)
  ChildForEvent(Make make) {
    using S = typename std::invoke_result_t<Make&, T>::element_type;
    static_assert(std::derived_from<S, Stage>, "sluice: a child is made as a std::unique_ptr to a stage");
    makes_jobs_ = std::derived_from<S, Job>;
    const auto shared = std::make_shared<Make>(std::move(make));
    once_ = [shared](T event) -> std::unique_ptr<Stage> { return (*shared)(std::move(event)); };
    if constexpr (std::is_invocable_v<Make&, const T&>) {
      again_ = [shared](const T& event) -> std::unique_ptr<Stage> { return (*shared)(event); };
    } else if constexpr (std::copy_constructible<T>) {
      again_ = [shared](const T& event) -> std::unique_ptr<Stage> { return (*shared)(T(event)); };
    }
  }

  /// Whether it can make a second child for the same event.
  [[nodiscard]] bool repeatable() const noexcept { return static_cast<bool>(again_); }
  /// Whether all its children are of a class derived from Job.
  [[nodiscard]] bool makes_jobs() const noexcept { return makes_jobs_; }
  [[nodiscard]] std::unique_ptr<Stage> once(T event) { return once_(std::move(event)); }
  [[nodiscard]] std::unique_ptr<Stage> again(const T& event) { return again_(event); }

 private:
  UniqueFunction<std::unique_ptr<Stage>(T)> once_;
  UniqueFunction<std::unique_ptr<Stage>(const T&)> again_;
  bool makes_jobs_ = false;
};

namespace detail {

template <class S, class... Args>
class ChildOfClass {
 public:
  explicit ChildOfClass(Args... args) : args_(std::move(args)...) {}
  template <class T>
    requires std::is_constructible_v<S, Args..., T>
  std::unique_ptr<S> operator()(T&& event) const {
    return std::apply(
        [&](const Args&... args) { return std::make_unique<S>(Args(args)..., std::forward<T>(event)); },
        args_);
  }

 private:
  std::tuple<Args...> args_;
};

}  // namespace detail

/// A child of class S for each event: S(args…, event). The arguments are copied for every start.
template <class S, class... Args>
[[nodiscard]] auto child_for_each(Args&&... args) {
  static_assert(std::derived_from<S, Stage>,
                "sluice: a child derives from Job, Producer, ProducerConsumer or Consumer");
  static_assert((std::copy_constructible<std::decay_t<Args>> && ...),
                "sluice: the arguments of a child are copied for every start; write the factory yourself");
  return detail::ChildOfClass<S, std::decay_t<Args>...>(std::forward<Args>(args)...);
}

}  // namespace sluice::inline v0
