#include "sluice/connect/sqlite/job_queue_options.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::sqlite {

FileOptions file_options_of(const JobQueueOptions& options) noexcept {
  return {.synchronous = options.synchronous,
          .busy_wait = options.busy_wait,
          .max_payload = options.max_payload,
          .max_size = options.max_size};
}

void check(const JobQueueOptions& options) {
  check(file_options_of(options));
  if (options.attempts < 1 || options.attempts > unlimited) {  // above: what becomes of a negative number
    throw OptionError("attempts",
                      fmt::format("must be at least 1, got {}", static_cast<std::int64_t>(options.attempts)));
  }
}

}  // namespace sluice::inline v0::sqlite
