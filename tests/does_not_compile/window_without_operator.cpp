// says: sluice: a window needs an operator behind it in its layer, such as reduce
#include <functional>
#include <vector>

#include "sluice/flow.hpp"

void run(sluice::Runtime& runtime) {
  namespace flow = sluice::flow;
  const auto counted = flow::from(std::vector{1, 2, 3}) | flow::window::count(2);
#ifdef WRONG
  counted | flow::run(runtime);
#else
  counted | flow::reduce(0, std::plus{}) | flow::run(runtime);
#endif
}
