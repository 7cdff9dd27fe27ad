// says: sluice: the time of an event is a std::chrono::sys_time of whole numbers
#include <chrono>
#include <vector>

#include "sluice/flow.hpp"

struct Reading {
  std::chrono::sys_seconds at;
  long seconds;
};

auto per_minute() {
  namespace flow = sluice::flow;
#ifdef WRONG
  constexpr auto by = &Reading::seconds;
#else
  constexpr auto by = &Reading::at;
#endif
  return flow::from(std::vector<Reading>()) | flow::window::fixed(std::chrono::minutes(1), by);
}
