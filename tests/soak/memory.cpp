#include "memory.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace sluice::soak {

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  if (!(file >> total >> resident)) throw std::runtime_error("soak: cannot read /proc/self/statm");
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

std::string Memory::report() const {
  return fmt::format("memory: {:.1f} MiB, {:.1f} MiB after the warm-up, may grow by {:.0f} MiB{}\n",
                     resident_mib(), *warm_, most_growth_mib,
                     checked ? "" : " (not checked under a sanitizer)");
}

}  // namespace sluice::soak
