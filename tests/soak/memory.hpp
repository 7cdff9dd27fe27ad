#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sluice::soak {

/// Resident memory of this process, MiB.
[[nodiscard]] double resident_mib();

/// Whether it stays flat: the first sample is what the program needs when it is warm.
class Memory {
 public:
  /// Memory may grow by so much after the warm-up: what allocators keep, and longer queues.
  static constexpr double most_growth_mib = 16;
  /// Sanitizers keep what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr bool checked = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  static constexpr bool checked = false;
#else
  static constexpr bool checked = true;
#endif
#else
  static constexpr bool checked = true;
#endif

  void warm() { warm_ = resident_mib(); }
  [[nodiscard]] bool is_warm() const noexcept { return warm_.has_value(); }
  /// What it says about now.
  [[nodiscard]] bool flat() const { return !checked || resident_mib() <= *warm_ + most_growth_mib; }
  [[nodiscard]] std::string report() const;

 private:
  std::optional<double> warm_;
};

}  // namespace sluice::soak
