#pragma once

#include <deque>
#include <string>
#include <utility>

#include "sluice/core/reason.hpp"
#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// The last few ends that made a supervisor restart something, for the line it logs when it gives up.
class RestartHistory {
 public:
  void note(Instant at, std::string child, Reason reason) {
    ends_.push_back({at, std::move(child), std::move(reason)});
    if (ends_.size() > kept) ends_.pop_front();
  }
  /// `"a": failure: boom (1200 ms before), …`, the latest but one first; empty: there was only one.
  [[nodiscard]] std::string to_string() const;

 private:
  static constexpr std::size_t kept = 8;
  struct End {
    Instant at;
    std::string child;
    Reason reason;
  };
  std::deque<End> ends_;
};

}  // namespace sluice::inline v0
