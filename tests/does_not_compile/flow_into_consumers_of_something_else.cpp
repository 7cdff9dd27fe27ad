// says: sluice: into takes consumers of what the flow emits
#include <string>
#include <vector>

#include "sluice/flow.hpp"

template <class T>
class Sink : public sluice::Consumer<T> {
  void handle_events(sluice::Events<T>, const sluice::Subscription&) override {}
};

void ends_in_a_sink(sluice::Runtime& runtime) {
#ifdef WRONG
  using Taken = std::string;
#else
  using Taken = int;
#endif
  sluice::flow::from(std::vector{1, 2, 3}) | sluice::flow::into(sluice::child<Sink<Taken>>("sink")) |
      sluice::flow::run(runtime);
}
