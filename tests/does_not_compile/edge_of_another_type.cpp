// says: sluice: the producer emits another type of event than this consumer takes
#include <string>

#include "sluice/sluice.hpp"

void connect(sluice::Runtime& runtime) {
#ifdef WRONG
  using Taken = std::string;
#else
  using Taken = int;
#endif
  const auto numbers = runtime.start(sluice::produce([] { return 1; }));
  runtime.start(sluice::consume<Taken>([](const Taken&) {})).subscribe_to(numbers);
}
