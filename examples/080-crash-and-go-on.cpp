// A parser that crashes on bad input, and a pipeline that goes on. The supervisor starts the parser anew; the
// stages around it know it by its name and subscribe again. What the parser held when it crashed is lost:
// one batch, and the batch is as large as its subscription says.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/sluice.hpp"

using namespace std::chrono_literals;

const std::vector<std::string> lines = {"1", "2", "3",  "4",  "5",  "six", "7",
                                        "8", "9", "10", "1l", "12", "13",  "14"};

int parse(const std::string& line) {
  int number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc() || end != line.data() + line.size())
    throw std::invalid_argument("\"" + line + "\" is no number");
  return number;
}

// It does not catch anything: an exception ends it, and its supervisor starts it anew. It subscribes to
// whoever has the name when it starts, and asks for two lines at a time.
class Parser : public sluice::ProducerConsumer<std::string, int> {
 public:
  Parser()
      : ProducerConsumer({.subscribe_to = {{sluice::by_name<sluice::ProducerRef<std::string>>("lines"),
                                            {.max_demand = 2, .min_demand = 0}}}}) {}

 private:
  void handle_events(sluice::Events<std::string> batch, const sluice::Subscription&) override {
    map(batch, parse);
  }
};

// Outlives every parser: its sum is not lost with them.
class Sum : public sluice::Consumer<int> {
 public:
  Sum()
      : Consumer({.subscribe_to = {{sluice::by_name<Parser>("parser"),
                                    {.on_cancel = sluice::OnCancel::retry, .retry = {.first = 1ms}}}}}) {}

 private:
  void handle_events(sluice::Events<int> numbers, const sluice::Subscription&) override {
    for (const int number : numbers) {
      std::printf("parsed %d\n", number);
      sum_ += number;
      ++count_;
    }
  }
  void handle_cancel(const sluice::Cancellation& why, const sluice::Subscription&) override {
    std::printf("the parser has ended: %s\n", why.reason.to_string().c_str());
    if (why.reason.polite()) stop();  // the lines are over
  }
  void terminate(const sluice::Reason&) override {
    std::printf("the sum is %d, of %zu lines; lost: %zu\n", sum_, count_, lines.size() - count_);
  }
  int sum_ = 0;
  std::size_t count_ = 0;
};

int main() {
  using namespace sluice;
  // What the runtime logs, the restarts among it, is left out here.
  Runtime runtime({.log = [](const LogRecord&) {}});
  auto sum = runtime.start<Sum>();
  auto source = runtime.start({.name = "lines"}, from_range(lines));
  auto top = runtime.start(supervisor(
      {.max_restarts = 5, .within = 10s},
      child<Parser>({.id = "parser", .options = {.name = "parser"}, .restart = Restart::transient})));
  runtime.wait(sum);
  std::printf("%zu restarts\n", static_cast<std::size_t>(top.children().front().restarts));
}
