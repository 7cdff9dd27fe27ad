#pragma once

#include "sluice/core/pooled.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

/// A stage that does one thing and ends: derive, override run(). The lightest child of a ConsumerSupervisor,
/// which passes the event to its constructor:
///
/// ```cpp
/// class Resize : public sluice::Job {
///  public:
///   Resize(Size size, Image image) …
///  private:
///   void run() override { … }
/// };
/// ```
class Job : public Stage, public Pooled {
 protected:
  /// Called once, on a turn of its own after the start. The job ends when it returns, with reason normal
  /// unless stop() gave another; what it throws is the reason of a crash. A long one looks at stopping() and
  /// returns.
  virtual void run() = 0;

 private:
  Start handle_start() final;
  [[nodiscard]] bool has_work() const noexcept final { return true; }
};

}  // namespace sluice::inline v0
