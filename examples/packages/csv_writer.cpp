#include "csv_writer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "options.hpp"

namespace packages {

namespace {

constexpr std::size_t write_size = 64 * 1024;

void append_field(std::string& to, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) {
    to += text;
    return;
  }
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

}  // namespace

CsvFile::CsvFile(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "we"), std::fclose) {
  if (!file_) fail();
  std::setvbuf(file_.get(), nullptr, _IONBF, 0);
  text_ = "package,section,maintainer,installed_kib\n";
}

void CsvFile::write(const Row& row) {
  append_field(text_, row.package);
  text_ += ',';
  append_field(text_, row.section);
  text_ += ',';
  append_field(text_, row.maintainer);
  fmt::format_to(std::back_inserter(text_), ",{}\n", row.installed_kib);
  if (text_.size() >= write_size) flush();
}

void CsvFile::flush() {
  if (std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size()) fail();
  text_.clear();
}

void CsvFile::close() {
  flush();
  if (std::fclose(file_.release()) != 0) fail();
}

void CsvFile::fail() const { throw UsageError(fmt::format("{}: {}", path_, std::strerror(errno))); }

void CsvWriter::handle_events(sluice::Events<TablePtr> tables, const sluice::Subscription& from) {
  for (const TablePtr& table : tables) waiting_.emplace(table->block.number, table);
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    write(*waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++next_;
  }
  if (waiting_.size() > most_waiting) {
    from.pause();  // the missing table comes from another parser: each hands out its own in order
    paused_.push_back(from);
  } else if (waiting_.empty()) {
    for (const sluice::Subscription& paused : paused_) paused.resume();
    paused_.clear();
  }
}

void CsvWriter::handle_upstream_done() {
  file_.close();
  stop();
}

void CsvWriter::write(const Table& table) {
  for (const Row& row : table.rows) {
    file_.write(row);
    result_.installed_kib += row.installed_kib;
  }
  for (const Defect& defect : table.defects) {
    if (result_.defects.size() == defects_shown) break;
    result_.defects.push_back({lines_ + defect.line + 1, defect.what});
  }
  lines_ += table.lines;
  result_.records += table.rows.size();
  result_.malformed += table.malformed;
  progress_.records.store(result_.records, std::memory_order_relaxed);
}

}  // namespace packages
