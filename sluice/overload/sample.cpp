#include "sluice/overload/sample.hpp"

#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const SampleOptions& options) { detail::check_positive(options.period, "period"); }
void check(const OneInOptions& options) { detail::check_count(options.n, "n"); }

ThrottleFirst::ThrottleFirst(const SampleOptions& options) : period_(options.period) { check(options); }

Sampled ThrottleFirst::note(Instant now) noexcept {
  if (now < again_) return Sampled::dropped;
  again_ = after(now, period_);
  return Sampled::kept;
}

OneIn::OneIn(const OneInOptions& options) : n_(options.n) { check(options); }

Sampled OneIn::note(std::uint64_t drawn) const noexcept {
  return drawn % n_ == 0 ? Sampled::kept : Sampled::dropped;
}

void OneIn::change(const OneInOptions& options) {
  check(options);
  n_ = options.n;
}

}  // namespace sluice::inline v0::overload
