/// Orders are checked one by one, stored in batches, and each is acknowledged: the queue they came from hears
/// of every single one what became of it, also of those that were never stored.
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/pipeline.hpp"

namespace {

namespace pipeline = sluice::pipeline;
using namespace std::chrono_literals;

struct Order {
  int id = 0;
  std::string customer;
  long cents = 0;
};

/// Stands for a message queue: remembers what was acknowledged, and what has to be delivered again.
class Queue final : public pipeline::Acknowledger {
 public:
  void settle(std::span<const pipeline::Settled> messages) override {
    const std::lock_guard lock(mutex_);
    for (const pipeline::Settled& message : messages)
      outcomes_[message.tag] = message.done() ? "stored" : message.failure->to_string();
  }
  void print() const {
    for (const auto& [order, outcome] : outcomes_) fmt::print("order {}: {}\n", order, outcome);
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::string> outcomes_;
};

void check_order(const Order& order) {
  if (order.cents <= 0) throw std::invalid_argument(fmt::format("{} cents are no amount", order.cents));
}

void store(pipeline::Batch<Order>& batch) {
  for (pipeline::Message<Order>& message : batch)
    if (message.data().customer == "nobody") message.fail("there is no such customer");
}

}  // namespace

int main() {
  sluice::Runtime runtime({.workers = 2, .log = [](const sluice::LogRecord& /*record*/) {}});
  const auto queue = std::make_shared<Queue>();
  const std::vector<Order> orders{{0, "ann", 1999}, {1, "bob", -5}, {2, "nobody", 100}, {3, "ann", 250}};

  const auto run = pipeline::from(orders, {}, queue) | pipeline::process(check_order, {.concurrency = 4}) |
                   pipeline::batch(store, {.size = 100, .within = 2s},
                                   pipeline::key_by([](const Order& order) { return order.customer; })) |
                   pipeline::start(runtime, {.name = "orders"});
  run.wait();
  queue->print();
}
