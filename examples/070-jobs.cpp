// A job for each event: thumbnails of pictures, four at once. A job that crashes is tried again, and the
// others do not notice. When the pictures are over, what runs is finished, and the stage ends.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/sluice.hpp"

using namespace std::chrono_literals;

struct Picture {
  std::string name;
  int size;
};

// Several run at the same time, so the function is const and what it shares is atomic.
struct Shrink {
  std::atomic<int>& made;
  std::atomic<int>& tries;
  void operator()(const Picture& picture) const {
    if (picture.name == "flaky.png" && ++tries < 3) throw std::runtime_error("the store did not answer");
    made += picture.size / 10;
  }
};

// The same as a stage of its own: for children that are looked at, stopped one by one, or have timers.
class Upload : public sluice::Job {
 public:
  Upload(std::atomic<int>& sent, Picture picture) : sent_(sent), picture_(std::move(picture)) {}

 private:
  void run() override {
    for (int part = 0; part < picture_.size && !stopping(); ++part) ++sent_;
  }
  std::atomic<int>& sent_;
  Picture picture_;
};

int main() {
  std::vector<Picture> pictures;
  for (int i = 1; i <= 100; ++i) pictures.push_back({"picture " + std::to_string(i), 10 * i});
  pictures[30].name = "flaky.png";

  std::atomic<int> crashes = 0;
  sluice::Runtime runtime({.log = [&](const sluice::LogRecord& record) {
    if (record.severity == sluice::Severity::error) ++crashes;
  }});

  std::atomic<int> made = 0;
  std::atomic<int> tries = 0;
  auto source = runtime.start(sluice::from_range(pictures, {.demand = sluice::DemandFlow::accumulate}));
  auto thumbnails = runtime.start(sluice::for_each_job<Picture>(
      Shrink{made, tries}, {.max_concurrency = 4, .restart = sluice::JobRestart::transient}));
  thumbnails.subscribe_to(source);
  source.demand_flow(sluice::DemandFlow::forward);
  runtime.wait(thumbnails);  // it ends after its last job
  std::printf("%d pixels in thumbnails, %d tries for the flaky one, %d crashes\n", made.load(), tries.load(),
              crashes.load());

  std::atomic<int> sent = 0;
  auto uploads = runtime.start(sluice::consumer_supervisor<Picture>(
      {.restart = sluice::JobRestart::temporary, .shutdown = 1s},
      [&sent](Picture picture) { return std::make_unique<Upload>(sent, std::move(picture)); }));
  auto again = runtime.start(sluice::from_range(pictures, {.demand = sluice::DemandFlow::accumulate}));
  uploads.subscribe_to(again, {.max_demand = 10});
  again.demand_flow(sluice::DemandFlow::forward);
  runtime.wait(uploads);
  std::printf("%d parts sent\n", sent.load());
}
