#pragma once

#include <utility>
#include <vector>

namespace sluice::inline v0::flow {

/// Where a function of the user puts the events it wants to hand on: `out(event)`, any number of times.
template <class R>
class Emit {
 public:
  using Event = R;

  void operator()(R event) { events_.push_back(std::move(event)); }
  /// All events of a range.
  template <class Range>
  void all(Range&& range) {
    for (auto&& event : range) events_.push_back(std::forward<decltype(event)>(event));
  }

  /// For the library: hands on what was put here, in order.
  template <class Next>
  void drain(const Next& next) {
    if (events_.empty()) return;
    std::vector<R> out = std::move(events_);
    for (R& event : out) next(std::move(event));
    out.clear();
    if (events_.empty()) events_ = std::move(out);
  }

 private:
  std::vector<R> events_;
};

namespace detail {

template <class... A>
struct LastOf;
template <class A>
struct LastOf<A> {
  using type = A;
};
template <class A, class... Rest>
struct LastOf<A, Rest...> : LastOf<Rest...> {};

template <class Last>
struct EventOf {};
template <class R>
struct EventOf<Emit<R>&> {
  using type = R;
};

template <class F>
struct LastParameter {};
template <class F>
  requires requires { &F::operator(); }
struct LastParameter<F> : LastParameter<decltype(&F::operator())> {};
template <class C, class R, class... A>
struct LastParameter<R (C::*)(A...)> : LastOf<A...> {};
template <class C, class R, class... A>
struct LastParameter<R (C::*)(A...) const> : LastOf<A...> {};
template <class R, class... A>
struct LastParameter<R (*)(A...)> : LastOf<A...> {};

/// The type of the events that a callable with a last parameter `Emit<R>&` emits.
template <class F>
using emitted_by = typename EventOf<typename LastParameter<F>::type>::type;

template <class F>
concept Emitting = requires { typename emitted_by<F>; };

}  // namespace detail
}  // namespace sluice::inline v0::flow
