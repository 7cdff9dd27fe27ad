#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "sluice/flow/parted.hpp"
#include "sluice/flow/reorder.hpp"
#include "sluice/flow/sliced.hpp"

namespace sluice::inline v0::flow::detail {

/// Whether events of type T refer to something that they do not keep alive: views, and what has one as a
/// part.
template <class T>
inline constexpr bool borrows = false;
template <class Char, class Traits>
inline constexpr bool borrows<std::basic_string_view<Char, Traits>> = true;
template <class T, std::size_t n>
inline constexpr bool borrows<std::span<T, n>> = true;
template <class A, class B>
inline constexpr bool borrows<std::pair<A, B>> = borrows<A> || borrows<B>;
template <class... T>
inline constexpr bool borrows<std::tuple<T...>> = (borrows<T> || ...);
template <class T>
inline constexpr bool borrows<std::optional<T>> = borrows<T>;
template <class T>
inline constexpr bool borrows<Numbered<T>> = borrows<T>;
template <class T>
inline constexpr bool borrows<Parted<T>> = borrows<T>;

/// What comes to a layer, element by element.
template <class In>
struct ElementOfLayer {
  using type = In;
};
template <class R>
struct ElementOfLayer<Slice<R>> {
  using type = std::ranges::range_value_t<R>;
};

/// Whether events that a layer makes of In may go to another stage. When they are there, the events they were
/// made of are gone; only who was given views knows what they refer to.
template <class In, class Out>
inline constexpr bool may_leave = !borrows<Out> || borrows<typename ElementOfLayer<In>::type>;

}  // namespace sluice::inline v0::flow::detail
