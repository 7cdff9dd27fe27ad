#include "sluice/overload/circuit_breaker.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const CircuitOptions& options) {
  constexpr std::size_t most_calls = 1'000'000;
  if (!(options.failure_share > 0 && options.failure_share <= 1)) {
    throw OptionError("failure_share",
                      fmt::format("must be above 0 and at most 1, got {}", options.failure_share));
  }
  if (options.calls == 0 || options.calls > most_calls)
    throw OptionError("calls", fmt::format("must be 1 to {}, got {}", most_calls, options.calls));
  detail::check_positive(options.open_for, "open_for");
  detail::check_count(options.probes, "probes");
}

CircuitBreaker::CircuitBreaker(const CircuitOptions& options) : options_(options) {
  check(options_);
  results_.reserve(options_.calls);
}

std::optional<CircuitBreaker::Ticket> CircuitBreaker::ask(Instant now) {
  if (state_ == Circuit::closed) return ticket_;
  if (now < again_) return std::nullopt;
  if (state_ == Circuit::open) become(Circuit::half_open);
  again_ = after(now, options_.open_for);  // unless the result comes first
  return ticket_;
}

void CircuitBreaker::note(Ticket ticket, CallResult result, Instant now) {
  if (ticket != ticket_) return;
  if (state_ == Circuit::closed) return note_closed(result, now);
  if (result == CallResult::failed) return open(now);
  again_ = now;
  if (++succeeded_ >= options_.probes) become(Circuit::closed);
}

Duration CircuitBreaker::wait(Instant now) const noexcept {
  return state_ == Circuit::closed || again_ <= now ? Duration::zero() : again_ - now;
}

void CircuitBreaker::become(Circuit state) noexcept {
  state_ = state;
  ++ticket_;
  results_.clear();
  next_ = failures_ = succeeded_ = 0;
}

void CircuitBreaker::open(Instant now) noexcept {
  become(Circuit::open);
  again_ = after(now, options_.open_for);
  ++opened_;
}

void CircuitBreaker::note_closed(CallResult result, Instant now) {
  if (result == CallResult::failed) ++failures_;
  if (results_.size() < options_.calls) {
    results_.push_back(result);
  } else {
    if (results_[next_] == CallResult::failed) --failures_;
    results_[next_] = result;
    next_ = (next_ + 1) % options_.calls;
  }
  const double share = static_cast<double>(failures_) / static_cast<double>(options_.calls);
  if (results_.size() == options_.calls && share >= options_.failure_share) open(now);
}

}  // namespace sluice::inline v0::overload
