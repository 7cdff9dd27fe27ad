#include "sluice/overload/demand_sizing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sluice/core/errors.hpp"
#include "sluice/overload/bounds.hpp"

namespace sluice::inline v0::overload {
namespace {

/// The mean with one more value in it; 0 is none yet.
double mean_with(double mean, double value, std::uint64_t samples) {
  return mean == 0 ? value : mean + 2 / (static_cast<double>(samples) + 1) * (value - mean);
}

/// As a share of what it was.
double change_of(Demand before, Demand now) {
  const double difference = std::abs(static_cast<double>(now) - static_cast<double>(before));
  return difference / std::max(1.0, static_cast<double>(before));
}

}  // namespace

void check(const DemandSizingOptions& options) {
  detail::check_range(options.least, options.initial, options.most);
  if (options.most == unlimited) throw OptionError("most", "must be less than unlimited");
  detail::check_positive(options.target, "target");
  detail::check_count(options.samples, "samples");
  if (!(options.threshold >= 0 && options.threshold <= 1))
    throw OptionError("threshold", fmt::format("must be 0 to 1, got {}", options.threshold));
}

DemandSizing::DemandSizing(const DemandSizingOptions& options)
    : options_(options), size_(static_cast<double>(options.initial)), told_(terms_of(options.initial)) {
  check(options_);
}

void DemandSizing::note_round_trip(Duration time) noexcept {
  if (time < Duration::zero()) return;
  trip_ = mean_with(trip_, static_cast<double>(time.count()), options_.samples);
}

std::optional<DemandTerms> DemandSizing::note_processed(std::uint64_t events, Duration busy) noexcept {
  if (events == 0 || busy <= Duration::zero()) return std::nullopt;
  rate_ = mean_with(rate_, static_cast<double>(events) * 1e9 / static_cast<double>(busy.count()),
                    options_.samples);
  const double wanted = rate_ * (trip_ + static_cast<double>(options_.target.count())) / 1e9;
  size_ = std::clamp(std::min(wanted, 2 * size_), static_cast<double>(options_.least),
                     static_cast<double>(options_.most));
  const DemandTerms terms = terms_of(std::min(static_cast<Demand>(std::ceil(size_)), options_.most));
  const double change =
      std::max(change_of(told_.max_demand, terms.max_demand), change_of(told_.min_demand, terms.min_demand));
  if (change == 0 || change < options_.threshold) return std::nullopt;
  told_ = terms;
  return told_;
}

DemandTerms DemandSizing::terms_of(Demand max_demand) const noexcept {
  // What is told may be outdated by the threshold.
  const double during_trip = std::ceil(rate_ * trip_ / 1e9 * (1 + options_.threshold));
  const auto most = static_cast<double>(max_demand - 1);
  return {max_demand, std::max(max_demand / 2, static_cast<Demand>(std::min(during_trip, most)))};
}

}  // namespace sluice::inline v0::overload
