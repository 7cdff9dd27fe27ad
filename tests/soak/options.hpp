#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::soak {

/// How long it goes on: so many minutes, or so many kills.
struct Options {
  std::optional<double> minutes = {};
  std::optional<std::uint64_t> kills = {};
  std::uint64_t seed = 0;        ///< of which stage is killed, and how
  std::uint64_t workers = 4;     ///< threads
  std::uint64_t spacing = 2000;  ///< events delivered between two kills, on average
};

/// Throws std::invalid_argument naming the argument and the value.
[[nodiscard]] Options parse(const std::vector<std::string>& arguments);

[[nodiscard]] const char* usage() noexcept;

}  // namespace sluice::soak
