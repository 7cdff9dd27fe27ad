#pragma once

#include <exception>
#include <utility>

#include "sluice/flow/text/line_run.hpp"

namespace sluice::inline v0::flow {

/// What a reader got when it asked for more lines.
struct Supplied {
  enum class State : unsigned char {
    here,    ///< `run` has lines
    later,   ///< none are there yet; the reader will be woken
    over,    ///< there are no more
    failed,  ///< nor here: `failure` says why
  };
  State state = State::over;
  LineRun run = {};
  std::exception_ptr failure = {};

  [[nodiscard]] static Supplied lines(LineRun run) noexcept { return {State::here, std::move(run), {}}; }
  [[nodiscard]] static Supplied later() noexcept { return {State::later, {}, {}}; }
  [[nodiscard]] static Supplied failed(std::exception_ptr why) noexcept {
    return {State::failed, {}, std::move(why)};
  }
};

/// Where a line reader gets its lines from. Thread rule: the reader's turn.
class LineSupply {
 public:
  LineSupply() = default;
  virtual ~LineSupply() = default;
  LineSupply(const LineSupply&) = delete;
  LineSupply& operator=(const LineSupply&) = delete;

  /// After over or failed it is not asked again.
  [[nodiscard]] virtual Supplied next() = 0;
};

}  // namespace sluice::inline v0::flow
