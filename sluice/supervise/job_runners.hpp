#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/stage/mailbox.hpp"
#include "sluice/supervise/child_info.hpp"
#include "sluice/supervise/job_message.hpp"
#include "sluice/supervise/job_restart.hpp"
#include "sluice/supervise/restart_window.hpp"
#include "sluice/supervise/slot_book.hpp"

namespace sluice::inline v0 {

struct JobTerms {
  std::size_t max_concurrency;
  JobRestart restart;
  RestartLimit limit;
  Thread thread;
};

/// What for_each_job does that depends neither on the type of events nor on the function. A job runs in a
/// runner, a stage that is started when first needed and used again for the next job; as many runners as jobs
/// run at once. Runners move between workers as all stages do. Thread rule: the owner's turn.
///
/// 1. A job has a slot of its subscription from the arrival of its event until it has ended for good.
/// 2. A runner has at most one job; at most max_concurrency runners exist.
/// 3. After wind_down no job begins; the owner stops when the last has ended.
class JobRunners {
 public:
  using MakeRunner = UniqueFunction<std::unique_ptr<Stage>()>;

  /// Throws OptionError.
  explicit JobRunners(JobTerms terms);
  /// Ends the runners; a job that runs is not interrupted, and those that wait are counted as lost.
  ~JobRunners();
  JobRunners(const JobRunners&) = delete;
  JobRunners& operator=(const JobRunners&) = delete;

  void attach(Host& host, MakeRunner make) noexcept {
    host_ = &host;
    make_runner_ = std::move(make);
  }

  void subscribed(const SubscribeOptions& options, const Subscription& from);
  void cancelled(const Subscription& from) { slots_.end(from); }
  /// Within handle_events: whether jobs may still begin; otherwise the events are counted as lost.
  enum class Events : unsigned char { wanted, too_late };
  [[nodiscard]] Events arrived(const Subscription& from, Demand count);
  /// One of them. It begins when the callback has returned and a runner is free.
  void add(std::unique_ptr<JobMessage> job) {
    waiting_.push(std::move(job));
    ++waiting_count_;
  }
  void begin_what_waits();
  /// A job came back.
  void finished(std::unique_ptr<JobMessage> job);

  [[nodiscard]] bool has_jobs() const noexcept { return running_ != 0 || !waiting_.empty(); }
  [[nodiscard]] ChildCounts counts() const noexcept;
  void wind_down(const Reason& reason);
  [[nodiscard]] std::string describe() const;

 private:
  struct Runner {
    HostPtr host = {};  ///< empty: it has gone
    std::uint64_t start = 0;
    SubscriptionId job_of = {};
    unsigned light_jobs = 0;  ///< that ran far from here, one after the other
    bool busy = false;
  };

  void begin(std::unique_ptr<JobMessage> job);
  [[nodiscard]] std::uint32_t free_runner();
  void start_runner(std::uint32_t index);
  void becomes_idle(const JobMessage& job);
  void retire(std::uint32_t index);
  void gone(std::uint32_t index, std::uint64_t start, const Reason& reason);
  void crashed(std::unique_ptr<JobMessage> job);
  void gives_up();
  void release(SubscriptionId from);
  void stop_if_done();

  JobTerms terms_;
  Host* host_ = nullptr;
  MakeRunner make_runner_;
  SlotBook slots_;
  RestartWindow window_;
  std::vector<Runner> runners_;
  std::vector<std::uint32_t> idle_;  // the last one to become idle is the first to work again
  std::vector<std::uint32_t> gone_;  // whose runner is to be started anew
  MessageList waiting_;
  std::size_t waiting_count_ = 0;
  std::size_t running_ = 0;
  std::uint64_t starts_ = 0;
  std::optional<Reason> leaving_;
};

}  // namespace sluice::inline v0
