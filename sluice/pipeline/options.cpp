#include "sluice/pipeline/options.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::pipeline {

namespace {

void check_positive(const char* field, std::size_t value) {
  if (value == 0) throw OptionError(field, "must be at least 1, got 0");
}
void check_positive(const char* field, Duration value) {
  if (value <= Duration::zero())
    throw OptionError(field, fmt::format("must be positive, got {} ns", value.count()));
}
void check_count(const char* field, std::size_t value) {
  check_positive(field, value);
  if (value > most_stages)
    throw OptionError(field, fmt::format("must be at most {}, got {}", most_stages, value));
}
void check_demand(Demand max, std::optional<Demand> min) {
  if (max == 0 || max >= unlimited)
    throw OptionError("max_demand", fmt::format("must be at least 1 and limited, got {}", max));
  if (min && *min >= max)
    throw OptionError("min_demand", fmt::format("must be less than max_demand = {}, got {}", max, *min));
}

}  // namespace

void check(const RateLimit& limit) {
  check_positive("allowed", limit.allowed);
  check_positive("interval", limit.interval);
}

void check(const SourceOptions& options) {
  if (options.rate_limit) check(*options.rate_limit);
  check_count("concurrency", options.concurrency);
  check_positive("resubscribe_after", options.resubscribe_after);
}

void check(const ProcessOptions& options) {
  if (options.concurrency) check_count("concurrency", *options.concurrency);
  check_demand(options.max_demand, options.min_demand);
}

void check(const BatchOptions& options) {
  check_positive("size", options.size);
  check_positive("within", options.within);
  check_count("concurrency", options.concurrency);
  if (options.max_demand) check_demand(*options.max_demand, {});
}

void check(const PipelineOptions& options) {
  check_positive("drain_within", options.drain_within);
  check_positive("within", options.within);
}

}  // namespace sluice::inline v0::pipeline
