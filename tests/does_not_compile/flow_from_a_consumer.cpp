// says: sluice: the source of a flow is a stage that emits events
#include "sluice/flow.hpp"

class Sink : public sluice::Consumer<int> {
  void handle_events(sluice::Events<int>, const sluice::Subscription&) override {}
};
class Source : public sluice::Producer<int> {
  void handle_demand(sluice::Demand n) override {
    emit_n(static_cast<std::size_t>(n), [] { return 1; });
  }
};

void begins_with_a_stage() {
#ifdef WRONG
  using First = Sink;
#else
  using First = Source;
#endif
  static_cast<void>(sluice::flow::from_specs(sluice::child<First>("first")));
}
