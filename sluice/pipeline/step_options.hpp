#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "sluice/core/hash.hpp"
#include "sluice/pipeline/batch_key.hpp"
#include "sluice/pipeline/batching.hpp"
#include "sluice/pipeline/message.hpp"

namespace sluice::inline v0::pipeline {

/// See partition_by().
template <class F>
struct PartitionBy {
  F of;

  /// Which of `count` stages.
  template <class T>
  [[nodiscard]] std::size_t operator()(const T& data, std::size_t count) const {
    auto&& key = std::invoke(of, data);
    using K = std::remove_cvref_t<decltype(key)>;
    if constexpr (std::unsigned_integral<K>) {
      return static_cast<std::size_t>(key % count);
    } else {
      return bucket_of(Hash<K>{}(key), count);
    }
  }
};
/// Messages whose data have the same key are handled in order by one stage of the step (pipeline.md §10). An
/// unsigned key is the number of the stage, modulo their number; others are hashed.
template <class F>
[[nodiscard]] PartitionBy<std::decay_t<F>> partition_by(F&& f) {
  return {std::forward<F>(f)};
}

/// See prepare().
template <class F>
struct Prepare {
  F f;
};
/// `f(std::span<Message<T>>)` before messages that came together are processed one by one. What it throws
/// fails all of them; those that it fails are not processed.
template <class F>
[[nodiscard]] Prepare<std::decay_t<F>> prepare(F&& f) {
  return {std::forward<F>(f)};
}

/// See on_failure().
template <class F>
struct OnFailure {
  F f;
};
/// `f(Message<T>&)` for each message that this step fails, before its source hears of it: it may change the
/// data or configure the acknowledgement, and cannot make it succeed (pipeline.md §8).
template <class F>
[[nodiscard]] OnFailure<std::decay_t<F>> on_failure(F&& f) {
  return {std::forward<F>(f)};
}

/// See key_by().
template <class F>
struct KeyBy {
  F f;
};
/// Messages of one batch have the same key, f(data): an integer, an enumeration or a text. A key that the
/// message was given goes before.
template <class F>
[[nodiscard]] KeyBy<std::decay_t<F>> key_by(F&& f) {
  return {std::forward<F>(f)};
}

/// See weigh().
template <class F>
struct Weigh {
  F f;
  std::size_t most;
};
/// A batch holds messages with weights, f(data), of `most` together and never more; one that is heavier by
/// itself fails. Its size counts too.
template <class F>
[[nodiscard]] Weigh<std::decay_t<F>> weigh(F&& f, std::size_t most) {
  return {std::forward<F>(f), most};
}

/// See split_by().
template <class Acc, class F>
struct SplitBy {
  Acc initial;
  F f;
};
/// `f(Acc&, const T&) -> Split` decides where a batch ends, in place of its size; what it leaves in the
/// accumulator when it emits is where the next batch of this key begins (P1).
template <class Acc, class F>
[[nodiscard]] SplitBy<std::decay_t<Acc>, std::decay_t<F>> split_by(Acc&& initial, F&& f) {
  return {std::forward<Acc>(initial), std::forward<F>(f)};
}

}  // namespace sluice::inline v0::pipeline
