// A first pipeline, from source to sink: numbers, doubled, printed. It ends by itself after ten of them.
#include <cstdio>

#include "sluice/sluice.hpp"

class Counter : public sluice::Producer<long> {
  // Runs when somebody has asked; emits what was asked for, or less at the end.
  void handle_demand(sluice::Demand demand) override {
    for (; demand != 0 && next_ != 10; --demand) emit(next_++);
    if (next_ == 10) info([this] { stop(); });  // behind the last number
  }
  long next_ = 0;
};

class Doubler : public sluice::ProducerConsumer<long, long> {
  void handle_events(sluice::Events<long> numbers, const sluice::Subscription&) override {
    for (long& n : numbers.mine()) n *= 2;  // in place
    emit_all(std::move(numbers));           // the same storage goes on
  }
};

class Printer : public sluice::Consumer<long> {
  void handle_events(sluice::Events<long> numbers, const sluice::Subscription&) override {
    for (long n : numbers) std::printf("%ld\n", n);
  }
};

int main() {
  sluice::Runtime runtime;
  auto counter = runtime.start<Counter>();
  auto doubler = runtime.start<Doubler>();
  auto printer = runtime.start<Printer>();
  // From the sink upwards: the first ask reaches the counter when everything behind it is connected.
  printer.subscribe_to(doubler, {.max_demand = 4});
  doubler.subscribe_to(counter, {.max_demand = 4, .min_demand = 2});
  // The counter's end ends the doubler, and that one's end the printer, each after its last number.
  runtime.wait(printer);
}
