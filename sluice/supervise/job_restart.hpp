#pragma once

#include <string_view>
#include <utility>

#include "sluice/supervise/restart.hpp"

namespace sluice::inline v0 {

/// Whether a job is run anew after an end. There is no `permanent`: a job that ends has done its work.
enum class JobRestart : unsigned char {
  transient,  ///< after a crash, with the same event
  temporary,  ///< never
};

[[nodiscard]] constexpr Restart to_restart(JobRestart restart) noexcept {
  return restart == JobRestart::transient ? Restart::transient : Restart::temporary;
}
[[nodiscard]] constexpr std::string_view to_string(JobRestart restart) noexcept {
  return to_string(to_restart(restart));
}

/// A field of options that has no default: leaving it out does not compile.
template <class V>
class Required {
 public:
  constexpr Required(V value) noexcept : value_(std::move(value)) {}
  constexpr operator const V&() const noexcept { return value_; }

 private:
  V value_;
};

}  // namespace sluice::inline v0
