#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "sluice/core/ids.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/message.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

class JobRunners;

/// A stage that runs jobs one after the other, until the stage whose jobs they are ends it.
class JobRunner : public Stage {
 public:
  explicit JobRunner(HostPtr owner) noexcept : owner_(std::move(owner)) {}
  [[nodiscard]] Host& owner() const noexcept { return *owner_; }

 private:
  [[nodiscard]] bool has_work() const noexcept final {
    return true;
  }  // only its owner knows when there is none
  HostPtr owner_;
};

/// One job: on its way to a runner, in which it runs, and back. Thread rule: whoever has it.
class JobMessage : public Message {
 public:
  JobMessage(JobRunners& jobs, SubscriptionId subscription) noexcept : from(subscription), jobs_(&jobs) {}
  void deliver(std::unique_ptr<Message> self, Host& at) final;
  void abandon(Host& at, const Reason& /*why*/) final {
    if (!ran_) at.lose_received(1);
  }
  /// On the way out again, after a crash.
  void renew() noexcept {
    ran_ = false;
    failure = nullptr;
  }

  const SubscriptionId from;  ///< whose slot it takes
  std::uint32_t runner = 0;   ///< in which it runs
  /// It took less time than its way to another worker and back.
  bool belongs_home = false;
  std::exception_ptr failure;  ///< what it threw

 private:
  virtual void run(JobRunner& in) = 0;
  void run_here(Host& at);

  bool ran_ = false;
  JobRunners* jobs_;  // of the owner; touched only there
};

}  // namespace sluice::inline v0
