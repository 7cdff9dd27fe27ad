#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "options.hpp"
#include "sluice/observe/snapshot.hpp"

namespace packages {

/// How far the job is. Written by stages, read by the bar. Thread rule: any thread.
struct Progress {
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> records{0};
};

/// Demand and buffers at one moment, over the whole pipeline.
struct InUse {
  sluice::Demand asked = 0;     ///< asked for and not yet delivered
  sluice::Demand queued = 0;    ///< received and not yet handled
  sluice::Demand buffered = 0;  ///< emitted and not yet asked for

  /// Keeps the larger of each.
  void raise(const InUse& other);
};

InUse in_use(const sluice::Snapshot& snapshot);

/// One line on stderr that is written over again and again.
class ProgressBar {
 public:
  /// total: bytes to read, 0: not known.
  ProgressBar(Bar bar, std::uint64_t total);
  void show(const Progress& progress, const InUse& now);
  /// Takes the line away.
  void finish();

 private:
  bool visible_;
  std::uint64_t total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The most memory this process has had, in bytes.
std::uint64_t peak_memory();

}  // namespace packages
