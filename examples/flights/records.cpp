#include "records.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "csv.hpp"

namespace flights {

namespace {

/// All of `text` as a number.
template <class Number>
Number number(std::string_view line, std::string_view what, std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw BadLine(line, fmt::format("\"{}\" is no {}", text, what));
  return value;
}

/// "2001-01-01 01:10"
std::chrono::sys_seconds time_of(std::string_view line, std::string_view text) {
  constexpr std::string_view form = "0000-00-00 00:00";
  const auto part = [&](std::size_t at, std::size_t size) {
    return number<unsigned>(line, "time", text.substr(at, size));
  };
  if (text.size() != form.size() || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':')
    throw BadLine(line, fmt::format("\"{}\" is no time", text));
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(part(0, 4))),
                                        std::chrono::month(part(5, 2)), std::chrono::day(part(8, 2)));
  const unsigned hour = part(11, 2);
  const unsigned minute = part(14, 2);
  if (!day.ok() || hour > 23 || minute > 59) throw BadLine(line, fmt::format("\"{}\" is no time", text));
  return std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

std::vector<std::string> fields(std::string_view line, std::size_t count) {
  std::vector<std::string> made = fields_of(line);
  if (made.size() != count) throw BadLine(line, fmt::format("it has {} fields, not {}", made.size(), count));
  return made;
}

}  // namespace

BadLine::BadLine(std::string_view line, std::string_view why)
    : std::runtime_error(fmt::format("\"{}{}\": {}", line.substr(0, 60), line.size() > 60 ? "…" : "", why)) {}

Flight parse_flight(std::string_view line) {
  std::vector<std::string> field = fields(line, 5);
  return {.time = time_of(line, field[0]),
          .delay = number<std::int32_t>(line, "number of minutes", field[1]),
          .origin = std::move(field[3]),
          .destination = std::move(field[4])};
}

Airport parse_airport(std::string_view line) {
  std::vector<std::string> field = fields(line, 7);
  return {.code = std::move(field[0]), .city = std::move(field[2]), .state = std::move(field[3])};
}

}  // namespace flights
