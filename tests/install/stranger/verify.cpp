// A stranger's own stage proves itself by the installed kit; a wrong one is caught.
#include <cstdio>

#include "sluice/sluice.hpp"
#include "sluice/testing/tck/tck.hpp"

class Counter : public sluice::Producer<long> {
  void handle_demand(sluice::Demand demand) override {
    emit_n(demand, [this] { return next_++; });
  }
  long next_ = 0;
};

class Silent : public sluice::Producer<long> {
  void handle_demand(sluice::Demand) override {}
};

int main() {
  const sluice::tck::Report good = sluice::tck::verify_producer(sluice::tck::stage<Counter>());
  const sluice::tck::Report bad = sluice::tck::verify_producer(sluice::tck::stage<Silent>());
  std::printf("%s%s", good.to_string().c_str(), bad.to_string().c_str());
  return good.passed() && !bad.passed() ? 0 : 1;
}
