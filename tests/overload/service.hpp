#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "overload/overload.hpp"
#include "sluice/overload/in_flight.hpp"

namespace sluice::overload_tests {

/// How a service is at a time: so many workers, so long for one piece of work.
struct Power {
  double workers = 10;
  Duration time = std::chrono::milliseconds(10);
};

/// How times of work differ.
enum class Spread : unsigned char { none, uniform, exponential };

struct ServiceOptions {
  std::function<Power(Instant)> power = [](Instant) { return Power{}; };
  Spread spread = Spread::none;
  /// On the way there and back, for each piece of work.
  Duration way = Duration::zero();
  /// Waiting work above this is pushed back.
  std::size_t queue = 1'000'000;
  std::uint64_t seed = 1;
};

/// What was seen in each tenth of a second.
struct Tenth {
  double limit = 0;    // mean over the ends of work
  double busy = 0;     // share of the workers' time
  double highest = 0;  // limit
};

/// A client that always has more work, under a limit, and a service of workers with one queue: an event loop
/// in virtual time.
template <overload::ConcurrencyLimit L>
class Service {
 public:
  Service(L limit, ServiceOptions options)
      : options_(std::move(options)), random_(options_.seed), flight_(std::move(limit)) {}

  std::vector<Tenth> run(Duration time) {
    using namespace std::chrono_literals;
    std::vector<Tenth> tenths(static_cast<std::size_t>(time / 100ms));
    while (now_ < at(time)) {
      while (flight_.start(now_) == overload::Take::taken) send();
      const auto [when, kind, number, started] = events_.top();
      events_.pop();
      const auto tenth = static_cast<std::size_t>(when.time_since_epoch() / 100ms);
      if (tenth >= tenths.size()) break;
      account(tenths, when);
      now_ = when;
      if (kind == Kind::arrives) arrive(started);
      if (kind == Kind::done) {
        --working_;
        events_.push({now_ + options_.way / 2, Kind::back, ++number_, started});
        serve();
      }
      if (kind == Kind::back || kind == Kind::refused) {
        flight_.end(started, kind == Kind::back ? overload::Outcome::done : overload::Outcome::pushed_back,
                    now_);
      }
    }
    return tenths;
  }

 private:
  enum class Kind : unsigned char { arrives, done, back, refused };
  using Event = std::tuple<Instant, Kind, std::uint64_t, Instant>;

  void account(std::vector<Tenth>& tenths, Instant until) {
    using namespace std::chrono_literals;
    while (now_ < until) {  // split at the tenths
      const auto i = static_cast<std::size_t>(now_.time_since_epoch() / 100ms);
      const Instant end = std::min(until, at((static_cast<std::int64_t>(i) + 1) * 100ms));
      const double share = static_cast<double>((end - now_).count()) / 1e8;
      const auto limit = static_cast<double>(flight_.limit().limit());
      tenths[i].limit += limit * share;
      tenths[i].busy += share * std::min(1.0, static_cast<double>(working_) / options_.power(now_).workers);
      tenths[i].highest = std::max(tenths[i].highest, limit);
      now_ = end;
    }
  }
  void send() { events_.push({now_ + options_.way / 2, Kind::arrives, ++number_, now_}); }
  void arrive(Instant started) {
    if (waiting_.size() >= options_.queue) {
      events_.push(
          {now_ + options_.way / 2 + std::chrono::microseconds(100), Kind::refused, ++number_, started});
      return;
    }
    waiting_.push(started);
    serve();
  }
  void serve() {
    const Power power = options_.power(now_);
    while (!waiting_.empty() && static_cast<double>(working_) < power.workers) {
      ++working_;
      const double drawn = static_cast<double>(random_.next() >> 11U) * 0x1.0p-53;
      double factor = 1;
      if (options_.spread == Spread::uniform) factor = 0.5 + drawn;
      if (options_.spread == Spread::exponential) factor = -std::log(1 - drawn);
      const auto ns = static_cast<std::int64_t>(static_cast<double>(power.time.count()) * factor);
      events_.push({now_ + Duration(std::max<std::int64_t>(ns, 1)), Kind::done, ++number_, waiting_.front()});
      waiting_.pop();
    }
  }

