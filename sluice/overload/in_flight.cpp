#include "sluice/overload/in_flight.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void FixedLimit::change(std::uint64_t limit) {
  detail::check_count(limit, "limit");
  limit_ = limit;
}

}  // namespace sluice::inline v0::overload
