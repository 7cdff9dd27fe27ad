#include "bench/pipeline_rows.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <utility>

#include "sluice/pipeline.hpp"
#include "sluice/runtime/runtime.hpp"

namespace bench {
namespace {

using sluice::pipeline::Message;
namespace pipeline = sluice::pipeline;

/// Counts what was acknowledged.
class Tally final : public pipeline::Acknowledger {
 public:
  void settle(std::span<const pipeline::Settled> messages) override {
    done_.fetch_add(messages.size(), std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t done() const noexcept { return done_; }

 private:
  std::atomic<std::size_t> done_{0};
};

class Numbers final : public sluice::Producer<Message<long>> {
 public:
  Numbers(std::size_t count, std::shared_ptr<Tally> tally) : count_(count), tally_(std::move(tally)) {}

 private:
  void handle_demand(sluice::Demand n) override {
    for (; n != 0 && next_ < count_; --n, ++next_)
      emit(Message<long>(static_cast<long>(next_), tally_, next_));
    if (next_ == count_) info([this] { stop(); });
  }
  std::size_t count_;
  std::shared_ptr<Tally> tally_;
  std::size_t next_ = 0;
};

template <class Describe>
std::uint64_t run(std::size_t events, int workers, Describe describe) {
  sluice::Runtime runtime({.workers = static_cast<std::size_t>(workers)});
  const auto tally = std::make_shared<Tally>();
  std::atomic<std::uint64_t> sum{0};
  const auto handle = describe(pipeline::from<Numbers>({}, events, tally), sum) | pipeline::start(runtime);
  handle.wait();
  if (tally->done() != events) std::abort();
  return sum;
}

auto add_up(std::atomic<std::uint64_t>& sum) {
  return [&sum](pipeline::Batch<long>& batch) {
    std::uint64_t part = 0;
    for (const Message<long>& message : batch) part += static_cast<std::uint64_t>(message.data());
    sum += part;
  };
}

}  // namespace

std::uint64_t sluice_acknowledged(std::size_t events, int workers) {
  return run(events, workers, [](auto source, std::atomic<std::uint64_t>& sum) {
    return source | pipeline::process([](long&) {}, {.concurrency = 1, .max_demand = 1000}) |
           pipeline::batch(add_up(sum), {.size = 100, .max_demand = 1000});
  });
}

std::uint64_t sluice_acknowledged_tens(std::size_t events, int workers) {
  return run(events, workers, [](auto source, std::atomic<std::uint64_t>& sum) {
    return source | pipeline::process([](long&) {}) | pipeline::batch(add_up(sum), {.size = 100});
  });
}

std::uint64_t sluice_acknowledged_one_step(std::size_t events, int workers) {
  return run(events, workers, [](auto source, std::atomic<std::uint64_t>& sum) {
    return source | pipeline::process([&sum](long& n) { sum += static_cast<std::uint64_t>(n); },
                                      {.concurrency = 1, .max_demand = 1000});
  });
}

}  // namespace bench
