#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/stage/recipe.hpp"
#include "sluice/supervise/job_runners.hpp"

namespace sluice::inline v0 {

template <class T>
struct ForEachJobOptions {
  /// Jobs that run at the same time; also the most events that are asked for and not done, whatever
  /// max_demand a subscription has. At least 1.
  std::size_t max_concurrency = 100;
  /// What a crash of a job means.
  JobRestart restart = JobRestart::temporary;
  /// With JobRestart::transient: more restarts than this within the time end the stage; `unlimited`: never.
  std::size_t max_restarts = 3;
  Duration within = std::chrono::seconds(5);
  /// Thread::own for jobs that block: a thread for each job that runs at the same time.
  Thread thread = Thread::pool;
  /// Subscribed to in this order before start returns.
  std::vector<SubscribeTo<T>> subscribe_to = {};
};

namespace detail {

template <class F>
class FunctionRunner final : public JobRunner {
 public:
  FunctionRunner(HostPtr owner, std::shared_ptr<const F> function) noexcept
      : JobRunner(std::move(owner)), function_(std::move(function)) {}
  [[nodiscard]] const F& function() const noexcept { return *function_; }

 private:
  std::shared_ptr<const F> function_;
};

/// Whether a job may be run a second time with the event it had.
template <class T, class F>
inline constexpr bool repeatable_job = std::is_invocable_v<const F&, const T&> || std::copy_constructible<T>;

template <class T, class F>
class FunctionJob final : public JobMessage {
 public:
  FunctionJob(JobRunners& jobs, SubscriptionId subscription, JobRestart restart, T event)
      : JobMessage(jobs, subscription), restart_(restart), event_(std::move(event)) {}

 private:
  void run(JobRunner& in) override {
    const F& function = static_cast<FunctionRunner<F>&>(in).function();
    if constexpr (repeatable_job<T, F>) {
      if (restart_ == JobRestart::transient) {
        if constexpr (std::is_invocable_v<const F&, const T&>) {
          function(std::as_const(event_));
        } else {
          function(T(event_));
        }
        return;
      }
    }
    function(std::move(event_));
  }

  JobRestart restart_;
  T event_;
};

}  // namespace detail

template <class Self>
class ForEachJobOperations;

/// See for_each_job().
template <class T, class F>
class ForEachJob final : public Consumer<T> {
 public:
  template <class Self>
  using Operations = ForEachJobOperations<Self>;

  /// Throws OptionError.
  ForEachJob(F function, ForEachJobOptions<T> options)
      : Consumer<T>({.subscribe_to = std::move(options.subscribe_to)}),
        function_(std::make_shared<const F>(std::move(function))),
        restart_(options.restart),
        jobs_({.max_concurrency = options.max_concurrency,
               .restart = options.restart,
               .limit = {.max_restarts = options.max_restarts, .within = options.within},
               .thread = options.thread}) {
    if (restart_ == JobRestart::transient && !detail::repeatable_job<T, F>) {
      throw OptionError("restart",
                        "must be temporary for events that can only be moved and a function that "
                        "takes them by value, got transient");
    }
  }

  /// Jobs that run and that wait.
  [[nodiscard]] ChildCounts counts() const { return jobs_.counts(); }

 private:
  Start handle_start() override {
    jobs_.attach(this->host(), [this]() -> std::unique_ptr<Stage> {
      return std::make_unique<detail::FunctionRunner<F>>(HostPtr(&this->host()), function_);
    });
    return Start::ok;
  }
  DemandMode handle_subscribe(const SubscribeOptions& options, const Subscription& from) override {
    jobs_.subscribed(options, from);
    return DemandMode::manual;
  }
  void handle_events(Events<T> events, const Subscription& from) override {
    if (jobs_.arrived(from, events.size()) == JobRunners::Events::too_late) return;
    for (T& event : events.mine()) {
      jobs_.add(std::make_unique<detail::FunctionJob<T, F>>(jobs_, from.id(), restart_, std::move(event)));
    }
    this->host().defer([this] { jobs_.begin_what_waits(); });
  }
  void handle_cancel(const Cancellation& /*why*/, const Subscription& from) override {
    jobs_.cancelled(from);
  }
  [[nodiscard]] std::string describe() const override { return jobs_.describe(); }
  [[nodiscard]] bool has_children() const noexcept override { return jobs_.has_jobs(); }
  void wind_down(const Reason& reason) override { jobs_.wind_down(reason); }

  std::shared_ptr<const F> function_;
  JobRestart restart_;
  JobRunners jobs_;
};

/// What a reference to a stage of for_each_job can do. Waits as long as it takes; throws std::logic_error
/// inside a callback, CallError when the stage has ended.
template <class Self>
class ForEachJobOperations {
 public:
  /// active: jobs that run. workers: these, and the events that wait for one to end.
  [[nodiscard]] ChildCounts counts() const {
    return static_cast<const Self&>(*this).call_for(forever,
                                                    [](const auto& stage) { return stage.counts(); });
  }

 private:
  friend Self;
  ForEachJobOperations() = default;
};

/// A consumer that runs `function(event)` as a job of its own for each event, several at once on the
/// runtime's workers, and asks for more as jobs end. A job that throws is logged and ends; the others do not
/// notice. With JobRestart::transient it is run again with the same event.
/// `runtime.start(for_each_job<Image>([](const Image& image) { … }, {.max_concurrency = 8}))`
///
/// Thread rule: the function is called by several threads at once, as const; what it captures it shares. When
/// the stage is asked to stop, jobs that have begun are waited for, events that wait are lost (and counted).
template <class T, class F>
[[nodiscard]] auto for_each_job(F function, ForEachJobOptions<T> options = {}) {
  static_assert(std::is_invocable_v<const F&, T>,
                "sluice: for_each_job<T>(f) needs an f that takes a T, and that can be called as const: jobs "
                "run at the same time");
  using S = ForEachJob<T, F>;
  return StageRecipe<S>{[function = std::move(function), options = std::move(options)]() mutable {
    return std::make_unique<S>(std::move(function), std::move(options));
  }};
}

}  // namespace sluice::inline v0
