// The README's first pipeline, made to end after ten numbers.
#include <chrono>
#include <cstdio>
#include <utility>

#include "sluice/core/version.hpp"
#include "sluice/sluice.hpp"

class Counter : public sluice::Producer<long> {
  void handle_demand(sluice::Demand demand) override {
    for (; demand != 0 && next_ != 10; --demand) emit(next_++);
    if (next_ == 10) info([this] { stop(); });
  }
  long next_ = 0;
};

class Doubler : public sluice::ProducerConsumer<long, long> {
  void handle_events(sluice::Events<long> numbers, const sluice::Subscription&) override {
    for (long& n : numbers.mine()) n *= 2;
    emit_all(std::move(numbers));
  }
};

class Adder : public sluice::Consumer<long> {
 public:
  explicit Adder(long& sum) : sum_(sum) {}

 private:
  void handle_events(sluice::Events<long> numbers, const sluice::Subscription&) override {
    for (long n : numbers) sum_ += n;
  }
  long& sum_;
};

int main() {
  long sum = 0;
  {
    sluice::Runtime runtime;
    auto counter = runtime.start<Counter>();
    auto doubler = runtime.start<Doubler>();
    auto adder = runtime.start<Adder>(sum);
    adder.subscribe_to(doubler, {.max_demand = 10});
    doubler.subscribe_to(counter, {.max_demand = 10, .min_demand = 5});
    if (!runtime.wait(adder, std::chrono::seconds(20))) return 1;
  }
  std::printf("sluice %d.%d.%d: %ld\n", SLUICE_VERSION_MAJOR, SLUICE_VERSION_MINOR, SLUICE_VERSION_PATCH,
              sum);
  return sum == 90 ? 0 : 1;
}
