#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/flow/flow.hpp"
#include "sluice/flow/handle.hpp"

namespace sluice::inline v0::flow {

/// The events of a flow as a single-pass input range for one thread. Move-only. Destroying it early ends the
/// flow and waits for that (flow.md F9.9).
template <class T>
class FlowRange {
 public:
  using Iterator = typename StageRange<T>::Iterator;

  FlowRange(FlowHandle<T> handle, std::optional<StageRange<T>> range)
      : handle_(std::move(handle)), range_(std::move(range)) {}
  FlowRange(FlowRange&&) noexcept = default;
  FlowRange& operator=(FlowRange&&) = delete;
  ~FlowRange() {
    if (!range_) return;
    range_.reset();
    handle_->stop();
  }

  /// Throws RangeFailed.
  [[nodiscard]] Iterator begin() { return range_->begin(); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
  [[nodiscard]] bool empty_flow() const noexcept { return !range_; }
  [[nodiscard]] const FlowHandle<T>& handle() const noexcept { return *handle_; }

 private:
  std::optional<FlowHandle<T>> handle_;
  std::optional<StageRange<T>> range_;
};

/// See to_range().
struct RangeTerminal : TerminalTag {
  Runtime* runtime;
  FlowOptions options;
  SubscribeOptions terms;

  template <class In, class... Ops>
  [[nodiscard]] auto execute(const Flow<In, Ops...>& flow) {
    return read<typename Flow<In, Ops...>::Output>(flow.feed());
  }

 private:
  template <class T>
  [[nodiscard]] FlowRange<T> read(FeedPtr<T> feed) {
    options.demand = DemandFlow::accumulate;
    terms.on_cancel = OnCancel::transient;
    auto handle =
        detail::start_flow<T>(*runtime, std::move(options), [feed = std::move(feed)](Assembly& assembly) {
          for (const Upstream<T>& stage : feed->build_stages(assembly, Border<T>::by_demand()))
            assembly.add_last(stage.host());
        });
    if (!handle.coordinator()) return FlowRange<T>(std::move(handle), std::nullopt);
    auto range = runtime->to_range<T>(handle.outputs(terms));
    handle.await(range.sink());
    handle.demand_flow(DemandFlow::forward);
    return FlowRange<T>(std::move(handle), std::move(range));
  }
};

/// `for (const Word& word : flow | to_range(runtime)) …`: the flow runs while it is read, as far as `terms`
/// let it run ahead. Throws StartError, OptionError; RangeFailed while reading. Read to its end,
/// `range.handle().wait()` says whether the flow completed, or was stopped by somebody.
[[nodiscard]] inline RangeTerminal to_range(Runtime& runtime, FlowOptions options = {},
                                            SubscribeOptions terms = {}) {
  RangeTerminal made;
  made.runtime = &runtime;
  made.options = std::move(options);
  made.terms = std::move(terms);
  return made;
}

struct VectorTerminal : TerminalTag {
  RangeTerminal range;

  template <class In, class... Ops>
  [[nodiscard]] auto execute(const Flow<In, Ops...>& flow) {
    return all_of(range.execute(flow));
  }

 private:
  template <class T>
  [[nodiscard]] static std::vector<T> all_of(FlowRange<T> events) {
    std::vector<T> all;
    if (events.empty_flow()) return all;
    std::optional<Reason> failure;
    try {
      for (T& event : events) all.push_back(std::move(event));
    } catch (const RangeFailed& failed) {
      failure = failed.reason();
    }
    const Outcome outcome = events.handle().wait().value();
    if (outcome.kind != Outcome::Kind::completed) throw FlowFailed(outcome);  // it says more
    if (failure) throw FlowFailed({Outcome::Kind::failed, *failure});
    return all;
  }
};

/// `flow | to_vector(runtime)`: all events, when the flow has completed. Throws StartError, and FlowFailed
/// also when somebody stopped it: what came through is not all.
[[nodiscard]] inline VectorTerminal to_vector(Runtime& runtime, FlowOptions options = {},
                                              SubscribeOptions terms = {}) {
  VectorTerminal made;
  made.range = to_range(runtime, std::move(options), std::move(terms));
  return made;
}

}  // namespace sluice::inline v0::flow
