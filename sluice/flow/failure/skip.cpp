#include "sluice/flow/failure/skip.hpp"

#include <fmt/format.h>

#include <exception>

namespace sluice::inline v0::flow {

void Skipped::note() {
  ++events;
  last = Reason::of(std::current_exception());
}

void Skipped::log(Context& context) {
  if (events == 0) return;
  context.log(Severity::warning,
              fmt::format("skipped {} events that failed; the last: {}", events, last.to_string()));
  *this = {};
}

}  // namespace sluice::inline v0::flow
