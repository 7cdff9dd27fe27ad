#include "sluice/core/options.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

Demand buffer_size_of(const BufferOptions& options, Demand otherwise) {
  const Demand size = options.size.value_or(otherwise);
  if (size > unlimited) {  // what becomes of a negative number
    throw OptionError("buffer.size",
                      fmt::format("must be at least 0, got {}", static_cast<std::int64_t>(size)));
  }
  return size;
}

void check(const RetryOptions& options) {
  if (options.first <= Duration::zero())
    throw OptionError("retry.first", fmt::format("must be positive, got {} ns", options.first.count()));
  if (options.most < options.first) {
    throw OptionError("retry.most", fmt::format("must be at least first = {} ns, got {} ns",
                                                options.first.count(), options.most.count()));
  }
  if (options.attempts < 1) throw OptionError("retry.attempts", "must be at least 1, got 0");
}

void check(const SubscribeOptions& options) {
  if (options.max_demand < 1) {
    throw OptionError("max_demand", fmt::format("must be at least 1, got {}", options.max_demand));
  }
  if (options.max_demand >= unlimited) {
    throw OptionError("max_demand",
                      fmt::format("must be less than unlimited ({}), got {}", unlimited, options.max_demand));
  }
  if (options.min_demand && *options.min_demand >= options.max_demand) {
    throw OptionError("min_demand", fmt::format("must be at most max_demand - 1 = {}, got {}",
                                                options.max_demand - 1, *options.min_demand));
  }
  check(options.retry);
}

Demand min_demand_of(const SubscribeOptions& options) noexcept {
  return options.min_demand.value_or(options.max_demand / 2);
}

}  // namespace sluice::inline v0
