#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/from.hpp"
#include "sluice/flow/text/line_reader.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// `options` but for the dispatcher, which is the flow's to choose.
[[nodiscard]] inline LinesOptions reading_of(const LinesOptions& options) {
  return {.block = options.block,
          .ahead = options.ahead,
          .max_line = options.max_line,
          .line_end = options.line_end,
          .encoding = options.encoding,
          .compression = options.compression,
          .read_ahead = options.read_ahead,
          .on_last_cancel = OnLastCancel::stop,
          .demand = DemandFlow::accumulate};
}

/// Each file a stage of its own, and a thread that reads it ahead.
class LinesFeed final : public Feed<Text> {
 public:
  LinesFeed(std::vector<std::string> paths, LinesOptions options, Duration shutdown)
      : paths_(std::move(paths)), options_(std::move(options)), shutdown_(shutdown) {}

  [[nodiscard]] Upstreams<Text> build(Assembly& assembly, const Border<Text>& border) const override {
    const std::string name = assembly.layer_name("lines");
    Upstreams<Text> made;
    for (const std::string& path : paths_) {
      HostPtr stage = assembly.start<LineReader>(
          name + "[" + std::to_string(made.size()) + "]",
          [&] {
            LinesOptions options = reading_of(options_);
            options.dispatcher = border.dispatcher();
            return std::make_unique<LineReader>(path, std::move(options));
          },
          shutdown_);
      assembly.add_source(stage, Begin::when_told);
      made.emplace_back(std::move(stage));
    }
    return made;
  }

  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<Text>& /*border*/) const override {
    return plan.add_source("lines of " + paths_.front() + (paths_.size() == 1 ? "" : ", ..."), paths_.size());
  }

 private:
  std::vector<std::string> paths_;
  LinesOptions options_;
  Duration shutdown_;
};

}  // namespace detail

/// The lines of text files as events of type Text: views that keep the block they were read into. Each file
/// is read ahead by a thread of its own; "-" is standard input, a name that ends in ".gz" is unpacked. A file
/// that cannot be opened fails the start of the flow, one that cannot be read to its end fails the flow,
/// naming file and offset. Throws OptionError, also for an empty list and for `lines.dispatcher`, which the
/// flow chooses.
[[nodiscard]] inline auto from_lines(std::vector<std::string> paths, LayerOptions options = {},
                                     LinesOptions lines = {}) {
  if (paths.empty()) throw OptionError("paths", "must be at least one, got an empty list");
  if (lines.dispatcher) throw OptionError("dispatcher", "is chosen by the flow");
  sluice::flow::check(lines);
  const Duration shutdown = options.shutdown;
  return detail::from_feed<Text>(
      std::make_shared<const detail::LinesFeed>(std::move(paths), std::move(lines), shutdown),
      std::move(options));
}
[[nodiscard]] inline auto from_lines(std::string path, LayerOptions options = {}, LinesOptions lines = {}) {
  return from_lines(std::vector<std::string>{std::move(path)}, std::move(options), std::move(lines));
}

}  // namespace sluice::inline v0::flow
