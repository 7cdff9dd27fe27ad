// Statistics over Debian's package index, as a pipeline:
//
//   Reader → BlockParser × N ─┬→ CsvWriter
//                             ├→ Splitter (section)    → Tally × 2 ─┬→ Ranking
//                             └→ Splitter (maintainer) → Tally × 2 ─┘
//
// Each arrow is a subscription: nobody gets more than it asked for, so memory stays the same however long the
// input is.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "csv_writer.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "ranking.hpp"
#include "report.hpp"
#include "sluice/sluice.hpp"
#include "stages.hpp"

namespace packages {
namespace {

constexpr std::size_t tallies_per_key = 2;
/// Blocks are big, so a few on the way are enough.
constexpr sluice::Demand few = 4;
/// For those who have several producers: lives until the last of them is done, but not if one fails.
constexpr auto until_all_are_done = sluice::OnCancel::transient;

/// The stages that end last; the others end before them.
struct Pipeline {
  sluice::Ref<CsvWriter> csv;
  sluice::Ref<Ranking> ranking;
};

/// The splitter and the tallies of one key, between the parsers and the ranking.
void start_sums(sluice::Runtime& runtime, Key key, const std::vector<sluice::Ref<BlockParser>>& parsers,
                const sluice::Ref<Ranking>& ranking) {
  const auto splitter = runtime.start<Splitter>(key, tallies_per_key);
  for (std::size_t part = 0; part != tallies_per_key; ++part) {
    const auto tally = runtime.start<Tally>(key);
    ranking.subscribe_to(tally, {.on_cancel = until_all_are_done});
    tally.subscribe_to(splitter, {.partition = part});
  }
  for (const auto& parser : parsers) {
    splitter.subscribe_to(parser, {.max_demand = few, .on_cancel = until_all_are_done});
  }
}

Pipeline start(sluice::Runtime& runtime, const Options& options, Input input, Outcome& outcome,
               Progress& progress) {
  Pipeline pipeline = {
      .csv = runtime.start<CsvWriter>(CsvFile(options.csv), outcome.totals, progress),
      .ranking = runtime.start<Ranking>(outcome.sums),
  };
  std::vector<sluice::Ref<BlockParser>> parsers;
  for (std::size_t i = 0; i != options.parsers; ++i) {
    parsers.push_back(runtime.start<BlockParser>());
    pipeline.csv.subscribe_to(parsers.back(), {.max_demand = few, .on_cancel = until_all_are_done});
  }
  start_sums(runtime, Key::section, parsers, pipeline.ranking);
  start_sums(runtime, Key::maintainer, parsers, pipeline.ranking);
  const auto reader =
      runtime.start<Reader>({.thread = sluice::Thread::own}, BlockReader(std::move(input)), progress);
  for (const auto& parser : parsers) parser.subscribe_to(reader, {.max_demand = few});
  reader.demand_flow(sluice::DemandFlow::forward);
  return pipeline;
}

/// Waits for the end of the pipeline and shows how far it is. Throws UsageError when it ends too early.
InUse watch(sluice::Runtime& runtime, const Pipeline& pipeline, ProgressBar& bar, const Progress& progress) {
  InUse most;
  for (const sluice::AnyRef& last : {sluice::AnyRef(pipeline.csv), sluice::AnyRef(pipeline.ranking)}) {
    std::optional<sluice::Reason> reason;
    while (!reason) {
      const InUse now = in_use(runtime.snapshot(std::chrono::milliseconds(5)));
      most.raise(now);
      bar.show(progress, now);
      reason = runtime.wait(last, std::chrono::milliseconds(50));
    }
    if (!reason->polite()) {
      bar.finish();
      throw UsageError(reason->text().empty() ? reason->to_string() : std::string(reason->text()));
    }
  }
  bar.finish();
  return most;
}

void print_figures(const Progress& progress, const Totals& totals, double seconds, const InUse& most) {
  constexpr double million = 1e6;
  const auto per_second = [seconds](auto count) {
    return static_cast<double>(count) / std::max(seconds, 1e-6);
  };
  fmt::print("{:.3f} s: {:.0f} records/s, {:.1f} MB/s; peak memory {:.1f} MB\n", seconds,
             per_second(totals.records + totals.malformed), per_second(progress.bytes.load()) / million,
             static_cast<double>(peak_memory()) / million);
  fmt::print("in use at most (sampled): {} events asked for, {} queued, {} buffered\n", most.asked,
             most.queued, most.buffered);
}

/// The runtime's warnings; how a stage failed is said once, at the end.
void print_warning(const sluice::LogRecord& record) {
  if (record.severity == sluice::Severity::warning)
    fmt::print(stderr, "packages: {}: {}\n", record.stage, record.text);
}

void run(const Options& options) {
  Input input(options.file, options.times);
  const std::string input_name = input.name();
  std::error_code ignored;
  if (std::filesystem::equivalent(input_name, options.csv, ignored)) {
    throw UsageError(fmt::format("--csv: {} is the input", options.csv));
  }

  const auto begin = std::chrono::steady_clock::now();
  Outcome outcome;
  Progress progress;
  ProgressBar bar(options.bar, input.size());
  InUse most;
  {
    sluice::Runtime runtime({.log = print_warning});
    const Pipeline pipeline = start(runtime, options, std::move(input), outcome, progress);
    most = watch(runtime, pipeline, bar, progress);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

  if (progress.bytes == 0) throw UsageError(fmt::format("{}: is empty", input_name));
  print_result(outcome, options.csv);
  if (options.figures == Figures::shown) print_figures(progress, outcome.totals, time.count(), most);
  if (outcome.totals.records == 0)
    throw UsageError(fmt::format("{}: holds no well-formed record", input_name));
}

}  // namespace
}  // namespace packages

int main(int argc, char** argv) {
  try {
    const packages::Options options = packages::parse_options(argc, argv);
    if (options.help) {
      fmt::print("{}", packages::usage);
    } else {
      packages::run(options);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "packages: {}\n", error.what());
    return 2;
  }
}
