#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/core/log.hpp"
#include "sluice/observe/snapshot.hpp"
#include "sluice/runtime/clock.hpp"
#include "sluice/runtime/start_error.hpp"
#include "sluice/stage/inlet.hpp"
#include "sluice/stage/recipe.hpp"
#include "sluice/stage/ref.hpp"
#include "sluice/stage/stage.hpp"
#include "sluice/stage/to_range.hpp"

namespace sluice::inline v0 {

class Engine;

struct RuntimeOptions {
  /// Worker threads; unset: one per core. At least 1.
  std::optional<std::size_t> workers = {};
  /// Unset: the steady clock.
  std::shared_ptr<Clock> clock = {};
  /// Unset: warnings and errors go to stderr.
  LogSink log = {};
  /// Of what is random (the waiting times of OnCancel::retry); unset: another one each time.
  std::optional<std::uint64_t> seed = {};
};

/// Where stages run: worker threads, timers, names. Its destructor shuts down (5 s) and waits for callbacks
/// that still run; it never leaves a thread behind. Thread rule: any thread; what waits throws
/// std::logic_error inside a callback.
class Runtime {
 public:
  explicit Runtime(RuntimeOptions options = {});
  virtual ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Constructs an S from `args` on this thread and runs its handle_start. Throws StartError, OptionError;
  /// returns an empty Ref when handle_start answers Start::ignore.
  template <class S, class... Args>
  Ref<S> start(StartOptions options, Args&&... args) {
    static_assert(std::derived_from<S, Stage>,
                  "sluice: a stage derives from Producer, ProducerConsumer or Consumer");
    return Ref<S>(start_stage(
        std::move(options),
        [&]() -> std::unique_ptr<Stage> { return std::make_unique<S>(std::forward<Args>(args)...); },
        typeid(S)));
  }
  template <class S, class... Args>
    requires(!StartsWithOptions<Args...>)
  Ref<S> start(Args&&... args) {
    return start<S>(StartOptions{}, std::forward<Args>(args)...);
  }

  /// The same from a recipe: from_range(…), produce(…), transform<T>(…), consume<T>(…).
  template <class S>
  Ref<S> start(StartOptions options, StageRecipe<S> recipe) {
    return Ref<S>(start_stage(
        std::move(options), [&]() -> std::unique_ptr<Stage> { return recipe.make(); }, typeid(S)));
  }
  template <class S>
  Ref<S> start(StageRecipe<S> recipe) {
    return start(StartOptions{}, std::move(recipe));
  }

  /// The events of these stages as a single-pass input range for this thread (genstage.md §14.2):
  /// `for (long n : runtime.to_range<long>({{counter, {.max_demand = 10}}})) …`. Throws OptionError at once,
  /// RangeFailed while reading, std::logic_error inside a callback.
  template <class T>
  StageRange<T> to_range(std::vector<SubscribeTo<T>> producers) {
    forbid_inside_callback("to_range");
    for (const SubscribeTo<T>& one : producers) check_terms(one.to.label(), one.options);
    auto arrivals = std::make_shared<Arrivals<T>>();
    const auto sink = start<RangeSink<T>>(arrivals, std::move(producers));
    return StageRange<T>(sink.host(), std::move(arrivals));
  }

  /// A stage that emits what other threads push into the inlet. `auto [inlet, ref] =
  /// start_inlet<T>({.capacity = 1000})`
  template <class T>
  StartedInlet<T> start_inlet(InletOptions options = {}, StartOptions start_options = {}) {
    check(options);
    auto queue = std::make_shared<InletQueue<T>>(options.capacity);
    auto ref = start<InletStage<T>>(std::move(start_options), queue);
    queue->connect(ref.host());
    return {Inlet<T>(std::move(queue)), ProducerRef<T>(ref.host())};
  }

  /// The stage of this name; std::nullopt: none. Throws WrongType naming both types.
  template <class S>
  [[nodiscard]] std::optional<Ref<S>> find(std::string_view name) const {
    HostPtr host = find_stage(name);
    if (!host) return std::nullopt;
    check_type(*host, typeid(S));
    return Ref<S>(std::move(host));
  }

  /// Blocks until the stage has ended; returns why. std::nullopt: not within the time.
  std::optional<Reason> wait(const AnyRef& stage, Duration timeout = forever) const;
  /// Waits for SIGINT or SIGTERM, or for the end of all stages, then drains as shutdown does.
  ShutdownReport run_until_signal(Duration deadline = std::chrono::seconds(5));
  /// Ends all stages, from sources to sinks, handing out what is under way; by force after `deadline`. Later
  /// calls do nothing.
  ShutdownReport shutdown(Duration deadline = std::chrono::seconds(5));
  /// All stages as a value; a stage that does not answer within `patience` is described from outside.
  [[nodiscard]] Snapshot snapshot(Duration patience = std::chrono::milliseconds(100)) const;
  /// Waits until no stage has anything to do; timers that are not due do not count.
  void settle();
  /// Moves a ManualClock forward, fires what becomes due in order, and settles. Throws std::logic_error for a
  /// clock that runs by itself.
  void advance(Duration time);
  [[nodiscard]] Instant now() const;
  /// Stages that have not ended.
  [[nodiscard]] std::size_t stage_count() const noexcept;

 protected:
  explicit Runtime(Engine& engine);
  [[nodiscard]] Engine& engine() const noexcept { return *engine_; }
  void close();

 private:
  static void forbid_inside_callback(const char* what);
  HostPtr start_stage(StartOptions options, StageFactory make, const std::type_info& type);
  [[nodiscard]] HostPtr find_stage(std::string_view name) const;
  static void check_type(const Host& host, const std::type_info& wanted);
  /// As check(options), but the error names the producer.
  static void check_terms(const std::string& producer, const SubscribeOptions& options);

  Engine* engine_;  // counted
};

}  // namespace sluice::inline v0
