#include "sluice/flow/text/line_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "sluice/flow/text/block_store.hpp"
#include "sluice/flow/text/line_runs.hpp"
#include "sluice/flow/text/memory_bytes.hpp"
#include "sluice/flow/text/open_bytes.hpp"
#include "sluice/flow/text/reading_thread.hpp"
#include "sluice/stage/protocol.hpp"
#include "sluice/stage/run_queue.hpp"

namespace sluice::inline v0::flow {

namespace {

ByteSourcePtr open_checked(const std::string& path, const LinesOptions& options) {
  check(options);
  return open_bytes(path, options.compression);
}

StageRecipe<LineReader> recipe(UniqueFunction<ByteSourcePtr()> open, LinesOptions options) {
  check(options);
  return {[open = std::move(open), options = std::move(options)]() mutable {
    return std::make_unique<LineReader>(open(), std::move(options));
  }};
}

}  // namespace

LineReader::LineReader(const std::string& path, LinesOptions options)
    : LineReader(std::move(options), open_checked(path, options)) {}

LineReader::LineReader(ByteSourcePtr bytes, LinesOptions options)
    : LineReader(std::move(options), std::move(bytes)) {}

LineReader::LineReader(LinesOptions&& options, ByteSourcePtr bytes)
    : Producer({std::move(options.dispatcher), options.buffer, options.demand}),
      name_(bytes->name()),
      read_ahead_(options.read_ahead),
      ahead_(options.ahead),
      on_last_cancel_(options.on_last_cancel),
      cutter_(options.line_end) {
  check(options);
  auto store = std::make_shared<BlockStore>(options.block, options.ahead);
  runs_ = std::make_unique<LineRuns>(std::move(bytes), rules_of(options), std::move(store));
}

LineReader::~LineReader() = default;

void LineReader::handle_demand(Demand n) {
  owed_ = add_demand(owed_, n);
  emit_lines();
}

void LineReader::emit_lines() {
  for (int runs = 0; owed_ != 0 && input_ == Input::open;) {
    if (!cutter_.empty()) {
      owed_ = take_demand(owed_, cutter_.cut(owed_, [this](Text line) { emit(std::move(line)); }));
      continue;
    }
    if (++runs > runs_per_turn) return wake(self().host());
    Supplied next = next_run();
    switch (next.state) {
      case Supplied::State::here: cutter_.start(std::move(next.run)); break;
      case Supplied::State::later: return;
      case Supplied::State::over: return end(Reason::normal());
      case Supplied::State::failed: return end(Reason::of(next.failure));
    }
  }
}

/// Posted, not called: this may be another thread.
void LineReader::wake(const HostPtr& reader) {
  reader->post(
      make_errand([](Host& at) { at.run([&at] { static_cast<LineReader&>(at.stage()).emit_lines(); }); }));
}

Supplied LineReader::next_run() {
  if (!supply_) begin_to_read();
  return supply_->next();
}

/// Decided at the first demand: callbacks of a simulation run on no worker's thread, and there nothing may
/// depend on when another thread runs.
void LineReader::begin_to_read() {
  if (read_ahead_ == ReadAhead::none || RunQueue::current() == nullptr) {
    supply_ = std::move(runs_);
    return;
  }
  supply_ = std::make_unique<ReadingThread>(std::move(runs_), ahead_,
                                            [me = self().host()] { LineReader::wake(me); });
}

void LineReader::end(Reason reason) {
  input_ = Input::over;
  info([this, reason = std::move(reason)] { stop(reason); });
}

void LineReader::handle_subscriber(const SubscribeOptions& /*options*/, const Subscription& /*from*/) {
  ++consumers_;
}

void LineReader::handle_cancel(const Cancellation& /*cancellation*/, const Subscription& /*from*/) {
  if (--consumers_ == 0 && on_last_cancel_ == OnLastCancel::stop) stop();
}

std::string LineReader::describe() const { return fmt::format("lines of {}, {} owed", name_, owed_); }

StageRecipe<LineReader> line_reader(std::string path, LinesOptions options) {
  const Compression compression = options.compression;
  return recipe([path = std::move(path), compression] { return open_bytes(path, compression); },
                std::move(options));
}

StageRecipe<LineReader> line_reader(ByteSourcePtr bytes, LinesOptions options) {
  return recipe([bytes = std::move(bytes)]() mutable { return std::move(bytes); }, std::move(options));
}

StageRecipe<LineReader> lines_of(std::string text, LinesOptions options) {
  options.read_ahead = ReadAhead::none;
  return line_reader(std::make_unique<MemoryBytes>(std::move(text)), std::move(options));
}

}  // namespace sluice::inline v0::flow
