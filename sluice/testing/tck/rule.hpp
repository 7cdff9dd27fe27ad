#pragma once

#include <span>
#include <string_view>

namespace sluice::inline v0::tck {

/// How a rule is kept by stages and dispatchers that are written for this library.
enum class Kept : unsigned char {
  checked,          ///< the kit tries to see it broken; note: which verify functions do
  by_construction,  ///< nobody's stage can break it; note: why
  permission,       ///< it allows something, so nothing can break it; note: what follows
  later,            ///< it is about a part that is verified elsewhere; note: which
};

/// A rule of the demand protocol: 1.x to 4.x are those of Reactive Streams, X ones are this library's own.
struct Rule {
  std::string_view id;
  std::string_view text;  ///< one sentence
  Kept kept;
  std::string_view note;
};

/// All rules, in the order of docs/verify-your-stage.md.
[[nodiscard]] std::span<const Rule> rules() noexcept;
/// Throws std::out_of_range for an id that is none.
[[nodiscard]] const Rule& rule(std::string_view id);

}  // namespace sluice::inline v0::tck
