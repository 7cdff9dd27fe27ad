#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/pipeline/coordinator.hpp"
#include "sluice/pipeline/message.hpp"
#include "sluice/pipeline/receipts.hpp"
#include "sluice/runtime/runtime.hpp"
#include "sluice/stage/latch.hpp"
#include "sluice/stage/outlet.hpp"

namespace sluice::inline v0::pipeline {

/// A pipeline that runs. Copyable; never keeps it alive. Thread rule: any thread; what waits throws
/// std::logic_error inside a callback. Throws CallError where the pipeline has ended, unless it says
/// otherwise.
class AnyPipelineHandle {
 public:
  AnyPipelineHandle(Runtime& runtime, Ref<Coordinator> coordinator)
      : runtime_(&runtime), coordinator_(std::move(coordinator)) {}

  /// Blocks until the pipeline has ended, and all its stages; returns why. std::nullopt: not within the time.
  std::optional<Reason> wait(Duration timeout = forever) const {
    return runtime_->wait(coordinator_, timeout);
  }
  /// Takes nothing more from the sources, handles what they have emitted, ends; by force after `within`. One
  /// that has ended has drained.
  DrainReport drain(Duration within = std::chrono::seconds(30)) const;
  /// The same without waiting.
  void begin_drain(Duration within = std::chrono::seconds(30)) const {
    coordinator_.cast(&Coordinator::drain, within);
  }
  /// Sources are not asked any more; what is under way is handled.
  void pause() const { coordinator_.cast(&Coordinator::demand_flow, DemandFlow::accumulate); }
  void resume() const { coordinator_.cast(&Coordinator::demand_flow, DemandFlow::forward); }

  /// std::nullopt: the pipeline was started without one.
  [[nodiscard]] std::optional<RateLimit> rate_limit() const {
    return coordinator_.call(&Coordinator::rate_limit);
  }
  /// From the next interval on. Throws OptionError, also where there was no limit from the start.
  void set_rate_limit(RateLimit limit) const;
  /// The interval begins anew, now.
  void reset_rate_limit() const;

  /// Its steps, sources first.
  [[nodiscard]] std::vector<Part> parts() const { return coordinator_.call(&Coordinator::parts); }
  /// The stage that keeps it together; its name is the pipeline's.
  [[nodiscard]] const Ref<Coordinator>& coordinator() const noexcept { return coordinator_; }

 protected:
  [[nodiscard]] Runtime& runtime() const noexcept { return *runtime_; }

 private:
  Runtime* runtime_;
  Ref<Coordinator> coordinator_;
};

namespace detail {

/// Held by work that goes to a stage; its latch opens when the work has been done, or was thrown away.
class Delivery {
 public:
  explicit Delivery(std::shared_ptr<Latch> latch) noexcept : latch_(std::move(latch)) {}
  Delivery(Delivery&&) noexcept = default;
  Delivery& operator=(Delivery&&) = delete;
  ~Delivery() {
    if (latch_) latch_->open();
  }

 private:
  std::shared_ptr<Latch> latch_;
};

}  // namespace detail

/// T: what the sources' messages hold.
template <class T>
class PipelineHandle : public AnyPipelineHandle {
 public:
  using AnyPipelineHandle::AnyPipelineHandle;

  /// Messages that leave a source, which one by chance, as if it had emitted them: without demand, and past
  /// what it would do to them; the rate limit counts them (B4.9). Returns when it has them; those of one that
  /// ends before have failed. Throws CallError{noproc} when no source runs.
  void push(Events<Message<T>> messages) const {
    const HostPtr source = coordinator().call(&Coordinator::some_source);
    if (!source) throw CallError(CallError::Kind::noproc, Reason::noproc());
    const auto taken = std::make_shared<Latch>();
    source->post(
        make_errand([messages = std::move(messages), delivery = detail::Delivery(taken)](Host& at) mutable {
          at.run([&] { static_cast<Outlet<Message<T>>&>(*at.outlet()).take_over(std::move(messages)); });
        }));
    static_cast<void>(source->await(*taken, forever));
  }
  /// For tests: one message for each element, tagged by its position (B13.2, B13.3). What becomes of them is
  /// in the receipts.
  std::shared_ptr<Receipts> test(std::vector<T> data, BatchMode mode = BatchMode::collect) const {
    auto receipts = std::make_shared<Receipts>(data.size());
    Events<Message<T>> messages;
    messages.reserve(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
      Message<T> message(std::move(data[i]), receipts, i);
      if (mode != BatchMode::collect) message.batch_mode(mode);
      messages.push_back(std::move(message));
    }
    push(std::move(messages));
    return receipts;
  }
  /// Waits until all of them are settled; false: not within the time.
  [[nodiscard]] bool await(Receipts& receipts, Duration timeout = std::chrono::seconds(5)) const {
    return coordinator().host()->await(receipts.complete(), timeout);
  }
};

}  // namespace sluice::inline v0::pipeline
