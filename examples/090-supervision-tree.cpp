// A supervision tree, drawn from the program that runs: as text, and as a Mermaid chart with the pipeline's
// subscriptions in it. It runs in a simulation, so that nobody waits for the second try of a subscription;
// child_tree and snapshot are the same on a Runtime.
#include <chrono>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>

#include "sluice/runtime/simulation.hpp"
#include "sluice/sluice.hpp"

using namespace std::chrono_literals;
using sluice::ChildTree;
using sluice::StageId;

class Sensor : public sluice::Producer<double> {
 public:
  void unplug() { throw std::runtime_error("unplugged"); }

 private:
  void handle_demand(sluice::Demand n) override {
    for (; n != 0 && left_ != 0; --n, --left_) emit(20.5);
  }
  int left_ = 100;
};

class Average : public sluice::ProducerConsumer<double, double> {
 public:
  Average()
      : ProducerConsumer(
            {.subscribe_to = {{sluice::by_name<Sensor>("north"), {.on_cancel = sluice::OnCancel::retry}},
                              {sluice::by_name<Sensor>("south"), {.on_cancel = sluice::OnCancel::retry}}}}) {}
  void divide_by_zero() { throw std::domain_error("no readings"); }

 private:
  void handle_events(sluice::Events<double> readings, const sluice::Subscription&) override {
    double sum = 0;
    for (const double reading : readings) sum += reading;
    emit(sum / static_cast<double>(readings.size()));
  }
};

class Display : public sluice::Consumer<double> {
 public:
  Display() : Consumer({.subscribe_to = {sluice::by_name<Average>("average")}}) {}

 private:
  void handle_events(sluice::Events<double>, const sluice::Subscription&) override {}
};

template <class S>
sluice::ChildOf<S> named(const std::string& name) {
  return sluice::child<S>({.id = name, .options = {.name = name}});
}

sluice::Ref<sluice::Supervisor> start_station(sluice::Simulation& simulation) {
  using namespace sluice;
  // Sensors fail alone; the display shows what the average says, so it is started anew after it.
  return simulation.start({.name = "station"},
                          supervisor({},
                                     supervisor("sensors", {.strategy = Strategy::one_for_one},
                                                named<Sensor>("north"), named<Sensor>("south")),
                                     supervisor("screen", {.strategy = Strategy::rest_for_one},
                                                named<Average>("average"), named<Display>("display"))));
}

// An arrow from each supervisor to its children. Collects who is who.
void draw_children(const ChildTree& tree, std::map<StageId, std::string>& ids) {
  ids[tree.child.ref.id()] = tree.child.id;
  for (const ChildTree& one : tree.below) {
    std::printf("  %s --> %s\n", tree.child.id.c_str(), one.child.id.c_str());
    draw_children(one, ids);
  }
}

void draw_chart(const ChildTree& tree, const sluice::Snapshot& snapshot) {
  std::map<StageId, std::string> ids;
  std::printf("flowchart TD\n");
  draw_children(tree, ids);
  for (const sluice::StageInfo& stage : snapshot.stages) {
    for (const sluice::SubscriptionInfo& to : stage.consumers)
      std::printf("  %s -. events .-> %s\n", ids[stage.id].c_str(), ids[to.peer].c_str());
  }
}

int main() {
  sluice::Simulation simulation({.seed = 1, .log = [](const sluice::LogRecord&) {}});
  const auto station = start_station(simulation);
  simulation.find<Sensor>("south")->cast(&Sensor::unplug);
  simulation.find<Average>("average")->cast(&Average::divide_by_zero);
  simulation.advance(1s);
  station.child<sluice::Supervisor>("sensors").terminate_child("north");

  const ChildTree tree = child_tree(station);
  std::printf("%s\n", to_string(tree).c_str());
  draw_chart(tree, simulation.snapshot());
}
