#pragma once

#include <memory>
#include <utility>

#include "sluice/core/reason.hpp"
#include "sluice/core/unique_function.hpp"

namespace sluice::inline v0 {

/// Held by a supervised stage and by every stage supervised below it, until it has gone. When the last of
/// them has, the supervisor hears of it: what it starts then cannot meet what is left of the one before.
/// Thread rule: ended() by the stage it was made for; the last one to let go calls `gone`, on its thread.
class Lineage {
 public:
  using Gone = UniqueFunction<void(const Reason&)>;

  /// `above`: that of the supervisor itself; null at the root.
  Lineage(std::shared_ptr<Lineage> above, Gone gone) : above_(std::move(above)), gone_(std::move(gone)) {}
  ~Lineage() { gone_(reason_); }
  Lineage(const Lineage&) = delete;
  Lineage& operator=(const Lineage&) = delete;

  /// Why; noproc where no stage came to be.
  void ended(const Reason& reason) { reason_ = reason; }

 private:
  std::shared_ptr<Lineage> above_;
  Gone gone_;
  Reason reason_ = Reason::noproc();
};

}  // namespace sluice::inline v0
