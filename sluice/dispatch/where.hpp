#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace sluice::inline v0 {

/// Which events a consumer wants from a broadcast: becomes the selector of a subscription to events of any
/// type that the predicate can be asked about.
template <class Predicate>
class Where {
 public:
  explicit Where(Predicate predicate) : predicate_(std::move(predicate)) {}

  template <class T>
    requires std::predicate<Predicate&, const T&>
  bool operator()(const T& event) {
    return static_cast<bool>(std::invoke(predicate_, event));
  }

 private:
  Predicate predicate_;
};

/// `consumer.subscribe_to(producer, {}, where([](const Order& order) { return order.open; }))`; pointers to
/// members are predicates too: `where(&Order::open)`.
template <class Predicate>
[[nodiscard]] Where<std::decay_t<Predicate>> where(Predicate&& predicate) {
  return Where<std::decay_t<Predicate>>(std::forward<Predicate>(predicate));
}

}  // namespace sluice::inline v0