  ServiceOptions options_;
  Random random_;
  overload::InFlight<L> flight_;
  Instant now_{};
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::queue<Instant> waiting_;  // since when its work is in flight
  std::uint64_t working_ = 0;
  std::uint64_t number_ = 0;
};

/// A service that changes after ten to thirteen seconds, and how a limit follows.
struct Step {
  const char* name;
  Power before;
  Power behind;
  Duration way = Duration::zero();

  /// The least limit with which all workers are busy after the step, if nothing varies.
  [[nodiscard]] double ideal() const {
    return behind.workers * static_cast<double>((behind.time + way).count()) /
           static_cast<double>(behind.time.count());
  }
};

inline const std::vector<Step>& steps() {
  using namespace std::chrono_literals;
  static const std::vector<Step> all = {
      {"10 to 20 workers", {10, 10ms}, {20, 10ms}},
      {"40 to 20 workers", {40, 10ms}, {20, 10ms}},
      {"10 ms to 20 ms", {20, 10ms}, {20, 20ms}},
      {"20 ms to 10 ms", {20, 20ms}, {20, 10ms}},
      {"10 to 20 workers, 20 ms away", {10, 10ms}, {20, 10ms}, 20ms},
      {"20 to 10 workers, 20 ms away", {20, 10ms}, {10, 10ms}, 20ms},
  };
  return all;
}

/// Of the seconds 5 to 10 after the step, as shares of the ideal limit; the time in seconds.
struct Followed {
  double limit = 0;    // mean
  double busy = 0;     // of the workers' time
  double highest = 0;  // limit after the step; a limit that comes from above begins there
  double time = 10;    // until the median limit of every second is within 25 %, to its middle
};

template <class L>
Followed follow(const L& limit, const Step& step, Spread spread, std::uint64_t seed) {
  using namespace std::chrono_literals;
  ServiceOptions options{.spread = spread, .way = step.way, .seed = seed};
  const std::size_t changed = 100 + seed % 8 * 4;  // tenth; a limit may have a rhythm of its own
  const Instant change = at(static_cast<std::int64_t>(changed) * 100ms);
  options.power = [&](Instant time) { return time < change ? step.before : step.behind; };
  const std::vector<Tenth> tenths = Service<L>(limit, options).run(change + 10s - Instant{});
  Followed result;
  for (std::size_t i = changed + 50; i < changed + 99; ++i) {
    result.limit += tenths[i].limit / 49 / step.ideal();
    result.busy += tenths[i].busy / 49;
  }
  for (std::size_t i = changed; i < changed + 99; ++i)
    result.highest = std::max(result.highest, tenths[i].highest / step.ideal());
  for (std::size_t i = changed + 90; i-- > changed;) {
    std::vector<double> second;
    for (std::size_t k = i; k < i + 9; ++k) second.push_back(tenths[k].limit / step.ideal());
    std::nth_element(second.begin(), second.begin() + 4, second.end());
    if (std::abs(second[4] - 1) > 0.25) break;
    result.time = static_cast<double>(i - changed) / 10 + 0.5;
  }
  return result;
}

/// The worst of some seeds, and prints it.
template <class L, class Check>
void follow_steps(const char* name, const L& limit, Spread spread, Check check) {
  for (const Step& step : steps()) {
    Followed most{.busy = 1, .time = 0};
    double least = 1e9;
    for (std::uint64_t seed = 1; seed <= (spread == Spread::none ? 8U : 24U); ++seed) {
      const Followed one = follow(limit, step, spread, seed);
      check(step, one);
      least = std::min(least, one.limit);
      most.limit = std::max(most.limit, one.limit);
      most.busy = std::min(most.busy, one.busy);
      most.highest = std::max(most.highest, one.highest);
      most.time = std::max(most.time, one.time);
    }
    std::printf(
        "%-24s %-28s limit %.2f to %.2f of the ideal, highest %.2f, within 25 %% after %.1f s, busy %.2f\n",
        name, step.name, least, most.limit, most.highest, most.time, most.busy);
  }
}

}  // namespace sluice::overload_tests
