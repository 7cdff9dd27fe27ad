#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parse.hpp"
#include "progress.hpp"
#include "sluice/sluice.hpp"

namespace packages {

/// Counts over the whole input.
struct Totals {
  std::uint64_t records = 0;
  std::uint64_t installed_kib = 0;
  std::uint64_t malformed = 0;
  std::vector<Defect> defects = {};  ///< the first ones; lines counted from 1 over the whole input
};

/// A file that is being written. Throws std::runtime_error with its name; the first time when it cannot be
/// opened.
class CsvFile {
 public:
  explicit CsvFile(const std::string& path);
  void write(const Row& row);
  /// All is on its way to the disk.
  void close();

 private:
  void flush();
  [[noreturn]] void fail() const;

  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::string text_;
};

/// Writes the rows in the order of the input. The parsers finish in any order, so a table waits here for
/// those before it; a parser that is too far ahead is not asked for more. The totals are in `result` when it
/// has ended.
class CsvWriter final : public sluice::Consumer<TablePtr> {
 public:
  CsvWriter(CsvFile file, Totals& result, Progress& progress)
      : file_(std::move(file)), result_(result), progress_(progress) {}

 private:
  static constexpr std::size_t most_waiting = 16;

  void handle_events(sluice::Events<TablePtr> tables, const sluice::Subscription& from) override;
  void handle_upstream_done() override;
  void write(const Table& table);

  CsvFile file_;
  Totals& result_;
  Progress& progress_;
  std::map<std::uint64_t, TablePtr> waiting_;  // by the number of the block
  std::vector<sluice::Subscription> paused_;
  std::uint64_t next_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace packages
