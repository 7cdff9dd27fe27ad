#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "balance.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "pipeline.hpp"
#include "sluice/core/random.hpp"

/// Kills stages of a running pipeline and then accounts for every event: see CONTRIBUTING.md.
namespace sluice::soak {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

class Soak {
 public:
  explicit Soak(const Options& options)
      : options_(options),
        dice_(options.seed),
        runtime_({.workers = static_cast<std::size_t>(options.workers),
                  .log = [](const LogRecord& /*record*/) {},
                  .seed = options.seed}) {}

  /// Whether all holds.
  bool run() {
    runtime_.start<Supervisor>({.name = "top"}, SupervisorOptions{.max_restarts = unlimited},
                               pipeline(account_));
    began_ = sampled_ = SteadyClock::now();
    while (goes_on()) {
      if (!strike())
        return complain(
            fmt::format("nothing was delivered for {} s after kill {}", patience.count(), kills_ + crashes_));
      sample();
    }
    const double seconds = std::chrono::duration<double>(SteadyClock::now() - began_).count();
    return flows_again() && settle_up(seconds);
  }

 private:
  static constexpr std::chrono::seconds patience{60};
  static constexpr std::chrono::seconds between_samples{10};

  [[nodiscard]] bool goes_on() const {
    if (options_.kills) return kills_ + crashes_ < *options_.kills;
    return SteadyClock::now() - began_ < std::chrono::duration<double, std::ratio<60>>(*options_.minutes);
  }

  /// Kills a stage or lets it crash, after so many more events have arrived. False: none arrive.
  [[nodiscard]] bool strike() {
    const std::uint64_t next = account_->delivered() + 1 + dice_.below(2 * options_.spacing - 1);
    if (!account_->await(next, patience)) return false;
    const auto stage = static_cast<std::size_t>(dice_.below(stages));
    if (dice_.below(2) == 0) {
      account_->light_fuse(stage);
      ++crashes_;
    } else if (kill(runtime_, stage)) {
      ++kills_;
    }
    return true;
  }

  /// The first sample is taken after 10 s or a quarter of the kills.
  void sample() {
    const auto now = SteadyClock::now();
    const bool due = now - sampled_ >= between_samples;
    if (!memory_.is_warm() && (due || (options_.kills && kills_ + crashes_ >= *options_.kills / 4)))
      memory_.warm();
    if (!due) return;
    sampled_ = now;
    say(fmt::format("{:>6.0f} s  {:>8} kills  {:>12} events  {:>8.1f} MiB\n",
                    std::chrono::duration<double>(now - began_).count(), kills_ + crashes_,
                    account_->delivered(), resident_mib()));
  }

  /// After the last kill: new events through every stage.
  [[nodiscard]] bool flows_again() {
    account_->watch_paths(account_->drawn());
    if (account_->await_paths(all_steps, patience)) return true;
    return complain("after the last kill no new events came through some stages\n" +
                    to_string(runtime_.snapshot()));
  }

  [[nodiscard]] bool settle_up(double seconds) {
    if (!memory_.is_warm()) memory_.warm();
    const bool flat = memory_.flat();
    const std::string memory = memory_.report();
    const ShutdownReport end = runtime_.shutdown(30s);
    const Balance balance(runtime_.snapshot(), *account_);
    say(balance.table() + balance.sum() + memory);
    say(fmt::format("{} killed, {} crashed, {:.1f} s, {:.0f} events/s\n", kills_, crashes_, seconds,
                    static_cast<double>(account_->delivered()) / seconds));
    bool holds = flat || complain("memory has grown");
    if (!end.drained)
      holds = complain("the shutdown at the end lost events, though nothing was killed any more");
    for (const std::string& complaint : balance.complaints()) holds = complain(complaint);
    return holds;
  }

  static bool complain(const std::string& what) {
    say("soak: " + what + "\n");
    return false;
  }

  Options options_;
  Random dice_;
  AccountPtr account_ = std::make_shared<Account>();
  Runtime runtime_;
  Memory memory_;
  SteadyClock::time_point began_;
  SteadyClock::time_point sampled_;
  std::uint64_t kills_ = 0;
  std::uint64_t crashes_ = 0;
};

}  // namespace
}  // namespace sluice::soak

int main(int count, char** arguments) {
  using namespace sluice::soak;
  Options options;
  try {
    options = parse({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n%s", error.what(), usage());
    return 2;
  }
  say(fmt::format("seed {}, {} workers\n", options.seed, options.workers));
  const bool holds = Soak(options).run();
  say(holds ? "every event is accounted for\n" : "soak: FAILED\n");
  return holds ? 0 : 1;
}
