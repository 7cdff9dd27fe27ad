#include "parse.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace packages {

namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The length of the field name at the start of a line, 0: the line is no field.
std::size_t key_length(std::string_view line) {
  if (line.front() == '#' || line.front() == '-') return 0;
  for (std::size_t i = 0; i != line.size(); ++i) {
    if (line[i] == ':') return i;
    if (line[i] <= ' ' || line[i] > '~') return 0;
  }
  return 0;
}

bool same_key(std::string_view key, std::string_view name) {
  return key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0;
}

/// A line as it may be shown: short and printable.
std::string shown(std::string_view line) {
  std::string text(line.substr(0, 60));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  }
  return line.size() > 60 ? text + "…" : text;
}

/// Takes the lines of a block one after the other and makes rows of them.
class Parser {
 public:
  explicit Parser(Table& table) : table_(table) {}

  void line(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty()) {
      end_record();
    } else {
      if (!in_record_) first_line_ = table_.lines;
      if (blank(text.front())) {
        if (!in_record_) defect(fmt::format("a record begins with a continuation: \"{}\"", shown(text)));
      } else if (const std::size_t length = key_length(text)) {
        field(text.substr(0, length), trim(text.substr(length + 1)));
      } else {
        defect(fmt::format("neither \"Key: value\" nor a continuation: \"{}\"", shown(text)));
      }
      in_record_ = true;
    }
    ++table_.lines;
  }

  void end_record() {
    if (!in_record_) return;
    if (row_.package.empty()) defect("no Package field", first_line_);
    if (!malformed_) table_.rows.push_back(row_);
    row_ = {};
    seen_ = 0;
    in_record_ = malformed_ = false;
  }

 private:
  void field(std::string_view key, std::string_view value) {
    switch (key.size()) {
      case 7:
        if (same_key(key, "Package")) take(row_.package, 1, key, value);
        if (same_key(key, "Section")) take(row_.section, 2, key, value);
        break;
      case 10:
        if (same_key(key, "Maintainer")) take(row_.maintainer, 4, key, value);
        break;
      case 14:
        if (same_key(key, "Installed-Size")) size(key, value);
        break;
      default: break;
    }
  }

  void take(std::string_view& to, unsigned bit, std::string_view key, std::string_view value) {
    if ((seen_ & bit) != 0) defect(fmt::format("a second {} field: \"{}\"", key, shown(value)));
    seen_ |= bit;
    to = value;
  }

  void size(std::string_view key, std::string_view value) {
    std::string_view text;
    take(text, 8, key, value);
    std::uint64_t kib = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kib);
    if (error == std::errc::result_out_of_range || (error == std::errc() && kib > largest_kib)) {
      defect(fmt::format("Installed-Size is more than {} KiB: \"{}\"", largest_kib, shown(value)));
    } else if (error != std::errc() || end != text.data() + text.size()) {
      defect(fmt::format("Installed-Size is no number: \"{}\"", shown(value)));
    }
    row_.installed_kib = kib;
  }

  void defect(std::string what) { defect(std::move(what), table_.lines); }
  /// A record counts once, with the first thing that is wrong.
  void defect(std::string what, std::uint64_t line) {
    if (std::exchange(malformed_, true)) return;
    ++table_.malformed;
    if (table_.defects.size() < defects_shown) table_.defects.push_back({line, std::move(what)});
  }

  Table& table_;
  Row row_;
  unsigned seen_ = 0;  // which fields the record has had
  bool in_record_ = false;
  bool malformed_ = false;
  std::uint64_t first_line_ = 0;
};

void parse_paragraphs(Table& table) {
  table.rows.reserve(table.block.size / 512);
  Parser parser(table);
  const std::string_view text = table.block.text();
  for (const char *at = text.data(), *const end = at + text.size(); at != end;) {
    const auto* const found =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const stop = found != nullptr ? found : end;
    parser.line({at, stop});
    at = found != nullptr ? stop + 1 : end;
  }
  parser.end_record();
}

}  // namespace

TablePtr parse(Block block) {
  auto table = std::make_shared<Table>();
  table->block = std::move(block);
  if (table->block.holds == Block::Holds::paragraphs) {
    parse_paragraphs(*table);
    return table;
  }
  const std::string_view text = table->block.text();
  table->lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  if (table->block.holds == Block::Holds::overlong) {
    table->malformed = 1;
    table->defects.push_back(
        {0, fmt::format("a record of more than {} bytes", BlockReader::longest_paragraph)});
  }
  return table;
}

}  // namespace packages
