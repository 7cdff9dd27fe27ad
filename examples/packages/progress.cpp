#include "progress.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace packages {

InUse in_use(const sluice::Snapshot& snapshot) {
  InUse sum;
  for (const sluice::StageInfo& stage : snapshot.stages) {
    for (const sluice::SubscriptionInfo& one : stage.producers) sum.asked += one.pending;
    sum.queued += stage.queued;
    sum.buffered += stage.buffered;
  }
  return sum;
}

void InUse::raise(const InUse& other) {
  asked = std::max(asked, other.asked);
  queued = std::max(queued, other.queued);
  buffered = std::max(buffered, other.buffered);
}

ProgressBar::ProgressBar(Bar bar, std::uint64_t total)
    : visible_(bar == Bar::always || (bar == Bar::on_terminal && ::isatty(STDERR_FILENO) != 0)),
      total_(total) {}

void ProgressBar::show(const Progress& progress, const InUse& now) {
  if (!visible_) return;
  constexpr std::uint64_t width = 30;
  const std::uint64_t bytes = progress.bytes.load(std::memory_order_relaxed);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double megabytes = static_cast<double>(bytes) / 1e6;
  std::string line = "\r";
  if (total_ != 0) {
    const std::uint64_t done = std::min(bytes, total_);
    const std::uint64_t filled = done * width / total_;
    line += fmt::format("[{:#<{}}{:.<{}}] {:3} % ", "", filled, "", width - filled, done * 100 / total_);
  }
  line += fmt::format("{:.0f} MB, {} records, {:.0f} MB/s, asked {}, queued {}, buffered {}\x1b[K", megabytes,
                      progress.records.load(std::memory_order_relaxed), megabytes / std::max(seconds, 1e-3),
                      now.asked, now.queued, now.buffered);
  fmt::print(stderr, "{}", line);
  std::fflush(stderr);
}

void ProgressBar::finish() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
}

std::uint64_t peak_memory() {
  struct rusage used = {};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
}

}  // namespace packages
