#pragma once

#include "sluice/flow/text/byte_source.hpp"
#include "sluice/flow/text/line_supply.hpp"
#include "sluice/flow/text/whole_lines.hpp"

namespace sluice::inline v0::flow {

/// The lines of a source of bytes, read when they are asked for. Never answers `later`.
class LineRuns final : public LineSupply {
 public:
  LineRuns(ByteSourcePtr bytes, LineRules rules, std::shared_ptr<BlockStore> store);

  /// Blocks as long as the source does.
  [[nodiscard]] Supplied next() override;
  /// Any thread: see ByteSource::interrupt.
  void interrupt() noexcept { bytes_->interrupt(); }

 private:
  void read();

  ByteSourcePtr bytes_;
  WholeLines lines_;
  enum class Input : unsigned char { open, over };
  Input input_ = Input::open;
};

}  // namespace sluice::inline v0::flow
