#include "commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace commits {

const char* const git_log = "git log --reverse --shortstat --format='commit %ct %at %aN'";

namespace {

/// The year 9999: what lies beyond is no time.
constexpr std::int64_t latest = 253'402'300'799;
constexpr std::uint64_t most_lines = 1'000'000'000'000;

/// Takes the number, and one space or the end behind it, off the front of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || (!text.empty() && text.front() != ' ')) return std::nullopt;
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

std::optional<std::chrono::sys_seconds> take_time(std::string_view& text) {
  const auto seconds = take_number<std::int64_t>(text);
  if (!seconds || *seconds > latest || *seconds < -latest) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(*seconds));
}

/// "1413586231 1413572696 Bryce Harrington"
std::optional<Commit> parse_commit(std::string_view text) {
  const auto committed = take_time(text);
  if (!committed) return std::nullopt;
  const auto written = take_time(text);
  if (!written || text.empty()) return std::nullopt;
  return Commit{
      .author = std::string(text), .written = std::min(*written, *committed), .committed = *committed};
}

/// " 3 files changed, 162 insertions(+), 2 deletions(-)", where either may be missing.
bool parse_stat(std::string_view text, Commit& commit) {
  for (bool first = true; !text.empty(); first = false) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto count = take_number<std::uint64_t>(text);
    if (!count || *count > most_lines || first != text.starts_with("file")) return false;
    if (text.starts_with("insertion")) commit.added = *count;
    if (text.starts_with("deletion")) commit.deleted = *count;
    const std::size_t comma = text.find(',');
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return true;
}

}  // namespace

std::optional<Commit> LogParser::next(std::string_view line) {
  ++lines_;
  if (line.empty()) return std::nullopt;
  constexpr std::string_view head = "commit ";
  if (line.starts_with(head)) {
    std::optional<Commit> commit = parse_commit(line.substr(head.size()));
    if (!commit) fail(line);
    return std::exchange(commit_, std::move(commit));
  }
  if (line.front() != ' ' || !commit_ || !parse_stat(line, *commit_)) fail(line);
  return std::nullopt;
}

Commit LogParser::last() {
  if (!commit_) throw BadLog(fmt::format("there are no commits in it; it must come from {}", git_log));
  return *std::exchange(commit_, std::nullopt);
}

void LogParser::fail(std::string_view line) const {
  constexpr std::size_t shown = 60;
  throw BadLog(fmt::format("line {}: \"{}{}\" is not of {}", lines_, line.substr(0, shown),
                           line.size() > shown ? "…" : "", git_log));
}

}  // namespace commits
