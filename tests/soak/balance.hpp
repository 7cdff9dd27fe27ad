#pragma once

#include <array>
#include <string>
#include <vector>

#include "account.hpp"
#include "layout.hpp"
#include "sluice/observe/snapshot.hpp"

namespace sluice::soak {

/// What became of every event, once all stages have ended: the library's counts against the program's.
class Balance {
 public:
  Balance(const Snapshot& after_the_end, const Account& account);

  /// Each equation that does not hold, with its numbers. Empty: every event is accounted for.
  [[nodiscard]] std::vector<std::string> complaints() const;
  /// One line a stage.
  [[nodiscard]] std::string table() const;
  /// The equation of the whole pipeline.
  [[nodiscard]] std::string sum() const;

 private:
  struct Whole {
    std::uint64_t discarded = 0;
    std::uint64_t lost = 0;
    std::uint64_t torn = 0;
  };
  [[nodiscard]] Whole whole() const;
  [[nodiscard]] std::uint64_t made(std::size_t stage) const;

  const Account& account_;
  std::array<EndedStages, stages> ended_;
};

}  // namespace sluice::soak
