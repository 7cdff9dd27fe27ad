#include "bench/job_rows.hpp"

#include <algorithm>
#include <atomic>

#include "sluice/sluice.hpp"

namespace bench {
namespace {

using sluice::Demand;
using Total = std::atomic<std::uint64_t>;

class Source final : public sluice::Producer<Event> {
 public:
  explicit Source(std::size_t events) : Producer({.demand = sluice::DemandFlow::accumulate}), left_(events) {}

 private:
  void handle_demand(Demand demand) override {
    if (left_ == 0) return;
    const Demand n = std::min<Demand>(demand, left_);
    emit_n(n, [this] { return next_++; });
    left_ -= n;
    if (left_ == 0) info([this] { stop(); });
  }

  Event next_ = 0;
  Demand left_;
};

class Add final : public sluice::Job {
 public:
  Add(Total* total, Event event) : total_(total), event_(event) {}

 private:
  void run() override { total_->fetch_add(static_cast<std::uint64_t>(event_), std::memory_order_relaxed); }

  Total* total_;
  Event event_;
};

template <class Recipe>
void run_over(std::size_t events, int workers, Recipe recipe) {
  sluice::Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  const auto source = runtime.start<Source>(events);
  const auto jobs = runtime.start(std::move(recipe));
  jobs.subscribe_to(source, {.max_demand = jobs_at_once});
  source.demand_flow(sluice::DemandFlow::forward);
  runtime.wait(jobs);
}

}  // namespace

std::uint64_t sluice_jobs_of_a_class(std::size_t events, int workers) {
  Total total = 0;
  run_over(events, workers,
           sluice::consumer_supervisor<Event>({.restart = sluice::JobRestart::temporary},
                                              sluice::child_for_each<Add>(&total)));
  return total;
}

std::uint64_t sluice_jobs_of_a_function(std::size_t events, int workers) {
  Total total = 0;
  run_over(
      events, workers,
      sluice::for_each_job<Event>(
          [&](Event event) { total.fetch_add(static_cast<std::uint64_t>(event), std::memory_order_relaxed); },
          {.max_concurrency = jobs_at_once}));
  return total;
}

}  // namespace bench
