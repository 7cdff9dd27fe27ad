// says: sluice: trigger_by\(begin, f\) needs an f\(std::vector<T>& events, Acc acc\)
#include <vector>

#include "sluice/flow.hpp"

auto watched() {
  namespace flow = sluice::flow;
#ifdef WRONG
  using Event = long;
#else
  using Event = int;
#endif
  const auto all = [](std::vector<Event>& /*events*/, bool acc) {
    return flow::TriggerStep<Event, bool>::proceed(acc);
  };
  return flow::from(std::vector{1, 2, 3}) | flow::window::global().trigger_by(true, all);
}
