#include "options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <random>
#include <stdexcept>

namespace sluice::soak {

namespace {

template <class Number>
Number number(const std::string& name, const std::string& value, Number least, const char* kind) {
  Number n{};
  const char* const end = value.data() + value.size();
  const auto [stopped, error] = std::from_chars(value.data(), end, n);
  if (error != std::errc{} || stopped != end || !(n >= least))
    throw std::invalid_argument(fmt::format("{} must be {}, got \"{}\"", name, kind, value));
  return n;
}

std::uint64_t whole(const std::string& name, const std::string& value) {
  return number<std::uint64_t>(name, value, 1, "a whole number, 1 or more");
}

}  // namespace

const char* usage() noexcept {
  return "usage: soak (--minutes N | --kills N) [--seed N] [--workers N] [--spacing N]\n"
         "  --minutes N   goes on for so long, 0.05 or more\n"
         "  --kills N     goes on until so many stages were killed\n"
         "  --seed N      of which stage is killed, and how; printed at the start; default: another each "
         "time\n"
         "  --workers N   worker threads; default 4\n"
         "  --spacing N   events delivered between two kills, on average; default 2000\n";
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  options.seed = std::random_device()() + std::uint64_t{1};
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    if (i + 1 == arguments.size())
      throw std::invalid_argument(fmt::format("\"{}\" is no argument, or lacks its value", name));
    const std::string& value = arguments[i + 1];
    if (name == "--minutes") {
      options.minutes = number<double>(name, value, 0.05, "a number, 0.05 or more");
    } else if (name == "--kills") {
      options.kills = whole(name, value);
    } else if (name == "--seed") {
      options.seed = whole(name, value);
    } else if (name == "--workers") {
      options.workers = whole(name, value);
    } else if (name == "--spacing") {
      options.spacing = whole(name, value);
    } else {
      throw std::invalid_argument(fmt::format("there is no argument \"{}\" (value \"{}\")", name, value));
    }
  }
  if (options.minutes.has_value() == options.kills.has_value())
    throw std::invalid_argument("give either --minutes or --kills");
  return options;
}

}  // namespace sluice::soak
