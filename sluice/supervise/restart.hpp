#pragma once

#include <string_view>

namespace sluice::inline v0 {

/// After which end a supervisor starts a child anew.
enum class Restart : unsigned char {
  permanent,  ///< after every end
  transient,  ///< unless the end was polite (normal, shutdown)
  temporary,  ///< never; its specification goes with it
};

[[nodiscard]] constexpr std::string_view to_string(Restart restart) noexcept {
  switch (restart) {
    case Restart::permanent: return "permanent";
    case Restart::transient: return "transient";
    case Restart::temporary: return "temporary";
  }
  return "unknown";
}

}  // namespace sluice::inline v0
