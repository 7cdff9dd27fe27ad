#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sluice/flow/trigger.hpp"

namespace sluice::inline v0::flow {

/// What a trigger function decides about the events it was given (flow.md F7.5). A value.
template <class T, class Acc>
struct TriggerStep {
  enum class Kind : unsigned char {
    proceed,       ///< all the events are reduced
    proceed_with,  ///< only `pre` is
    fire,          ///< `pre` is reduced, `name` fires, and the function is asked again about `post`
  };
  Kind kind = Kind::proceed;
  Acc acc = {};
  std::vector<T> pre = {};
  std::vector<T> post = {};
  std::string name = {};

  [[nodiscard]] static TriggerStep proceed(Acc acc) { return {Kind::proceed, std::move(acc), {}, {}, {}}; }
  [[nodiscard]] static TriggerStep proceed_with(std::vector<T> events, Acc acc) {
    return {Kind::proceed_with, std::move(acc), std::move(events), {}, {}};
  }
  [[nodiscard]] static TriggerStep fire(std::string name, std::vector<T> pre, std::vector<T> post, Acc acc) {
    return {Kind::fire, std::move(acc), std::move(pre), std::move(post), std::move(name)};
  }
};

/// Tells a trigger function that gets on from one that would fire for ever (E17). A fire that leaves fewer
/// events than the function was asked about is free; any other takes one from an allowance, which grows by
/// one for each event that comes. So whoever consumes, or keeps back, each event at most once never runs out.
class FireAllowance {
 public:
  /// What is saved up for a batch is at most this.
  static constexpr std::uint64_t most_saved = 1000;

  /// A batch of n events has come.
  void came(std::uint64_t n) noexcept;
  /// Throws std::logic_error naming window and trigger when nothing is left.
  void spend(const WindowId& window, const std::string& trigger);

 private:
  std::uint64_t left_ = 0;
};

}  // namespace sluice::inline v0::flow
