#pragma once

#include <type_traits>
#include <utility>

#include "sluice/flow/operator.hpp"
#include "sluice/flow/parted.hpp"

namespace sluice::inline v0::flow {

/// The last operator of a layer above a departition: says of each event where it comes from, and of each
/// window when it is done here, behind all that the window's `done` has emitted. So a partition that emits
/// nothing, or much, at `done` is counted once (E5), and what is emitted between triggers goes along (E10).
struct TagPartition : Operator {
  static void note(Notes& notes) { notes.add("departition, tagged"); }
  template <class In>
  using Output = Parted<In>;
  /// Nothing but the type, for fire().
  template <class In>
  struct State {};

  template <class In>
  [[nodiscard]] State<In> open(const Context& /*context*/) const {
    return {};
  }
  template <class In, class T, class Next>
  void push(State<In>& /*state*/, Context& context, T&& event, const Next& next) {
    Parted<In> part = here<In>(context);
    part.value.emplace(std::forward<T>(event));
    next(std::move(part));
  }
  template <class In, class Next>
  void fire(State<In>& /*state*/, Context& context, const Trigger& trigger, const Next& next) {
    if (!trigger.done()) return;
    Parted<In> last = here<In>(context);
    last.done = true;
    next(std::move(last));
  }

 private:
  template <class In>
  [[nodiscard]] static Parted<In> here(const Context& context) {
    return {.partition = context.index(), .partitions = context.count(), .window = context.window()};
  }
};

}  // namespace sluice::inline v0::flow
