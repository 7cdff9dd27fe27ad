#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

enum class Better { higher, lower };

/// One number that every run of a question yields.
struct Figure {
  std::string name;  ///< in the table
  Better better = Better::higher;
  std::string counter = {};  ///< in Google Benchmark's output; empty: the name
  double unit = 1;           ///< what one in the table is in Google Benchmark's output
};

/// The values of one run, in the order of the question's figures.
using Values = std::vector<double>;

/// Where a row has to be: at least (at most, where lower is better) `factor` times the best of `peers` in the
/// same run, or `factor` times `recorded`, a limit or what a peer reached elsewhere. A factor of zero sets no
/// bar: the ratio is only reported.
struct Bar {
  std::string row;
  double factor = 0;
  std::vector<std::string> peers = {};
  std::optional<double> recorded = {};
  std::string against = {};  ///< how the table calls the peers; empty: by the name of the best one
  std::size_t figure = 0;
};

/// One benchmark program: rows that run five times each, interleaved in random order, and the bars they are
/// held to.
class Question {
 public:
  Question(std::string title, std::vector<Figure> figures);

  /// A row whose runs yield the values themselves. `scale` is --scale of the command line, 1 by default.
  void add(std::string name, std::function<Values(double scale)> run);

  /// A row that processes events: its value is millions of source events per second. Aborts the program when
  /// the work returns another checksum than expected. `events` is a multiple of 1,000, before and after
  /// scaling.
  void add_throughput(std::string name, std::size_t events, std::uint64_t (*expected)(std::uint64_t),
                      std::function<std::uint64_t(std::size_t)> work);

  /// A bar about a row that was not added is reported as "not measured".
  void hold(Bar bar) { bars_.push_back(std::move(bar)); }

  /// Runs the rows with Google Benchmark's flags and prints the table. Call from main; returns its exit
  /// status. A bar that was missed is no failure.
  int run(int argc, char** argv);

 private:
  struct Row {
    std::string name;
    std::function<Values(double)> run;
    std::vector<Values> runs = {};
  };

  struct Reference {
    std::string name;
    double value;
  };

  void register_rows();
  void print_figure(std::size_t figure) const;
  void print_bars() const;
  void print_bar(const Bar& bar) const;
  [[nodiscard]] std::optional<Reference> reference_of(const Bar& bar) const;
  [[nodiscard]] bool is_better(double a, double b, std::size_t figure) const;
  [[nodiscard]] std::optional<double> median_of(const std::string& row, std::size_t figure) const;

  std::string title_;
  std::vector<Figure> figures_;
  std::vector<Row> rows_;
  std::vector<Bar> bars_;
  double scale_ = 1;
};

/// The figure of every throughput row.
inline std::vector<Figure> throughput() {
  return {{.name = "million events/s", .counter = "items_per_second", .unit = 1e6}};
}

double seconds_since(std::chrono::steady_clock::time_point start);

/// "peer" and 2 make "peer, 2 workers".
std::string with_workers(const std::string& name, int workers);

/// `name` with 1 and with 2 workers.
std::vector<std::string> both(const std::string& name);

/// The values of `measure` run in a forked process, whose memory nobody has used before. REQUIRES: no other
/// threads.
Values in_fresh_process(const std::function<Values()>& measure);

}  // namespace bench
