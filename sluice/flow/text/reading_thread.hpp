#pragma once

#include <cstddef>
#include <memory>

#include "sluice/core/unique_function.hpp"
#include "sluice/flow/text/line_runs.hpp"
#include "sluice/flow/text/line_supply.hpp"

namespace sluice::inline v0::flow {

/// A thread that reads lines before they are asked for.
///
/// Thread rule: everything public by the reader; the wake function runs on the thread.
///
/// 1. At most `ahead` runs wait or are being read; each keeps at most one block.
/// 2. A reader that was told `later` is woken once, when there is something for it.
/// 3. The destructor interrupts a read that waits, and joins.
class ReadingThread final : public LineSupply {
 public:
  /// `wake` must not throw or block. Throws std::system_error.
  ReadingThread(std::unique_ptr<LineRuns> runs, std::size_t ahead, UniqueFunction<void()> wake);
  ~ReadingThread() override;

  /// Never blocks.
  [[nodiscard]] Supplied next() override;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace sluice::inline v0::flow
