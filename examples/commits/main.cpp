// Who works on a repository, and when: the log of any git repository in windows of event time.
//
//   git log --reverse --shortstat --format='commit %ct %at %aN' | commits
//
// The log comes in the order of committing, but what counts is when a commit was written, which may be months
// before: events are out of order, and some come too late for their window. They are counted.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "activity.hpp"
#include "commit.hpp"
#include "options.hpp"
#include "report.hpp"
#include "sluice/flow.hpp"
#include "sluice/sluice.hpp"

namespace flow = sluice::flow;

namespace commits {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// Windows are counted from the epoch, a Thursday; three days later their edges are Mondays.
constexpr days monday{3};
std::chrono::sys_seconds from_monday(const Commit& commit) { return commit.written + monday; }

/// How the three flows read the log. Which windows are over is looked at after each batch; with batches of
/// one commit it is the log that decides which of them come too late, not the machine.
flow::LayerOptions one_by_one(const Options& options) { return {.stages = options.stages, .max_demand = 1}; }

/// How far the program is: one line on a terminal, taken away at the end.
class Progress {
 public:
  ~Progress() { show(""); }
  void show(std::string_view what) const {
    if (visible_) fmt::print(stderr, "\r\x1b[K{}", what);
  }
  void read(std::size_t commits) const {
    if (commits % 1000 == 0) show(fmt::format("{} commits", commits));
  }

 private:
  bool visible_ = ::isatty(STDERR_FILENO) != 0;
};

/// Kept in memory, for three flows to read.
std::vector<Commit> read_log(sluice::Runtime& runtime, const std::string& file, const Progress& progress) {
  auto commits =
      flow::from_lines(file, {.stages = 1})  // a commit is several lines
      | flow::emit_and_reduce(LogParser(),
                              [](LogParser& parser, const flow::Text& line, flow::Emit<Commit>& out) {
                                if (auto commit = parser.next(line)) out(*std::move(commit));
                              })  //
      | flow::on_trigger(
            [](LogParser& parser, const flow::Trigger&, flow::Emit<Commit>& out) { out(parser.last()); })  //
      | flow::to_range(runtime);
  std::vector<Commit> log;
  for (Commit& commit : commits) {
    log.push_back(std::move(commit));
    progress.read(log.size());
  }
  return log;
}

/// Who did what in each window, keyed by author: all commits of one author meet in one stage, and departition
/// brings a window's authors together.
template <class Window>
std::vector<Activity> activity(sluice::Runtime& runtime, std::span<const Commit> log, const Options& options,
                               Window window) {
  auto windows =
      flow::from(log)                                          //
      | flow::partition(&Commit::author, one_by_one(options))  //
      | std::move(window)                                      //
      | flow::reduce(Authors(), add_commit)                    //
      | flow::on_trigger([](Authors& authors, const flow::Trigger& trigger, flow::Emit<Authors>& out) {
          if (trigger.done()) out(std::move(authors));  // not yet when only its time is over
        })                                              //
      | flow::departition(Authors(), add_authors,
                          [](Authors authors, const flow::WindowId& window_id) {
                            const auto start = std::chrono::floor<days>(window_id.start()) - monday;
                            return activity_of(std::move(authors), start);
                          })  //
      | flow::to_vector(runtime);
  std::ranges::sort(windows, {}, &Activity::start);
  return windows;
}

std::vector<Session> sessions(sluice::Runtime& runtime, std::span<const Commit> log, const Options& options,
                              const flow::LateCount& late) {
  return flow::from(log)                                          //
         | flow::partition(&Commit::author, one_by_one(options))  //
         | flow::window::session(8h, &Commit::written, &Commit::author,
                                 {.allowed_lateness = options.lateness, .late = late})  //
         | flow::reduce(Session(), extend)                                              //
         | flow::to_vector(runtime);
}

/// What is too late is counted in `late`; windows in which nothing was written are left out.
flow::AlignedOptions terms(const Options& options, const flow::LateCount& late) {
  return {.allowed_lateness = options.lateness, .gaps = flow::Gaps::skip, .late = late};
}

void run(const Options& options) {
  sluice::Runtime runtime({.log = [](const sluice::LogRecord&) {}});  // what goes wrong is said at the end
  const Progress progress;
  const std::vector<Commit> log = read_log(runtime, options.file, progress);
  flow::LateCount late_for_week;
  flow::LateCount late_for_month;
  flow::LateCount late_for_session;

  progress.show("weeks …");
  const auto weeks = activity(runtime, log, options,
                              flow::window::fixed(days(7), from_monday, terms(options, late_for_week)));
  progress.show("four weeks …");
  const auto months =
      activity(runtime, log, options,
               flow::window::sliding(days(28), days(7), from_monday, terms(options, late_for_month)));
  progress.show("sessions …");
  const auto all_sessions = sessions(runtime, log, options, late_for_session);
  progress.show("");

  print_activity("week of", weeks);
  print_activity("four weeks from", months);
  print_sessions(all_sessions);
  fmt::print("{} commits; too late: {} for their week, {} for one of their four weeks, {} for a session\n",
             log.size(), late_for_week.value(), late_for_month.value(), late_for_session.value());
}

}  // namespace
}  // namespace commits

int main(int argc, char** argv) {
  try {
    const commits::Options options = commits::parse_options(argc, argv);
    if (options.help) {
      fmt::print("{}", commits::usage);
    } else {
      commits::run(options);
    }
    return 0;
  } catch (const sluice::RangeFailed& failure) {
    fmt::print(stderr, "commits: {}\n", failure.reason().text());
  } catch (const std::exception& error) {
    fmt::print(stderr, "commits: {}\n", error.what());
  }
  return 2;
}
