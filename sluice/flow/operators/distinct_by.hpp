#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/flow/keyed_pane.hpp"

namespace sluice::inline v0::flow {

/// Terms of distinct_by and distinct.
struct DistinctOptions {
  /// In errors, behind "distinct_by".
  std::string name = {};
  /// Keys of one window in one stage. At least 1; unset: any number. One more fails the flow
  /// (KeyedStateFull).
  std::optional<std::size_t> max_keys = {};
  /// The same for estimated bytes (KeyedState::bytes).
  std::optional<std::size_t> max_bytes = {};
  /// An event whose key was not seen for so long goes on again, by the runtime's clock. Positive; unset: once
  /// per window.
  std::optional<Duration> expire_after = {};
  /// By creation: at most one event of a key goes on in this time. By last use: none as long as more keep
  /// coming.
  Expire expire = Expire::by_creation;

  [[nodiscard]] KeyedLimits limits() const {
    return {detail::state_name("distinct_by", name), max_keys, max_bytes, expire_after, expire};
  }
};

/// See distinct_by().
template <class Key>
struct DistinctByOperator : Operator {
  static constexpr Role role = Role::state;
  static constexpr bool at_most_one = true;
  void note(Notes& notes) const { notes.add("distinct_by").keeps_keys(options.limits()); }
  struct Seen {};
  template <class In>
  using Output = In;
  template <class In>
  using State = KeyedState<detail::kept_key_of<Key, In>, Seen>;

  template <class In>
  static consteval bool takes() {
    constexpr bool keyed = std::is_invocable_v<Key&, const In&>;
    static_assert(
        keyed,
        "sluice: the key of distinct_by is asked for each event: a pointer to member, element<I>, or "
        "a callable that takes const T&");
    return keyed;
  }

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) {
    const KeyedLimits l = options.limits();
    return State<In>({l.name, l.max_keys, l.max_bytes, l.expire_after, l.expire});
  }
  template <class S, class T, class Next>
  [[gnu::always_inline]] void push(S& seen, Context& context, T&& event, const Next& next) {
    Instant now = {};
    if (seen.expires()) {
      now = context.now();
      seen.expire(now, [](auto&& /*key*/, Seen) {});
    }
    bool first = false;
    seen.update(
        std::invoke(key, std::as_const(event)), now,
        [&] {
          first = true;
          return Seen{};
        },
        [](Seen&) {});
    if (first) next(std::forward<T>(event));
  }

  Key key;
  DistinctOptions options = {};
};

/// The first event of each key, at once; with `expire_after` again when its key was forgotten. Per stage and
/// window, so put partition(key) before it. Throws OptionError.
/// `distinct_by(&Alert::host, {.expire_after = 10min, .max_keys = 100'000})`
template <class Key>
[[nodiscard]] auto distinct_by(Key key, DistinctOptions options = {}) {
  check(options.limits());
  return DistinctByOperator<Key>{{}, std::move(key), std::move(options)};
}

}  // namespace sluice::inline v0::flow
