#pragma once

#include <cstdint>

#include "sluice/core/time.hpp"
#include "sluice/overload/limiter.hpp"

namespace sluice::inline v0::overload {

/// A rate, and how much of it may be saved up.
struct TokenBucketOptions {
  /// Tokens earned in each `per`. At least 1.
  std::uint64_t tokens = 1;
  /// Positive.
  Duration per = std::chrono::seconds(1);
  /// Tokens held at most: what may pass at once after a pause. At least 1.
  std::uint64_t burst = 1;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const TokenBucketOptions& options);

/// Lets pass what tokens have been earned for: tokens = min(burst, tokens + rate * time). It begins full. In
/// any stretch of time t no more than burst + rate * t passes. Exact: the part of a token earned so far is
/// kept as a whole number of 1/per, so nothing is lost or won by how often it is asked.
class TokenBucket {
 public:
  /// Throws OptionError.
  explicit TokenBucket(const TokenBucketOptions& options);

  /// Throws OptionError if cost > burst.
  [[nodiscard]] Take take(Instant now, std::uint64_t cost = 1);
  /// Throws OptionError if cost > burst. `forever` where it is longer than can be said.
  [[nodiscard]] Duration wait(Instant now, std::uint64_t cost = 1) const;
  [[nodiscard]] Duration until_idle(Instant now) const { return wait(now, options_.burst); }

  /// Another rate and burst from now on. What has been earned is kept, up to the new burst. Throws
  /// OptionError and changes nothing.
  void change(Instant now, const TokenBucketOptions& options);

  /// Whole tokens held now.
  [[nodiscard]] std::uint64_t tokens(Instant now) const { return held(now).whole; }
  [[nodiscard]] const TokenBucketOptions& options() const noexcept { return options_; }

 private:
  struct Held {
    std::uint64_t whole;
    std::uint64_t part;  // of a token, in 1/per; 0 in a full bucket
  };
  [[nodiscard]] Held held(Instant now) const noexcept;

  TokenBucketOptions options_;
  Held held_;  // at that time; a full bucket earns nothing, so that its time says nothing
  Instant at_ = Instant::min();
};

}  // namespace sluice::inline v0::overload
