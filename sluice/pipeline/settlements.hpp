#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sluice/pipeline/acknowledger.hpp"

namespace sluice::inline v0::pipeline {

/// What a callback has settled, told to its acknowledgers together: one call for each of them, in the order
/// of settling (pipeline.md B9.1). Each step has one.
///
/// Thread rule: one thread at a time.
class Settlements {
 public:
  Settlements() = default;
  Settlements(const Settlements&) = delete;
  Settlements& operator=(const Settlements&) = delete;

  void add(std::shared_ptr<Acknowledger> who, const Settled& what) {
    uniform_ = uniform_ && (all_.empty() || who == groups_.front());
    if (uniform_) {
      if (all_.empty()) groups_.push_back(std::move(who));
      all_.push_back(what);
    } else {
      add_to_group(std::move(who), what);
    }
    what.done() ? ++done_ : ++failed_;
  }
  /// Tells everybody. What an acknowledger throws is logged by the stage on whose turn this is, and on stderr
  /// where there is none.
  void tell();
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

  /// Told since the beginning.
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }
  [[nodiscard]] std::uint64_t failed() const noexcept { return failed_; }

 private:
  void add_to_group(std::shared_ptr<Acknowledger> who, const Settled& what);

  std::vector<Settled> all_;
  std::vector<std::shared_ptr<Acknowledger>> groups_;
  std::vector<std::size_t> group_of_;  // for each of all_, unless they are uniform
  std::vector<Settled> one_group_;
  bool uniform_ = true;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
};

/// Tells one message alone, from wherever it is settled.
void tell_alone(Acknowledger& who, const Settled& what) noexcept;

/// The name of the stage on whose turn the calling thread is; "no stage".
[[nodiscard]] std::string holder_name();

}  // namespace sluice::inline v0::pipeline
