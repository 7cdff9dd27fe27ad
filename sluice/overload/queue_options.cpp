#include "sluice/overload/queue_options.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const QueueOptions& options) {
  detail::check_count(options.events, "events");
  detail::check_count(options.bytes, "bytes");
}

}  // namespace sluice::inline v0::overload
