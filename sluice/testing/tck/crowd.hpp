#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "sluice/testing/tck/taker.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

/// A taker for each partition of a producer, or a single one: as many consumers as it takes to keep events
/// flowing. Thread rule: as Trial.
template <class T>
class Crowd {
 public:
  /// Subscribes to the producer, with `partitions` 0 without naming one.
  Crowd(Trial& trial, const ProducerRef<T>& producer, std::size_t partitions) : trial_(trial) {
    for (std::size_t i = 0; i != std::max<std::size_t>(1, partitions); ++i) {
      Taker<T>& taker = takers_.emplace_back(trial.runtime());
      SubscribeOptions options;
      if (partitions != 0) options.partition = i;
      taker.subscribe_to(producer, std::move(options));
    }
    trial.settle();
  }

  void ask(Demand n) {
    for (Taker<T>& taker : takers_) taker.ask(n);
  }
  void cancel() {
    for (Taker<T>& taker : takers_) taker.cancel();
  }

  [[nodiscard]] Demand received() const {
    Demand sum = 0;
    for (const Taker<T>& taker : takers_) sum = add_demand(sum, taker.received());
    return sum;
  }
  [[nodiscard]] bool all_ended() const {
    return std::ranges::all_of(takers_, [](const Taker<T>& taker) { return taker.ended(); });
  }
  [[nodiscard]] std::deque<Taker<T>>& takers() noexcept { return takers_; }

  /// What holds at any moment.
  void check() const {
    for (const Taker<T>& taker : takers_) {
      const Taken taken = taker.taken();
      trial_.expect("1.1", taken.most_over == 0, "a consumer got ", taken.most_over,
                    " events more than it had asked for");
      trial_.expect("1.7", taken.ends <= 1, "a subscription ended ", taken.ends, " times");
    }
  }
  /// What holds when everybody is at rest.
  void check_late() const {
    for (const Taker<T>& taker : takers_) {
      const std::uint64_t late = taker.late();
      trial_.expect("X8", late == 0, late, " events came to a consumer that had left");
    }
  }

 private:
  Trial& trial_;
  std::deque<Taker<T>> takers_;
};

}  // namespace sluice::inline v0::tck
