#pragma once

#include <memory>
#include <string>

#include "sluice/flow/text/byte_source.hpp"
#include "sluice/flow/text/line_cutter.hpp"
#include "sluice/flow/text/line_supply.hpp"
#include "sluice/flow/text/lines_options.hpp"
#include "sluice/flow/text/text.hpp"
#include "sluice/stage/producer.hpp"
#include "sluice/stage/recipe.hpp"

namespace sluice::inline v0::flow {

class LineRuns;

/// A producer of the lines of a text, read as they are asked for or a little ahead. Ends normally when more
/// is asked for than is left, so consumers that shall outlive it subscribe as transient; with a failure that
/// names file and offset behind the last line that could be read.
class LineReader final : public Producer<Text> {
 public:
  /// Opens the file; see open_bytes(). Throws TextError, OptionError.
  explicit LineReader(const std::string& path, LinesOptions options = {});
  explicit LineReader(ByteSourcePtr bytes, LinesOptions options = {});
  ~LineReader() override;

 private:
  /// By reference, so that nothing is moved before the file is open.
  LineReader(LinesOptions&& options, ByteSourcePtr bytes);

  void handle_demand(Demand n) override;
  void handle_subscriber(const SubscribeOptions& options, const Subscription& from) override;
  void handle_cancel(const Cancellation& cancellation, const Subscription& from) override;
  [[nodiscard]] std::string describe() const override;

  /// Emits what is owed, as far as it is there. At most `runs_per_turn` blocks at a time.
  void emit_lines();
  /// Makes it emit lines in a turn of its own. Any thread.
  static void wake(const HostPtr& reader);
  [[nodiscard]] Supplied next_run();
  void begin_to_read();
  void end(Reason reason);

  static constexpr int runs_per_turn = 4;

  std::string name_;
  ReadAhead read_ahead_;
  std::size_t ahead_;
  OnLastCancel on_last_cancel_;
  LineCutter cutter_;
  std::unique_ptr<LineRuns> runs_;  // until it is known who reads
  std::unique_ptr<LineSupply> supply_;
  Demand owed_ = 0;
  std::size_t consumers_ = 0;
  enum class Input : unsigned char { open, over };
  Input input_ = Input::open;
};

/// How to make a reader of a file: `runtime.start(flow::line_reader("access.log.gz"))`. The path "-" is
/// standard input. Throws OptionError at once; the start throws StartError for a file that cannot be opened.
[[nodiscard]] StageRecipe<LineReader> line_reader(std::string path, LinesOptions options = {});
/// The same for other bytes.
[[nodiscard]] StageRecipe<LineReader> line_reader(ByteSourcePtr bytes, LinesOptions options = {});
/// The lines of a text in memory; no thread reads it ahead.
[[nodiscard]] StageRecipe<LineReader> lines_of(std::string text, LinesOptions options = {});

}  // namespace sluice::inline v0::flow
