#include "bench/harness.hpp"

#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t granularity = 1000;

/// Before each run: the idle workers of the row before go on spinning for a while after their work has ended.
constexpr auto settling_time = std::chrono::milliseconds(20);

std::size_t scaled(std::size_t events, double scale) {
  const auto batches = std::llround(static_cast<double>(events) * scale / granularity);
  return granularity * static_cast<std::size_t>(std::max(batches, 1LL));
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

std::vector<double> column(const std::vector<Values>& runs, std::size_t figure) {
  std::vector<double> values;
  for (const Values& run : runs) values.push_back(run[figure]);
  return values;
}

[[noreturn]] void wrong_sum(const std::string& row, std::size_t events, std::uint64_t got,
                            std::uint64_t expected) {
  std::fprintf(stderr, "%s: checksum %llu after %zu events, expected %llu\n", row.c_str(),
               static_cast<unsigned long long>(got), events, static_cast<unsigned long long>(expected));
  std::abort();
}

/// Takes --scale=x out of the arguments.
double take_scale(std::vector<char*>& arguments) {
  constexpr const char* prefix = "--scale=";
  double scale = 1;
  std::erase_if(arguments, [&](const char* argument) {
    if (std::strncmp(argument, prefix, std::strlen(prefix)) != 0) return false;
    scale = std::strtod(argument + std::strlen(prefix), nullptr);
    return true;
  });
  return scale;
}

/// Exact digits for what is small, none for what is large.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
  return text;
}

void print_line(const std::string& name, const std::string& a, const std::string& b, const std::string& c) {
  std::printf("  %-44s %12s %12s %12s\n", name.c_str(), a.c_str(), b.c_str(), c.c_str());
}

void print_bar_line(const std::string& row, const std::string& against, const std::string& ratio,
                    const std::string& wanted, const std::string& verdict) {
  std::printf("  %-36s %-50s %8s %9s  %s\n", row.c_str(), against.c_str(), ratio.c_str(), wanted.c_str(),
              verdict.c_str());
}

}  // namespace

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string with_workers(const std::string& name, int workers) {
  return name + (workers == 1 ? ", 1 worker" : ", " + std::to_string(workers) + " workers");
}

std::vector<std::string> both(const std::string& name) {
  return {with_workers(name, 1), with_workers(name, 2)};
}

Question::Question(std::string title, std::vector<Figure> figures)
    : title_(std::move(title)), figures_(std::move(figures)) {}

void Question::add(std::string name, std::function<Values(double)> run) {
  rows_.push_back({.name = std::move(name), .run = std::move(run)});
}

void Question::add_throughput(std::string name, std::size_t events, std::uint64_t (*expected)(std::uint64_t),
                              std::function<std::uint64_t(std::size_t)> work) {
  add(name, [=](double scale) -> Values {
    const std::size_t count = scaled(events, scale);
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t checksum = work(count);
    const double seconds = seconds_since(start);
    if (checksum != expected(count)) wrong_sum(name, count, checksum, expected(count));
    return {static_cast<double>(count) / seconds / 1e6};
  });
}

void Question::register_rows() {
  for (Row& row : rows_) {
    benchmark::RegisterBenchmark(row.name.c_str(),
                                 [this, &row](benchmark::State& state) {
                                   while (state.KeepRunning()) {
                                     std::this_thread::sleep_for(settling_time);
                                     const auto start = std::chrono::steady_clock::now();
                                     row.runs.push_back(row.run(scale_));
                                     state.SetIterationTime(seconds_since(start));
                                   }
                                   for (std::size_t i = 0; i < figures_.size(); ++i) {
                                     const Figure& figure = figures_[i];
                                     state.counters[figure.counter.empty() ? figure.name : figure.counter] =
                                         row.runs.back()[i] * figure.unit;
                                   }
                                 })
        ->Iterations(1)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
}

int Question::run(int argc, char** argv) {
  std::vector<std::string> defaults = {"--benchmark_enable_random_interleaving=true",
                                       "--benchmark_repetitions=5",
                                       "--benchmark_report_aggregates_only=true"};
  std::vector<char*> arguments(argv, argv + argc);
  std::vector<char*> inserted;
  for (std::string& flag : defaults) inserted.push_back(flag.data());
  arguments.insert(arguments.begin() + 1, inserted.begin(), inserted.end());
  scale_ = take_scale(arguments);
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  register_rows();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  std::printf("\n%s\n", title_.c_str());
  for (std::size_t i = 0; i < figures_.size(); ++i) print_figure(i);
  print_bars();
  return 0;
}

void Question::print_figure(std::size_t figure) const {
  std::printf("\n");
  print_line(figures_[figure].name, "median", "min", "max");
  for (const Row& row : rows_) {
    if (row.runs.empty()) continue;
    const std::vector<double> values = column(row.runs, figure);
    print_line(row.name, number(median(values)), number(*std::min_element(values.begin(), values.end())),
               number(*std::max_element(values.begin(), values.end())));
  }
}

std::optional<double> Question::median_of(const std::string& name, std::size_t figure) const {
  for (const Row& row : rows_) {
    if (row.name == name && !row.runs.empty()) return median(column(row.runs, figure));
  }
  return {};
}

void Question::print_bars() const {
  if (bars_.empty()) return;
  std::printf("\n");
  print_bar_line("row", "against", "ratio", "bar", "");
  for (const Bar& bar : bars_) print_bar(bar);
}

std::optional<Question::Reference> Question::reference_of(const Bar& bar) const {
  if (bar.recorded) return Reference{.name = bar.against + " (recorded)", .value = *bar.recorded};
  std::optional<Reference> best;
  for (const std::string& peer : bar.peers) {
    const std::optional<double> value = median_of(peer, bar.figure);
    if (!value || (best && !is_better(*value, best->value, bar.figure))) continue;
    best = {.name = bar.against.empty() ? peer : bar.against + ": " + peer, .value = *value};
  }
  return best;
}

void Question::print_bar(const Bar& bar) const {
  const bool higher = figures_[bar.figure].better == Better::higher;
  const std::string wanted = bar.factor == 0 ? "" : (higher ? ">= " : "<= ") + number(bar.factor);
  const std::optional<double> value = median_of(bar.row, bar.figure);
  const std::optional<Reference> reference = reference_of(bar);
  if (!value || !reference) {
    const std::string fallback = bar.against.empty() ? bar.peers.front() : bar.against;
    return print_bar_line(bar.row, reference ? reference->name : fallback, "", wanted, "not measured");
  }
  const double ratio = *value / reference->value;
  const bool reached = ratio == bar.factor || is_better(ratio, bar.factor, bar.figure);
  const std::string verdict = bar.factor == 0 ? "reported" : reached ? "reached" : "missed";
  print_bar_line(bar.row, reference->name, number(ratio), wanted, verdict);
}

bool Question::is_better(double a, double b, std::size_t figure) const {
  return figures_[figure].better == Better::higher ? a > b : a < b;
}

Values in_fresh_process(const std::function<Values()>& measure) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    const Values values = measure();
    const auto bytes = static_cast<ssize_t>(values.size() * sizeof(double));
    _exit(write(ends[1], values.data(), static_cast<std::size_t>(bytes)) == bytes ? 0 : 1);
  }
  close(ends[1]);
  Values values;
  for (double value = 0; read(ends[0], &value, sizeof value) == sizeof value;) values.push_back(value);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) {
    std::fprintf(stderr, "the measuring process failed\n");
    std::abort();
  }
  return values;
}

}  // namespace bench
