#include "sluice/overload/gradient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {

void check(const GradientOptions& options) {
  detail::check_range(options.least, options.initial, options.most);
  if (!(options.tolerance >= 1))
    throw OptionError("tolerance", fmt::format("must be at least 1, got {}", options.tolerance));
  detail::check_share(options.smoothing, "smoothing");
  if (!(options.queue > 0)) throw OptionError("queue", fmt::format("must be above 0, got {}", options.queue));
  detail::check_count(options.samples, "samples");
  detail::check_positive(options.probe_every, "probe_every");
  detail::check_count(options.probe_samples, "probe_samples");
  detail::check_count(options.long_samples, "long_samples");
}

Gradient::Gradient(const GradientOptions& options)
    : options_(options), limit_(static_cast<double>(options.initial)) {
  check(options_);
  if (options_.baseline == Baseline::probed) begin_probe();
}

std::uint64_t Gradient::limit() const noexcept {
  const double limit = phase_ == Phase::steady ? limit_ : limit_ / 2;
  return std::max(static_cast<std::uint64_t>(limit), options_.least);
}

void Gradient::on_start(std::uint64_t /*in_flight*/, Instant /*now*/) noexcept {}

void Gradient::on_end(Duration rtt, std::uint64_t in_flight, Outcome outcome, Instant now) noexcept {
  if (outcome == Outcome::pushed_back) step(0.5);
  if (outcome != Outcome::done) return;
  if (phase_ != Phase::steady) return probe(rtt, in_flight, now);
  mean_.add(static_cast<double>(rtt.count()));
  if (mean_.count < options_.samples) return;
  const double current = mean_.value();
  mean_ = {};
  if (options_.baseline == Baseline::running_mean) learn(current);
  if (static_cast<double>(in_flight) >= limit_ / 2) compare(current);
  if (options_.baseline != Baseline::probed) return;
  const bool in_vain = limit_ < probed_limit_ / 2 && current > options_.tolerance * baseline_;
  if (now >= probe_at_ || in_vain) begin_probe();
}

void Gradient::compare(double rtt) noexcept {
  step(std::clamp(options_.tolerance * baseline_ / rtt, 0.5, 1.0));
}

void Gradient::step(double gradient) noexcept {
  const double wanted = limit_ * gradient + (gradient < 1 ? 0 : options_.queue);
  limit_ += options_.smoothing * (wanted - limit_);
  limit_ = std::clamp(limit_, static_cast<double>(options_.least), static_cast<double>(options_.most));
}

void Gradient::begin_probe() noexcept {
  phase_ = Phase::drains;
  mean_ = {};
}

void Gradient::probe(Duration rtt, std::uint64_t in_flight, Instant now) noexcept {
  if (phase_ == Phase::drains) {
    if (in_flight > limit()) return;
    phase_ = Phase::measures;
    drained_at_ = now;
    return;
  }
  if (now - rtt < drained_at_) return;  // it began while there was a queue
  mean_.add(static_cast<double>(rtt.count()));
  if (mean_.count < options_.probe_samples) return;
  const double measured = mean_.value();
  const bool shorter = baseline_ == 0 || measured < baseline_ / 1.5;
  const bool longer = measured > 1.5 * baseline_;
  baseline_ = shorter || longer || unsure_ ? measured : (baseline_ + measured) / 2;
  unsure_ = shorter;
  probed_limit_ = limit_;
  probe_at_ = after(now, unsure_ ? options_.probe_every / 4 : options_.probe_every);
  phase_ = Phase::steady;
  mean_ = {};
}

void Gradient::learn(double rtt) noexcept {
  constexpr std::uint64_t first = 10;  // these weigh the same
  ++steps_;
  const double weight = steps_ <= first ? 1 / static_cast<double>(steps_)
                                        : 2 / (static_cast<double>(options_.long_samples) + 1);
  baseline_ += weight * (rtt - baseline_);
  if (baseline_ > 2 * rtt) baseline_ *= 0.95;  // the load has gone
}

}  // namespace sluice::inline v0::overload
