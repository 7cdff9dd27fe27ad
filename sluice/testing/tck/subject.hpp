#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/runtime/runtime.hpp"

namespace sluice::inline v0::tck {

/// A factory of a stage of class S with these constructor arguments, copied for every start:
/// `verify_producer(tck::stage<Counter>(0L))`.
template <class S, class... Args>
[[nodiscard]] auto stage(Args... args) {
  return [args...](Runtime& runtime, StartOptions options) {
    return runtime.start<S>(std::move(options), Args(args)...);
  };
}

/// How a stage under test is made, afresh for every run: `Ref<S> factory(Runtime&, StartOptions)`, or
/// `StageRecipe<S> factory()`: `[] { return from_range(numbers); }`.
template <class Factory>
concept StageFactoryLike = std::invocable<Factory&, Runtime&, StartOptions> || std::invocable<Factory&>;

namespace detail {

template <StageFactoryLike Factory>
auto start(Factory& factory, Runtime& runtime, StartOptions options = {}) {
  if constexpr (std::invocable<Factory&, Runtime&, StartOptions>) {
    return factory(runtime, std::move(options));
  } else {
    return runtime.start(std::move(options), factory());
  }
}

template <class Factory>
using Started = decltype(start(std::declval<Factory&>(), std::declval<Runtime&>()));

template <class R>
struct InputOf {};
template <class S>
struct InputOf<Ref<S>> {
  using type = typename S::Input;
};
template <class T>
struct InputOf<ConsumerRef<T>> {
  using type = T;
};
template <class Factory>
using input_of = typename InputOf<Started<Factory>>::type;

/// What a factory's stage emits, or Otherwise.
template <class Factory, class Otherwise>
struct OutputOr {
  using type = Otherwise;
};
template <class Factory, class Otherwise>
  requires sluice::detail::Emits<Started<Factory>>
struct OutputOr<Factory, Otherwise> {
  using type = typename Started<Factory>::Output;
};

}  // namespace detail

/// The nth event that the kit feeds into a consumer or a dispatcher; different for different n.
template <class T>
using Sample = std::function<T(std::size_t n)>;

namespace detail {

/// `given`, or numbers and texts of numbers. Throws OptionError for a type that needs one given.
template <class T>
Sample<T> sample_of(Sample<T> given) {
  if (given) return given;
  if constexpr (std::is_arithmetic_v<T> && !std::same_as<T, bool>) {
    return [](std::size_t n) { return static_cast<T>(n); };
  } else if constexpr (std::same_as<T, std::string>) {
    return [](std::size_t n) { return std::to_string(n); };
  } else {
    throw OptionError("sample", "must be given for events that are neither numbers nor strings");
  }
}

}  // namespace detail

}  // namespace sluice::inline v0::tck
