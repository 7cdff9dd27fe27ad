// says: sluice: through takes producer_consumers of what the flow emits
#include <utility>
#include <vector>

#include "sluice/flow.hpp"

class Sink : public sluice::Consumer<int> {
  void handle_events(sluice::Events<int>, const sluice::Subscription&) override {}
};
class Relay : public sluice::ProducerConsumer<int, int> {
  void handle_events(sluice::Events<int> events, const sluice::Subscription&) override {
    emit_all(std::move(events));
  }
};

void goes_through_a_stage(sluice::Runtime& runtime) {
#ifdef WRONG
  using Between = Sink;
#else
  using Between = Relay;
#endif
  sluice::flow::from(std::vector{1, 2, 3}) | sluice::flow::through(sluice::child<Between>("between")) |
      sluice::flow::run(runtime);
}
