// Where flights are late: flights [FLIGHTS.csv AIRPORTS.csv], without arguments those in data/. A stream of
// events, joined with a table, in windows of event time and over all of it.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records.hpp"
#include "sluice/flow.hpp"
#include "sluice/sluice.hpp"

namespace flow = sluice::flow;

namespace flights {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t stages = 4;
/// Minutes behind schedule that make a flight late.
constexpr std::int64_t late_from = 15;

/// A flight with what the table says about the airport it started from.
struct Departure {
  std::chrono::sys_seconds time = {};
  std::int64_t delay = 0;
  std::string airport = {};
  std::string state = {};
};

Departure depart(const Flight* flight, const Airport* airport) {
  if (airport == nullptr) return {flight->time, flight->delay, flight->origin + " (unknown)", "??"};
  return {flight->time, flight->delay, fmt::format("{} {}", airport->code, airport->city), airport->state};
}

struct Sum {
  std::uint64_t flights = 0;
  std::uint64_t late = 0;
  std::int64_t minutes = 0;  ///< of those that are behind schedule
};
void add(Sum& sum, const Departure& one) {
  ++sum.flights;
  if (one.delay >= late_from) ++sum.late;
  sum.minutes += std::max<std::int64_t>(one.delay, 0);
}
void merge(Sum& sum, const Sum& more) {
  sum.flights += more.flights;
  sum.late += more.late;
  sum.minutes += more.minutes;
}

/// A state, an airport, a day …, and its flights.
using Named = std::pair<std::string, Sum>;
bool ranks_lower(const Named& a, const Named& b) {
  return a.second.minutes != b.second.minutes ? a.second.minutes < b.second.minutes : a.first > b.first;
}

/// One window: all its flights, and the state with most minutes.
struct Window {
  std::chrono::sys_seconds start = {};
  Sum all = {};
  Named worst = {};
};
using States = std::map<std::string, Sum>;
void add_departure(States& states, const Departure& one) { add(states[one.state], one); }
void add_states(States& states, const States& more) {
  for (const auto& [name, sum] : more) merge(states[name], sum);
}
Window window_of(const States& states, const flow::WindowId& id) {
  Window made{.start = std::chrono::floor<std::chrono::seconds>(id.start())};
  for (const auto& [name, sum] : states) merge(made.all, sum);
  made.worst = *std::ranges::max_element(states, ranks_lower);
  return made;
}

/// The records of a file, whose first line is `head`.
template <class Parse>
auto records(const std::string& file, std::string_view head, Parse parse) {
  return flow::from_lines(file, {}, {.line_end = flow::LineEnd::crlf})                   //
         | flow::reject([head](const flow::Text& line) { return line.view() == head; })  //
         | flow::map([parse](const flow::Text& line) { return parse(line.view()); });
}

/// By minutes of delay, over all the time.
template <class Flow, class Key>
void print_top(sluice::Runtime& runtime, const Flow& departures, const char* title, Key key) {
  const auto top = departures                                                      //
                   | flow::combine_by(key, Sum(), add, merge, {.stages = stages})  //
                   | flow::shuffle({.stages = 1})                                  //
                   | flow::top_k(10, ranks_lower)                                  //
                   | flow::flatten()                                               //
                   | flow::to_vector(runtime);
  fmt::print("{}\n", title);
  for (const auto& [name, sum] : top)
    fmt::print("{:>8} min {:>6} flights {:>5} late  {}\n", sum.minutes, sum.flights, sum.late, name);
}

/// Windows of one length. A flight may come behind later ones, as each waits for its airport: so they stay
/// open to the end.
template <class Flow>
std::vector<Window> windows(sluice::Runtime& runtime, const Flow& departures, sluice::Duration length) {
  auto made = departures                                                //
              | flow::partition(&Departure::state, {.stages = stages})  //
              | flow::window::fixed(length, &Departure::time,
                                    {.allowed_lateness = sluice::forever, .gaps = flow::Gaps::skip})  //
              | flow::reduce(States(), add_departure)                                                 //
              | flow::on_trigger([](States& states, const flow::Trigger& trigger, flow::Emit<States>& out) {
                  if (trigger.done()) out(std::move(states));
                })                                                  //
              | flow::departition(States(), add_states, window_of)  //
              | flow::to_vector(runtime);
  std::ranges::sort(made, {}, &Window::start);
  return made;
}

std::string to_string(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:00", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     std::chrono::floor<std::chrono::hours>(time - day).count());
}

void print(const std::vector<Window>& windows) {
  for (const Window& one : windows)
    fmt::print("{} {:>5} flights {:>4} late {:>6} min, of which {} has {}\n", to_string(one.start),
               one.all.flights, one.all.late, one.all.minutes, one.worst.first, one.worst.second.minutes);
}

void run(const std::string& flights_file, const std::string& airports_file) {
  sluice::Runtime runtime({.log = [](const sluice::LogRecord&) {}});  // what goes wrong is said at the end
  const auto flights = records(flights_file, flights_head, parse_flight);
  const auto airports = records(airports_file, airports_head, parse_airport);
  const auto departures = flow::join(flights, airports, {.mode = flow::Join::left_outer, .stages = stages},
                                     &Flight::origin, &Airport::code, depart);
  print_top(runtime, departures, "Airports", &Departure::airport);
  print_top(runtime, departures, "States", &Departure::state);
  fmt::print("Days\n");
  print(windows(runtime, departures, 24h));
  fmt::print("The worst hours\n");
  std::vector<Window> hours = windows(runtime, departures, 1h);
  std::ranges::sort(hours, {}, [](const Window& one) { return std::pair(-one.all.minutes, one.start); });
  hours.resize(std::min<std::size_t>(hours.size(), 10));
  print(hours);
}

}  // namespace
}  // namespace flights

int main(int argc, char** argv) {
  const auto data = std::filesystem::path(__FILE__).parent_path() / "data";
  try {
    if (argc != 1 && argc != 3)
      throw std::invalid_argument("FLIGHTS.csv and AIRPORTS.csv are needed, or nothing");
    if (argc == 3) {
      flights::run(argv[1], argv[2]);
    } else {
      flights::run(data / "flights.csv", data / "airports.csv");
    }
    return 0;
  } catch (const flow::FlowFailed& failure) {
    fmt::print(stderr, "flights: {}\n", failure.outcome().reason.text());
  } catch (const std::exception& error) {
    fmt::print(stderr, "flights: {}\n", error.what());
  }
  return 2;
}
