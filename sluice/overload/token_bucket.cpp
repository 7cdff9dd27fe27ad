#include "sluice/overload/token_bucket.hpp"

#include <algorithm>

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {
namespace {

// Nanoseconds times tokens: more than 64 bits after a few seconds of a fast rate.
__extension__ using Wide = unsigned __int128;

std::uint64_t nanoseconds(Duration duration) { return static_cast<std::uint64_t>(duration.count()); }

}  // namespace

void check(const TokenBucketOptions& options) {
  detail::check_count(options.tokens, "tokens");
  detail::check_positive(options.per, "per");
  detail::check_count(options.burst, "burst");
}

TokenBucket::TokenBucket(const TokenBucketOptions& options) : options_(options), held_{options.burst, 0} {
  check(options_);
}

TokenBucket::Held TokenBucket::held(Instant now) const noexcept {
  if (held_.whole == options_.burst || now <= at_) return held_;
  const Wide per = nanoseconds(options_.per);
  const Wide earned = Wide{nanoseconds(now - at_)} * options_.tokens + held_.part;
  const Wide whole = held_.whole + earned / per;
  if (whole >= options_.burst) return {options_.burst, 0};
  return {static_cast<std::uint64_t>(whole), static_cast<std::uint64_t>(earned % per)};
}

Take TokenBucket::take(Instant now, std::uint64_t cost) {
  detail::check_cost(cost, options_.burst, "burst");
  held_ = held(now);
  at_ = std::max(at_, now);
  if (held_.whole < cost) return Take::not_yet;
  held_.whole -= cost;
  return Take::taken;
}

Duration TokenBucket::wait(Instant now, std::uint64_t cost) const {
  detail::check_cost(cost, options_.burst, "burst");
  const Held here = held(now);
  if (here.whole >= cost) return Duration::zero();
  const Wide missing = Wide{cost - here.whole} * nanoseconds(options_.per) - here.part;
  const Wide time = (missing + options_.tokens - 1) / options_.tokens;
  if (time >= nanoseconds(forever)) return forever;
  return after(std::max(now, at_), Duration(static_cast<std::int64_t>(time))) - now;
}

void TokenBucket::change(Instant now, const TokenBucketOptions& options) {
  check(options);
  const Held here = held(now);
  at_ = std::max(at_, now);
  const Wide part = Wide{here.part} * nanoseconds(options.per) / nanoseconds(options_.per);
  held_ = here.whole >= options.burst ? Held{options.burst, 0}
                                      : Held{here.whole, static_cast<std::uint64_t>(part)};
  options_ = options;
}

}  // namespace sluice::inline v0::overload
