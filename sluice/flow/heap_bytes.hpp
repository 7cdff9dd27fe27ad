#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice::inline v0::flow {

/// How many bytes a value holds outside itself, estimated: what strings, vectors, pairs, tuples and optionals
/// of each other have allocated. Of other types 0; specialise it for your own, with `constant = false`.
template <class T>
struct HeapBytes {
  static constexpr bool constant = true;  ///< whether it is 0 for all values
  [[nodiscard]] constexpr std::size_t operator()(const T& /*value*/) const noexcept { return 0; }
};

template <>
struct HeapBytes<std::string> {
  static constexpr bool constant = false;
  [[nodiscard]] std::size_t operator()(const std::string& text) const noexcept {
    static const std::size_t inside = std::string().capacity();
    return text.capacity() > inside ? text.capacity() + 1 : 0;
  }
};

template <class T>
struct HeapBytes<std::vector<T>> {
  static constexpr bool constant = false;
  [[nodiscard]] std::size_t operator()(const std::vector<T>& all) const noexcept {
    std::size_t bytes = all.capacity() * sizeof(T);
    if constexpr (!HeapBytes<T>::constant) {
      for (const T& one : all) bytes += HeapBytes<T>{}(one);
    }
    return bytes;
  }
};

template <class T>
struct HeapBytes<std::optional<T>> {
  static constexpr bool constant = HeapBytes<T>::constant;
  [[nodiscard]] std::size_t operator()(const std::optional<T>& value) const noexcept {
    return value ? HeapBytes<T>{}(*value) : 0;
  }
};

template <class A, class B>
struct HeapBytes<std::pair<A, B>> {
  static constexpr bool constant = HeapBytes<A>::constant && HeapBytes<B>::constant;
  [[nodiscard]] std::size_t operator()(const std::pair<A, B>& both) const noexcept {
    return HeapBytes<A>{}(both.first) + HeapBytes<B>{}(both.second);
  }
};

template <class... A>
struct HeapBytes<std::tuple<A...>> {
  static constexpr bool constant = (HeapBytes<A>::constant && ...);
  [[nodiscard]] std::size_t operator()(const std::tuple<A...>& all) const noexcept {
    return std::apply([](const A&... each) { return (std::size_t{0} + ... + HeapBytes<A>{}(each)); }, all);
  }
};

}  // namespace sluice::inline v0::flow
