#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/flow/key_map.hpp"
#include "sluice/flow/operator.hpp"

namespace sluice::inline v0::flow {

/// See uniq_by().
template <class Key>
struct UniqOperator : Operator {
  static constexpr Role role = Role::state;
  static constexpr bool before_reduce = true;
  static constexpr bool at_most_one = true;
  static void note(Notes& notes) { notes.add("uniq").keeps_all("each key of a window"); }
  template <class In>
  using Output = In;
  template <class In>
  using KeyOf = detail::stored_key<std::invoke_result_t<Key&, const In&>>;
  template <class In>
  using State = KeySet<KeyOf<In>>;

  template <class In>
  static consteval bool takes() {
    constexpr bool fits = std::is_invocable_v<Key&, const In&>;
    static_assert(fits, "sluice: uniq_by(key) needs a key that takes a const event");
    if constexpr (fits) {
      constexpr bool kept = std::constructible_from<KeyOf<In>, std::invoke_result_t<Key&, const In&>>;
      static_assert(kept, "sluice: uniq keeps a copy of each key; events that only move need uniq_by(key)");
      return kept;
    } else {
      return false;
    }
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    return {};
  }
  template <class Seen, class T, class Next>
  void push(Seen& seen, Context& /*context*/, T&& event, const Next& next) {
    if (detail::add_key(seen, std::invoke(key, std::as_const(event)))) next(std::forward<T>(event));
  }

  Key key;
};

/// The first event of each key, at once and in the order of their coming (flow.md F4.5, E14). Keys are kept
/// per stage and window until the window is done: divide by the same key before it where several stages run,
/// and give endless flows a window. Keys are what sluice::Hash takes and == compares; NaN is one key.
template <class Key>
[[nodiscard]] auto uniq_by(Key key) {
  return UniqOperator<Key>{{}, std::move(key)};
}
/// The same by the whole event.
[[nodiscard]] inline auto uniq() { return uniq_by(std::identity{}); }

}  // namespace sluice::inline v0::flow
