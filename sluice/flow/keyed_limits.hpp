#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::inline v0::flow {

/// What the time of a key is counted from.
enum class Expire : unsigned char {
  by_last_use,  ///< it stays as long as it is used
  by_creation,  ///< it goes, used or not
};

/// How much a state by keys may hold, and for how long.
struct KeyedLimits {
  std::string name = {};
  std::optional<std::size_t> max_keys = {};
  std::optional<std::size_t> max_bytes = {};
  std::optional<Duration> expire_after = {};
  Expire expire = Expire::by_last_use;
};

/// Throws OptionError naming the field and the value.
void check(const KeyedLimits& limits);

/// A state by keys would hold more than it may: its window, or stage, has more keys than was planned for.
class KeyedStateFull : public std::runtime_error {
 public:
  KeyedStateFull(const std::string& text, std::size_t keys, std::size_t bytes)
      : std::runtime_error(text), keys_(keys), bytes_(bytes) {}
  /// Held when it was thrown.
  [[nodiscard]] std::size_t keys() const noexcept { return keys_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::size_t keys_;
  std::size_t bytes_;
};

namespace detail {

[[noreturn]] void too_many_keys(const KeyedLimits& limits, std::size_t keys, std::size_t bytes);
[[noreturn]] void too_many_bytes(const KeyedLimits& limits, std::size_t keys, std::size_t bytes);

/// `operator "name"`, or `operator` where the user gave none: what a state is called in messages.
[[nodiscard]] std::string state_name(std::string_view of, const std::string& name);

}  // namespace detail
}  // namespace sluice::inline v0::flow
