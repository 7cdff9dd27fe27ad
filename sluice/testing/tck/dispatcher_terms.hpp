#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "sluice/testing/tck/subject.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

/// Who gets an event.
enum class Sharing : unsigned char {
  one,  ///< one consumer
  all,  ///< every consumer
};

/// What is expected of a dispatcher under test.
template <class T>
struct DispatcherTerms {
  Sharing sharing = Sharing::one;
  /// How many partitions it has, each with consumers of its own; 0: any consumer may get any event.
  std::size_t partitions = 0;
  /// The partition of an event, std::nullopt for one that is dropped. Needed when there are partitions. An
  /// event is to arrive as it was emitted: rewriting routes cannot be verified.
  std::function<std::optional<std::size_t>(const T&)> route = {};
  /// Unset: numbers 0, 1, 2 … or their texts.
  Sample<T> sample = {};
  Effort effort = {};
};

}  // namespace sluice::inline v0::tck
