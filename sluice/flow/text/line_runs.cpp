#include "sluice/flow/text/line_runs.hpp"

#include <exception>
#include <utility>

namespace sluice::inline v0::flow {

LineRuns::LineRuns(ByteSourcePtr bytes, LineRules rules, std::shared_ptr<BlockStore> store)
    : bytes_(std::move(bytes)), lines_(bytes_->name(), rules, std::move(store)) {}

/// What goes wrong is a value here: the lines before it are emitted first, and it may cross threads.
Supplied LineRuns::next() {
  try {
    for (;;) {
      if (auto run = lines_.take()) return Supplied::lines(*std::move(run));
      if (input_ == Input::over) return {};
      read();
    }
  } catch (...) {
    return Supplied::failed(std::current_exception());
  }
}

void LineRuns::read() {
  const std::size_t count = bytes_->read(lines_.room());
  if (count != 0) {
    lines_.filled(count);
  } else {
    input_ = Input::over;
    lines_.finish();
  }
}

}  // namespace sluice::inline v0::flow
