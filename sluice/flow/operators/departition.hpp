#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/flow.hpp"
#include "sluice/flow/operators/parted.hpp"
#include "sluice/flow/operators/reduce.hpp"

namespace sluice::inline v0::flow {

namespace detail {

template <class Done, class Acc>
concept DoneWithWindow = std::is_invocable_v<Done&, Acc, const WindowId&>;

/// What done(acc) or done(acc, window) answers.
template <class Done, class Acc>
struct DoneResult : std::invoke_result<Done&, Acc> {};
template <class Done, class Acc>
  requires DoneWithWindow<Done, Acc>
struct DoneResult<Done, Acc> : std::invoke_result<Done&, Acc, const WindowId&> {};

/// One window of a departition: what was merged, and who is not done with it.
template <class Acc>
class PartedWindow {
 public:
  explicit PartedWindow(std::size_t partitions) : done_(partitions), open_(partitions) {}

  /// Answers whether that was the last partition.
  [[nodiscard]] bool finish(std::size_t partition) {
    if (!done_[partition]) --open_;
    done_[partition] = true;
    return open_ == 0;
  }

  std::optional<Acc> acc = {};  ///< empty: nobody has emitted anything

 private:
  std::vector<bool> done_;
  std::size_t open_;
};

}  // namespace detail

/// The first operator below the border of a departition, see there.
template <class Make, class Merge, class Done>
struct MergeParts : Operator {
  static constexpr Role role = Role::gather;
  static void note(Notes& notes) {
    notes.add("departition").keeps_accumulators<detail::accumulator_of<Make>>().mixes();
  }
  using Accumulator = detail::accumulator_of<Make>;
  using Windows = std::map<WindowId, detail::PartedWindow<Accumulator>>;
  template <class In>
  using Output = std::remove_cvref_t<typename detail::DoneResult<Done, Accumulator>::type>;
  template <class In>
  using State = Windows;

  template <class In>
  static consteval bool takes() {
    using X = typename decltype(In::value)::value_type;
    constexpr bool merges =
        detail::ReducesInPlace<Merge, Accumulator, X> || detail::ReducesByValue<Merge, Accumulator, X>;
    constexpr bool ends =
        std::is_invocable_v<Done&, Accumulator> || detail::DoneWithWindow<Done, Accumulator>;
    static_assert(merges,
                  "sluice: departition(begin, merge, done) needs a merge(Acc&, event) that changes the "
                  "accumulator, or a merge(Acc, event) that answers it");
    static_assert(ends,
                  "sluice: departition(begin, merge, done) needs a done(Acc) or done(Acc, WindowId) that "
                  "answers an event");
    return merges && ends;
  }

  template <class In>
  [[nodiscard]] Windows open(const Context& /*context*/) const {
    return {};
  }
  template <class T, class Next>
  void push(Windows& windows, Context& /*context*/, Parted<T>&& part, const Next& next) {
    const auto found = windows.try_emplace(part.window, part.partitions).first;
    auto& window = found->second;
    if (part.value) {
      if (!window.acc) window.acc.emplace(detail::begin_of(make));
      detail::reduce_into(merge, *window.acc, *std::move(part.value));
    }
    if (!part.done || !window.finish(part.partition)) return;
    auto complete = windows.extract(found);
    emit(complete.key(), complete.mapped().acc, next);
  }
  /// No partition will say more: what is left is complete (flow.md F6.5).
  template <class Next>
  void fire(Windows& windows, Context& /*context*/, const Trigger& trigger, const Next& next) {
    if (!trigger.done()) return;
    for (auto& [id, window] : windows) emit(id, window.acc, next);
    windows.clear();
  }

  Make make;
  Merge merge;
  Done done;

 private:
  template <class Next>
  void emit(const WindowId& id, std::optional<Accumulator>& acc, const Next& next) {
    if (!acc) return;
    if constexpr (detail::DoneWithWindow<Done, Accumulator>) {
      next(std::invoke(done, *std::move(acc), id));
    } else {
      next(std::invoke(done, *std::move(acc)));
    }
  }
};

/// See departition().
template <class Make, class Merge, class Done>
struct DepartitionOperator : OperatorTag {
  Make make;
  Merge merge;
  Done done;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(Flow<In, Ops...> flow) && {
    constexpr bool reduced = detail::has<Role::reduce, Ops...>;
    static_assert(reduced,
                  "sluice: departition brings together what the stages of a reduce emit; put reduce, "
                  "group_by or emit_and_reduce into the layer above it");
    if constexpr (!reduced) {
      return flow;
    } else {
      auto tagged = detail::append(std::move(flow), TagPartition{});
      using Part = typename decltype(tagged)::Output;
      options.stages = 1;
      return detail::append(
          detail::below(tagged, Border<Part>::by_demand(), std::move(options)),
          MergeParts<Make, Merge, Done>{{}, std::move(make), std::move(merge), std::move(done)});
    }
  }
};

/// Brings what the stages of a layer with a reduce emit back together, window by window, in one stage
/// (flow.md §6). `begin`: an accumulator, or a callable that makes one. `merge(Acc&, event)`, or `Acc
/// merge(Acc, event)`: for each event emitted above, at every trigger, so either merge so that a later state
/// replaces an earlier one, or reset the reduce in on_trigger. `done(Acc)` or `done(Acc, const WindowId&)`
/// answers one event, when the window is done in all partitions; a window that some partition never had is
/// complete at the end of the flow, in the order of ids. A window in which nobody emitted anything has no
/// result. What stands behind runs in the same single stage. Throws OptionError for .stages other than 1.
///
///     partition(&Order::shop) | reduce(Totals{}, add) | departition(Totals{}, add_all, identity{})
template <class Make, class Merge, class Done>
[[nodiscard]] auto departition(Make begin, Merge merge, Done done, LayerOptions options = {}) {
  if (options.stages.value_or(1) != 1)
    throw OptionError("stages", "a departition has one, got " + std::to_string(*options.stages));
  return DepartitionOperator<Make, Merge, Done>{
      {}, std::move(begin), std::move(merge), std::move(done), std::move(options)};
}

}  // namespace sluice::inline v0::flow
