#include "sluice/connect/sqlite/file_options.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {

void check(const FileOptions& options) {
  if (options.busy_wait < Duration::zero() || options.busy_wait > std::chrono::hours(24)) {
    throw OptionError("busy_wait", fmt::format("must be at least 0 and at most a day, got {} ns",
                                               options.busy_wait.count()));
  }
  if (options.max_payload < 1 || options.max_payload > largest_payload) {
    throw OptionError("max_payload", fmt::format("must be at least 1 and at most {} bytes, got {}",
                                                 largest_payload, options.max_payload));
  }
  constexpr std::uint64_t smallest = std::uint64_t{1} << 20U;
  if (options.max_size < smallest) {
    throw OptionError("max_size",
                      fmt::format("must be at least {} bytes, got {}", smallest, options.max_size));
  }
}

void check_payload(const FileOptions& options, std::size_t size, std::size_t index) {
  if (size <= options.max_payload) return;
  throw OptionError("payload",
                    fmt::format("must be at most {} bytes (max_payload), got {} in number {} of the call",
                                options.max_payload, size, index));
}

}  // namespace sluice::inline v0::sqlite
