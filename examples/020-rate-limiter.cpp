// A consumer that asks for itself: three events per producer and interval, never more.
// It runs in a simulation, where an hour passes in no time and every run is the same.
#include <chrono>
#include <cstdio>
#include <map>

#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

using namespace std::chrono_literals;

class RateLimiter : public sluice::Consumer<long> {
 public:
  RateLimiter(sluice::Demand events, sluice::Duration interval) : events_(events), interval_(interval) {}

 private:
  // Manual: the library asks for nothing on this subscription.
  sluice::DemandMode handle_subscribe(const sluice::SubscribeOptions&,
                                      const sluice::Subscription& from) override {
    from.ask(events_);
    producers_[every(interval_)] = from;
    return sluice::DemandMode::manual;
  }
  void handle_timer(sluice::TimerId timer) override { producers_.at(timer).ask(events_); }
  void handle_cancel(const sluice::Cancellation&, const sluice::Subscription& from) override {
    std::erase_if(producers_, [&](const auto& entry) {
      if (entry.second != from) return false;
      cancel(entry.first);
      return true;
    });
  }
  void handle_events(sluice::Events<long> events, const sluice::Subscription&) override {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now().time_since_epoch());
    std::printf("minute %2ld:", static_cast<long>(minutes.count()));
    for (long event : events) std::printf(" %ld", event);
    std::printf("\n");
  }

  sluice::Demand events_;
  sluice::Duration interval_;
  std::map<sluice::TimerId, sluice::Subscription> producers_;
};

int main() {
  sluice::Simulation runtime;  // with a sluice::Runtime the same takes 50 minutes
  auto numbers = runtime.start(sluice::produce([n = 0L]() mutable { return n++; }));
  auto limiter = runtime.start<RateLimiter>(3, 10min);
  limiter.subscribe_to(numbers);
  runtime.advance(50min);
}
