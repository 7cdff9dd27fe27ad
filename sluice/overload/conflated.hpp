#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "sluice/core/count.hpp"
#include "sluice/overload/queue_options.hpp"

namespace sluice::inline v0::overload {

/// How much a Conflated merges before it is taken.
struct ConflateOptions {
  /// Sum of the events' weights at most; a first event is taken whatever it weighs. At least 1; `unlimited`:
  /// any, which fits an accumulator that does not grow.
  std::uint64_t weight = unlimited;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const ConflateOptions& options);

/// Events merged into one while nobody takes them: acc = begin(event), then acc = fold(acc, event). With a
/// sum or a maximum it never grows; with a vector and a weight it makes batches while the consumer is busy.
/// An event that finds the weight used up stays with its sender (`full`). Thread rule: one thread at a time.
template <class Acc, class T>
class Conflated {
 public:
  using Begin = std::function<Acc(T&&)>;
  using Fold = std::function<Acc(Acc&&, T&&)>;

  /// Throws OptionError.
  Conflated(Begin begin, Fold fold, const ConflateOptions& options = {})
      : begin_(std::move(begin)), fold_(std::move(fold)), most_(options.weight) {
    check(options);
  }

  /// Stored or full. `weight`: at most `unlimited`.
  [[nodiscard]] Pushed push(T&& event, std::uint64_t weight = 1) {
    if (!acc_) {
      acc_.emplace(begin_(std::move(event)));
    } else if (weight_ >= most_ || weight > most_ - weight_) {
      return Pushed::full;
    } else {
      acc_.emplace(fold_(std::move(*acc_), std::move(event)));
    }
    weight_ = add_demand(weight_, weight);
    ++merged_;
    ++pushed_;
    return Pushed::stored;
  }

  /// All events since the last call as one; nothing if there were none.
  [[nodiscard]] std::optional<Acc> pop() {
    popped_ += std::exchange(merged_, 0);
    weight_ = 0;
    return std::exchange(acc_, std::nullopt);
  }

  [[nodiscard]] bool empty() const noexcept { return !acc_; }
  /// Events in what the next pop() gives: pushed() = popped() + merged().
  [[nodiscard]] std::uint64_t merged() const noexcept { return merged_; }
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_; }
  /// Events in what has been taken.
  [[nodiscard]] std::uint64_t popped() const noexcept { return popped_; }

 private:
  Begin begin_;
  Fold fold_;
  std::uint64_t most_;
  std::optional<Acc> acc_;
  std::uint64_t weight_ = 0;
  std::uint64_t merged_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
};

}  // namespace sluice::inline v0::overload
