#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "sluice/core/reason.hpp"
#include "sluice/core/unique_function.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0 {

/// Held by a supervised stage and by every stage supervised below it, until it has gone. When the last of
/// them has, the supervisor hears of it: what it starts then cannot meet what is left of the one before.
/// Thread rule: ended() by the stage it was made for; the last one to let go calls `gone`, on its thread.
class Lineage {
 public:
  using Gone = UniqueFunction<void(Host& supervisor, const Reason&)>;

  /// `above`: that of the supervisor itself; null at the root.
  Lineage(std::shared_ptr<Lineage> above, HostPtr supervisor, Gone gone)
      : above_(std::move(above)), supervisor_(std::move(supervisor)), gone_(std::move(gone)) {}
  ~Lineage() { gone_(*supervisor_, reason_ ? *reason_ : Reason::noproc()); }
  Lineage(const Lineage&) = delete;
  Lineage& operator=(const Lineage&) = delete;

  /// Why; noproc where no stage came to be.
  void ended(const Reason& reason) { reason_ = reason; }
  /// Whether there is still a supervisor to say so.
  [[nodiscard]] bool heard() const noexcept { return !supervisor_->ended(); }

 private:
  std::shared_ptr<Lineage> above_;
  HostPtr supervisor_;
  Gone gone_;
  std::optional<Reason> reason_;
};

}  // namespace sluice::inline v0
