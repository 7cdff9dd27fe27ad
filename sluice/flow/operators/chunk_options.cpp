#include "sluice/flow/operators/chunk_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0::flow {

void check(const ChunkOptions& options) {
  if (options.size && *options.size == 0) throw OptionError("size", "must be at least 1, got 0");
  if (options.within && *options.within <= Duration::zero())
    throw OptionError("within", fmt::format("must be positive, got {}", *options.within));
}

namespace detail {

void check_chunk(const ChunkOptions& options) {
  check(options);
  if (!options.size && !options.within)
    throw OptionError("size", "or within must be given, or a chunk would be complete at the end only");
}

void check_weight(std::uint64_t limit, const ChunkOptions& options) {
  if (limit == 0) throw OptionError("limit", "must be at least 1, got 0");
  check(options);
}

void negative_weight(std::int64_t weight) {
  throw std::domain_error(fmt::format("chunk_by_weight: an event weighs {}, less than 0", weight));
}

}  // namespace detail
}  // namespace sluice::inline v0::flow
