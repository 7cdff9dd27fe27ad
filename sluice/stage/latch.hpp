#pragma once

#include <memory>

#include "sluice/core/time.hpp"

namespace sluice::inline v0 {

/// Opened once; threads may wait for it. Thread rule: any thread.
class Latch {
 public:
  Latch();
  ~Latch();
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  void open() noexcept;
  [[nodiscard]] bool is_open() const noexcept;
  /// Blocks the calling thread; false: it was still closed after `time`.
  [[nodiscard]] bool wait_for(Duration time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::inline v0
