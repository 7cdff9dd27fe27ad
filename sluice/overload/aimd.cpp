#include "sluice/overload/aimd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const AimdOptions& options) {
  detail::check_range(options.least, options.initial, options.most);
  detail::check_share(options.decrease, "decrease");
  if (options.decrease == 1) throw OptionError("decrease", "must be below 1, got 1");
  detail::check_share(options.alpha, "alpha");
  if (!(options.deviations >= 0))
    throw OptionError("deviations", fmt::format("must be at least 0, got {}", options.deviations));
}

Aimd::Aimd(const AimdOptions& options) : options_(options), limit_(options.initial) { check(options_); }

void Aimd::on_start(std::uint64_t in_flight, Instant /*now*/) noexcept {
  reached_ = reached_ || in_flight >= limit_;
}

void Aimd::on_end(Duration rtt, std::uint64_t /*in_flight*/, Outcome outcome, Instant now) noexcept {
  if (outcome == Outcome::ignored) return;
  if (outcome == Outcome::pushed_back) {
    pushed_back_ = true;
  } else {
    sum_ += static_cast<double>(rtt.count());
    ++ends_;
  }
  if (now < update_at_) return;
  const double current = ends_ == 0 ? mean_ : sum_ / static_cast<double>(ends_);
  if (mean_ > 0 || pushed_back_) move(current);
  if (ends_ != 0) remember(current);
  sum_ = 0;
  ends_ = 0;
  reached_ = pushed_back_ = false;
  update_at_ = after(now, mean());
}

void Aimd::move(double rtt) noexcept {
  constexpr double rounding = 1;  // ns; a mean never quite arrives where all round trips are the same
  const bool slow = mean_ > 0 && ends_ != 0 && rtt >= mean_ + options_.deviations * std::sqrt(variance_);
  if (reached_ && !pushed_back_ && ends_ != 0 && rtt <= mean_ + rounding) {
    limit_ = std::min(limit_ + 1, options_.most);
  } else if (pushed_back_ || slow) {
    const auto less = static_cast<std::uint64_t>(static_cast<double>(limit_) * options_.decrease);
    limit_ = std::max(less, options_.least);
  }
}

void Aimd::remember(double rtt) noexcept {
  if (mean_ == 0) {
    mean_ = rtt;
    return;
  }
  const double difference = rtt - mean_;
  mean_ += options_.alpha * difference;
  variance_ = (1 - options_.alpha) * (variance_ + options_.alpha * difference * difference);
}

}  // namespace sluice::inline v0::overload
