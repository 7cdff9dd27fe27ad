#include "sluice/supervise/job_runners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "sluice/core/errors.hpp"
#include "sluice/stage/lineage.hpp"
#include "sluice/stage/ref.hpp"

namespace sluice::inline v0 {

namespace {

/// What a job must take to be worth a way to another worker and back, as for turns (worker.cpp).
constexpr Duration worth_the_way = std::chrono::microseconds(2);
constexpr unsigned light_jobs_to_retire = 4;

}  // namespace

void JobMessage::deliver(std::unique_ptr<Message> self, Host& at) {
  if (ran_) {
    jobs_->finished(std::unique_ptr<JobMessage>(static_cast<JobMessage*>(self.release())));
    return;
  }
  Host& owner = static_cast<JobRunner&>(at.stage()).owner();
  ran_ = true;
  if (at.home.load(std::memory_order_relaxed) == owner.home.load(std::memory_order_relaxed)) [[likely]] {
    run_here(at);
    belongs_home = false;
  } else {
    const Instant before = std::chrono::steady_clock::now();
    run_here(at);
    belongs_home = std::chrono::steady_clock::now() - before < worth_the_way;
  }
  owner.send(std::move(self), at);
}

void JobMessage::run_here(Host& at) {
  static_cast<void>(at.run([&] {
    try {
      run(static_cast<JobRunner&>(at.stage()));
    } catch (...) {
      failure = std::current_exception();
    }
  }));
}

JobRunners::JobRunners(JobTerms terms) : terms_(terms), window_(terms.limit) {
  if (terms_.max_concurrency < 1) throw OptionError("max_concurrency", "must be at least 1, got 0");
  if (terms_.max_concurrency > std::numeric_limits<std::uint32_t>::max()) {
    throw OptionError("max_concurrency", fmt::format("must be less than 2^32, got {}",
                                                     static_cast<long long>(terms_.max_concurrency)));
  }
}

JobRunners::~JobRunners() {
  if (waiting_count_ != 0) host_->lost_received.add(waiting_count_);
  for (const Runner& runner : runners_) AnyRef(runner.host).stop_async(Reason::shutdown());
}

// -- demand

void JobRunners::subscribed(const SubscribeOptions& options, const Subscription& from) {
  const Demand max = std::min<Demand>(options.max_demand, terms_.max_concurrency);
  slots_.begin(from, max, std::min(options.min_demand.value_or(max / 2), max - 1));
}

JobRunners::Events JobRunners::arrived(const Subscription& from, Demand count) {
  if (leaving_) {
    host_->lost_received.add(count);
    return Events::too_late;
  }
  if (const Demand excess = slots_.take(from, count); excess != 0) {
    host_->log(Severity::error, fmt::format("{} events too many from {}: nobody asked for them", excess,
                                            from.producer().host()->label()));
  }
  return Events::wanted;
}

void JobRunners::release(SubscriptionId from) {
  slots_.release(from, 1);
  if (!leaving_) slots_.refill(from);
}

// -- jobs

void JobRunners::begin_what_waits() {
  while (!waiting_.empty() && running_ < terms_.max_concurrency) {
    --waiting_count_;
    begin(std::unique_ptr<JobMessage>(static_cast<JobMessage*>(waiting_.pop().release())));
  }
}

void JobRunners::begin(std::unique_ptr<JobMessage> job) {
  job->runner = free_runner();
  Runner& runner = runners_[job->runner];
  runner.busy = true;
  runner.job_of = job->from;
  ++running_;
  runner.host->send(std::move(job), *host_);
}

std::uint32_t JobRunners::free_runner() {
  if (!idle_.empty()) {
    const std::uint32_t index = idle_.back();
    idle_.pop_back();
    return index;
  }
  auto index = static_cast<std::uint32_t>(runners_.size());
  if (gone_.empty()) {
    runners_.emplace_back();
  } else {
    index = gone_.back();
    gone_.pop_back();
  }
  start_runner(index);
  return index;
}

void JobRunners::start_runner(std::uint32_t index) {
  auto lineage = std::make_shared<Lineage>(
      host_->lineage(), HostPtr(host_), [this, index, start = ++starts_](Host& me, const Reason& reason) {
        me.post(make_errand([this, index, start, reason](Host&) { gone(index, start, reason); }));
      });
  runners_[index].start = starts_;
  runners_[index].host = host_->start(
      {.thread = terms_.thread}, [this] { return make_runner_(); }, typeid(JobRunner), std::move(lineage));
}

void JobRunners::finished(std::unique_ptr<JobMessage> job) {
  becomes_idle(*job);
  if (job->failure) [[unlikely]] {
    crashed(std::move(job));
  } else {
    release(job->from);
  }
  if (!waiting_.empty()) begin_what_waits();
  stop_if_done();
}

void JobRunners::becomes_idle(const JobMessage& job) {
  Runner& runner = runners_[job.runner];
  if (!runner.busy) return;  // it has gone
  runner.busy = false;
  --running_;
  idle_.push_back(job.runner);
  if (!job.belongs_home) [[likely]] {
    runner.light_jobs = 0;
  } else if (++runner.light_jobs == light_jobs_to_retire) {
    retire(job.runner);
  }
}

/// Jobs are short, and this runner is on another worker: the next one starts here.
void JobRunners::retire(std::uint32_t index) {
  idle_.pop_back();
  gone_.push_back(index);
  const Runner runner = std::exchange(runners_[index], {});
  AnyRef(runner.host).stop_async(Reason::shutdown());
}

void JobRunners::crashed(std::unique_ptr<JobMessage> job) {
  const bool again = terms_.restart == JobRestart::transient && !leaving_;
  host_->log(Severity::error, fmt::format("a job crashed: {}{}", Reason::of(job->failure).to_string(),
                                          again ? "; runs it again" : ""));
  if (!again) {
    release(job->from);
  } else if (window_.note(host_->now()) == RestartVerdict::allowed) {
    job->renew();
    add(std::move(job));
  } else {
    gives_up();
  }
}

void JobRunners::gives_up() {
  host_->log(Severity::error,
             fmt::format("gives up: more than {} restarts within {} s", terms_.limit.max_restarts,
                         std::chrono::duration<double>(terms_.limit.within).count()));
  wind_down(Reason::shutdown("reached_max_restart_intensity"));
}

// -- ends

/// A runner ended before its owner: the runtime's deadline is over, and the owner will hear of that too.
void JobRunners::gone(std::uint32_t index, std::uint64_t start, const Reason& reason) {
  if (runners_[index].start != start) return;
  const Runner runner = std::exchange(runners_[index], {});
  std::erase(idle_, index);
  gone_.push_back(index);
  if (runner.busy) {
    --running_;
    host_->log(Severity::error, fmt::format("a job was lost with its runner: {}", reason.to_string()));
    release(runner.job_of);
  }
  stop_if_done();
}

void JobRunners::wind_down(const Reason& reason) {
  if (leaving_) return;
  leaving_ = reason;
  host_->lost_received.add(std::exchange(waiting_count_, 0));
  waiting_ = {};
  stop_if_done();
}

void JobRunners::stop_if_done() {
  if (leaving_ && !has_jobs()) host_->stop(*leaving_);
}

ChildCounts JobRunners::counts() const noexcept {
  return {.specs = 1, .active = running_, .workers = running_ + waiting_count_};
}

std::string JobRunners::describe() const {
  return fmt::format("{} jobs run, at most {} at once, {}", running_, terms_.max_concurrency,
                     to_string(terms_.restart));
}

}  // namespace sluice::inline v0
