// The bytes say how a text is read: as lines by blocks and pieces of any size, unpacked by gzip or not, and
// as words. Against it stand the obvious ways: a split at every newline, a look at every byte.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/flow/text/gzip_bytes.hpp"
#include "sluice/flow/text/line_cutter.hpp"
#include "sluice/flow/text/line_runs.hpp"
#include "sluice/flow/text/memory_bytes.hpp"
#include "sluice/flow/text/utf8.hpp"
#include "sluice/flow/text/words.hpp"

namespace {

namespace flow = sluice::flow;

void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", property);
  std::abort();
}

/// Hands out at most `piece` bytes at a time.
class InPieces final : public flow::ByteSource {
 public:
  InPieces(flow::ByteSourcePtr bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}
  std::size_t read(std::span<char> room) override {
    require(!room.empty(), "no room");
    return bytes_->read(room.first(std::min(room.size(), piece_)));
  }
  const std::string& name() const noexcept override { return bytes_->name(); }

 private:
  flow::ByteSourcePtr bytes_;
  std::size_t piece_;
};

struct Lines {
  std::vector<flow::Text> lines = {};
  std::optional<std::uint64_t> wrong_at = {};
};

Lines read(flow::ByteSourcePtr bytes, std::size_t block, flow::LineRules rules, sluice::Demand at_once) {
  Lines all;
  const auto store = std::make_shared<flow::BlockStore>(block, 2);
  flow::LineRuns runs(std::move(bytes), rules, store);
  flow::LineCutter cutter(rules.line_end);
  for (;;) {
    flow::Supplied next = runs.next();
    if (next.state == flow::Supplied::State::over) return all;
    if (next.state == flow::Supplied::State::failed) {
      try {
        std::rethrow_exception(next.failure);
      } catch (const flow::TextError& error) {
        all.wrong_at = error.offset();
      }
      return all;
    }
    require(next.run.first < next.run.last, "an empty run");
    cutter.start(std::move(next.run));
    while (!cutter.empty()) {
      const sluice::Demand count =
          cutter.cut(at_once, [&](flow::Text line) { all.lines.push_back(std::move(line)); });
      require(count >= 1 && count <= at_once, "a wrong number of lines");
    }
  }
}

/// The obvious way; stops at the first line that is not as it should be.
Lines split(std::string_view text, flow::LineRules rules) {
  Lines all;
  for (std::size_t at = 0; at != text.size();) {
    const std::string_view bytes = text.substr(at, text.substr(at).find('\n'));
    std::string_view line = bytes;
    const std::size_t bad =
        rules.encoding == flow::Encoding::utf8 ? flow::find_invalid_utf8(line) : line.npos;
    if (line.size() > rules.max_line || bad != line.npos) {
      all.wrong_at = line.size() > rules.max_line ? at : at + bad;
      return all;
    }
    if (rules.line_end == flow::LineEnd::crlf && line.ends_with('\r')) line.remove_suffix(1);
    all.lines.emplace_back(line);
    at = std::min(at + bytes.size() + 1, text.size());
  }
  return all;
}

template <class Range>
std::vector<std::string> strings(Range range) {
  std::vector<std::string> all;
  for (const auto& word : range) all.emplace_back(std::string_view(word));
  return all;
}

std::vector<std::string> split_words(std::string_view line, std::string_view separators) {
  std::vector<std::string> all;
  std::string word;
  for (const char byte : line) {
    if (separators.find(byte) == separators.npos) {
      word += byte;
    } else if (!word.empty()) {
      all.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) all.push_back(word);
  return all;
}

void check_words(const flow::Text& line) {
  const std::vector<std::string> wanted = split_words(line, " \t\n\v\f\r");
  require(strings(flow::words(line.view())) == wanted, "other words");
  require(strings(flow::words(line)) == wanted, "other words of a Text");
  const std::string_view own = line.view().substr(0, 2);
  require(strings(flow::split_at(own)(line)) == split_words(line, own), "other words between other bytes");
}

/// What zlib makes of it at once; as far as it gets.
std::string unpack(std::string_view packed) {
  flow::GzipBytes bytes(std::make_unique<flow::MemoryBytes>(std::string(packed)));
  std::string all;
  std::string room(4096, '\0');
  try {
    while (const std::size_t count = bytes.read(room)) {
      all.append(room, 0, count);
      if (all.size() > 1'000'000) break;
    }
  } catch (const flow::TextError& error) {
    require(error.offset() <= packed.size(), "an offset behind the end");
  }
  return all;
}

std::string pack(std::string_view bytes) {
  z_stream stream = {};
  require(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK,
          "deflateInit2");
  std::string packed(deflateBound(&stream, bytes.size()) + 32, '\0');
  std::string input(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflate");
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return -1;
  const std::size_t block = 1 + data[0] % 100;
  const std::size_t piece = 1 + data[1] % 100;
  const flow::LineRules rules{.max_line = 1 + std::size_t{data[2]} * (data[3] % 2 == 0 ? 1 : 100),
                              .line_end = data[3] & 2 ? flow::LineEnd::crlf : flow::LineEnd::lf,
                              .encoding = data[3] & 4 ? flow::Encoding::utf8 : flow::Encoding::any};
  const sluice::Demand at_once = 1 + (data[3] >> 5);
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);

  flow::ByteSourcePtr bytes = std::make_unique<flow::MemoryBytes>(text);
  if (data[3] & 8) {
    const std::size_t half = text.size() / 2;
    bytes = std::make_unique<flow::GzipBytes>(std::make_unique<InPieces>(
        std::make_unique<flow::MemoryBytes>(pack(text.substr(0, half)) + pack(text.substr(half))), piece));
  }
  const Lines got = read(std::make_unique<InPieces>(std::move(bytes), piece), block, rules, at_once);
  const Lines wanted = split(text, rules);
  require(got.lines == wanted.lines, "other lines");
  require(got.wrong_at == wanted.wrong_at, "wrong elsewhere");
  for (const flow::Text& line : got.lines) check_words(line);
  if (data[3] & 16) static_cast<void>(unpack(text));
  return 0;
}
