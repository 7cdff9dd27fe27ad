#pragma once

#include "sluice/connect/sqlite/database.hpp"
#include "sluice/connect/sqlite/wall_time.hpp"

namespace sluice::inline v0::sqlite {

/// Notices that the clock of a file was set back. The file remembers the latest time that leases and delays
/// were counted from, to the second; when it is later than now, what was meant to last so and so long from a
/// time that has not come yet lasts that long from now on. What was meant as an instant stays.
/// To be called within a Writing.
class ClockWatch {
 public:
  explicit ClockWatch(Database& database) noexcept : database_(database) {}
  /// Before what is due is looked for.
  void settle(WallTime now);
  /// Something lasts from now on.
  void note(WallTime now);
  /// Whether the clock is behind what the file remembers. Needs no Writing.
  [[nodiscard]] bool is_behind(WallTime now);

 private:
  void remember(WallTime now);

  Database& database_;
};

[[nodiscard]] constexpr std::int64_t to_number(WallTime t) noexcept { return t.time_since_epoch().count(); }
[[nodiscard]] constexpr WallTime to_time(std::int64_t number) noexcept { return WallTime(Duration(number)); }

}  // namespace sluice::inline v0::sqlite
