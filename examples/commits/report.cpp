#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>

namespace commits {

namespace {

using std::chrono::days;
using std::chrono::minutes;

std::string to_string(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

/// To the minute.
std::string to_string(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<days>(time);
  const auto minute = std::chrono::floor<minutes>(time - day).count();
  return fmt::format("{} {:02}:{:02}", to_string(day), minute / 60, minute % 60);
}

/// "12 commits +345 -67"
std::string to_string(const Sum& sum) {
  return fmt::format("{} commits +{} -{}", sum.commits, sum.added, sum.deleted);
}

}  // namespace

void print_activity(std::string_view title, const std::vector<Activity>& windows) {
  for (const Activity& window : windows) {
    fmt::print("{} {}: {} by {}, longest wait {} days\n", title, to_string(window.start),
               to_string(window.all), window.authors,
               std::chrono::floor<days>(window.all.longest_wait).count());
    for (const Activity::Author& author : window.top)
      fmt::print("  {:>8} {}\n", author.sum.churn(), author.name);
  }
}

void print_sessions(std::vector<Session> sessions) {
  fmt::print("{} sessions; the largest:\n", sessions.size());
  const std::size_t shown = std::min<std::size_t>(sessions.size(), 10);
  std::ranges::partial_sort(sessions, sessions.begin() + static_cast<std::ptrdiff_t>(shown),
                            [](const Session& a, const Session& b) { return ranks_lower(b, a); });
  for (const Session& one : std::span(sessions).first(shown)) {
    fmt::print("  {} for {} min: {} by {}\n", to_string(one.first),
               std::chrono::floor<minutes>(one.last - one.first).count(), to_string(one.sum), one.author);
  }
}

}  // namespace commits
