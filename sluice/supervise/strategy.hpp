#pragma once

#include <string_view>

namespace sluice::inline v0 {

/// Whom a supervisor restarts with a child that ended.
enum class Strategy : unsigned char {
  one_for_one,   ///< nobody else
  one_for_all,   ///< all its siblings
  rest_for_one,  ///< the siblings that were started after it: a chain of stages
};

[[nodiscard]] constexpr std::string_view to_string(Strategy strategy) noexcept {
  switch (strategy) {
    case Strategy::one_for_one: return "one_for_one";
    case Strategy::one_for_all: return "one_for_all";
    case Strategy::rest_for_one: return "rest_for_one";
  }
  return "unknown";
}

}  // namespace sluice::inline v0
