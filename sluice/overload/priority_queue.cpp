#include "sluice/overload/priority_queue.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {
namespace {

constexpr std::size_t most_classes = 256;
// 256 of them and the time since the clock's start fit into a Duration.
constexpr Duration most_ageing = std::chrono::hours(24 * 365);

}  // namespace

void check(const PriorityOptions& options) {
  if (options.classes == 0 || options.classes > most_classes) {
    throw OptionError("classes", fmt::format("must be 1 to {}, got {}", most_classes, options.classes));
  }
  detail::check_count(options.events, "events");
  if (options.ageing) detail::check_positive(*options.ageing, "ageing");
  if (options.ageing.value_or(Duration(1)) > most_ageing) {
    throw OptionError("ageing", fmt::format("must be at most a year, {} ns, got {} ns", most_ageing.count(),
                                            options.ageing->count()));
  }
  detail::check_positive(options.time_to_live, "time_to_live");
}

namespace detail {

Duration rank_of(std::size_t priority, Instant since, const PriorityOptions& options) noexcept {
  const auto steps = static_cast<std::int64_t>(priority);
  if (!options.ageing) return Duration(-steps);
  return since.time_since_epoch() - steps * *options.ageing;
}

void check_class(std::size_t priority, const PriorityOptions& options) {
  if (priority < options.classes) return;
  throw OptionError("priority", fmt::format("must be below classes, {}, got {}", options.classes, priority));
}

}  // namespace detail
}  // namespace sluice::inline v0::overload
