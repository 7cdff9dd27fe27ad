#include "sluice/runtime/simulation.hpp"

#include "sluice/runtime/simulated.hpp"

namespace sluice::inline v0 {

namespace {

Engine& make_engine(const SimulationOptions& options) {
  if (!(options.delay_chance >= 0 && options.delay_chance <= 1)) {
    throw OptionError("delay_chance", "must be from 0 to 1, got " + std::to_string(options.delay_chance));
  }
  return *new Simulated(options, options.log);
}

}  // namespace

Simulation::Simulation(SimulationOptions options) : Runtime(make_engine(options)), seed_(options.seed) {}
Simulation::~Simulation() { close(); }

Simulated& Simulation::simulated() const noexcept { return static_cast<Simulated&>(engine()); }
void Simulation::run_until_idle(std::uint64_t max_turns) { simulated().run_until_idle(max_turns); }
bool Simulation::step() { return simulated().step(); }
void Simulation::crash(std::string stage, std::uint64_t nth_callback) {
  if (nth_callback < 1) throw OptionError("nth_callback", "must be at least 1, got 0");
  simulated().crash(std::move(stage), nth_callback);
}
void Simulation::slow(std::string stage, Duration each_callback) {
  simulated().slow(std::move(stage), each_callback);
}
std::uint64_t Simulation::turns() const noexcept { return simulated().turns(); }
std::uint64_t Simulation::trace_hash() const noexcept { return simulated().trace_hash(); }
const std::vector<TraceLine>& Simulation::trace() const noexcept { return simulated().trace(); }

}  // namespace sluice::inline v0
