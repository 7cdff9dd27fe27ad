#pragma once

#include <optional>
#include <utility>

#include "sluice/core/time.hpp"
#include "sluice/overload/loss.hpp"

namespace sluice::inline v0::overload {

/// An event, and since when it has waited.
template <class T>
struct Waiting {
  T event;
  Instant since;
};

/// How long an event may wait.
struct ExpiryOptions {
  /// Positive; `forever`: any time.
  Duration time_to_live = forever;
};

/// Throws OptionError naming the field, the bound and the value.
void check(const ExpiryOptions& options);

enum class Age : unsigned char {
  fresh,
  expired,  ///< it has waited longer than time_to_live; exactly as long is still fresh
};

[[nodiscard]] Age age_of(Instant since, Instant now, const ExpiryOptions& options) noexcept;

/// The oldest event of a BoundedQueue of Waiting that has not expired. Those before it are dropped from the
/// queue as Loss::expired; on_discard(Waiting<T>&&, Loss) gets them.
template <class Queue, class OnDiscard>
[[nodiscard]] auto pop_fresh(Queue& queue, Instant now, const ExpiryOptions& options,
                             OnDiscard&& on_discard) {
  while (!queue.empty() && age_of(queue.oldest().since, now, options) == Age::expired)
    queue.drop_oldest(Loss::expired, on_discard);
  return queue.pop();
}

}  // namespace sluice::inline v0::overload
