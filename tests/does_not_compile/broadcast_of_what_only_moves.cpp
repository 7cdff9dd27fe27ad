// says: sluice: a broadcast gives every event to several consumers, so the events must be copyable
#include <memory>

#include "sluice/sluice.hpp"

void broadcast_them(sluice::Runtime& runtime) {
#ifdef WRONG
  using Event = std::unique_ptr<int>;
#else
  using Event = std::shared_ptr<int>;
#endif
  runtime.start(sluice::produce([] { return Event(); }, {.dispatcher = sluice::broadcast()}));
}
