#pragma once

#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>

#include "bench/compare/work.hpp"

namespace bench {

/// What happened to this process's memory and clock since construction. Meaningful only in a process that has
/// not allocated and freed much before: freed memory stays resident and would be counted as free of charge.
class Footprint {
 public:
  [[nodiscard]] IdleCost per(std::size_t count) const {
    const auto elapsed = std::chrono::steady_clock::now() - start_;
    const auto divisor = static_cast<double>(count);
    return {.resident_bytes = (resident() - resident_) / divisor,
            .heap_bytes = (heap() - heap_) / divisor,
            .start_ns = std::chrono::duration<double, std::nano>(elapsed).count() / divisor};
  }

 private:
  static double resident() {
    std::ifstream statm("/proc/self/statm");
    double total_pages = 0;
    double resident_pages = 0;
    statm >> total_pages >> resident_pages;
    return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  }

  static double heap() {
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
  }

  double resident_ = resident();
  double heap_ = heap();
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace bench
