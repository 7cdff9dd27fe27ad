#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "sluice/flow/key_map.hpp"

namespace sluice::inline v0::flow {

/// The values of one key, most recent first (flow.md F4.4). A value.
template <class V>
class Group {
  using Kept = std::vector<V>;

 public:
  using value_type = V;
  using const_iterator = typename Kept::const_reverse_iterator;

  /// It becomes the first.
  template <class T>
  void add(T&& value) {
    kept_.push_back(std::forward<T>(value));
  }

  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  [[nodiscard]] bool empty() const noexcept { return kept_.empty(); }
  /// The i-th most recent. i < size()
  [[nodiscard]] decltype(auto) operator[](std::size_t i) const { return kept_[kept_.size() - 1 - i]; }
  [[nodiscard]] const_iterator begin() const noexcept { return kept_.rbegin(); }
  [[nodiscard]] const_iterator end() const noexcept { return kept_.rend(); }
  [[nodiscard]] auto begin() noexcept
    requires(!std::same_as<V, bool>)
  {
    return kept_.rbegin();
  }
  [[nodiscard]] auto end() noexcept
    requires(!std::same_as<V, bool>)
  {
    return kept_.rend();
  }

  /// In the order of their coming.
  [[nodiscard]] const std::vector<V>& oldest_first() const& noexcept { return kept_; }
  [[nodiscard]] std::vector<V> oldest_first() && noexcept { return std::move(kept_); }

  friend bool operator==(const Group&, const Group&) = default;

 private:
  Kept kept_;  ///< oldest first: added at its end
};

/// What group_by keeps: each key with its values.
template <class K, class V>
using Groups = KeyMap<K, Group<V>>;

}  // namespace sluice::inline v0::flow
