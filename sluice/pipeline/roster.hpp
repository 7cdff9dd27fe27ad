#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/core/reason.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0::pipeline {

/// What a stage of a pipeline is there for.
enum class Role : unsigned char {
  source,
  gate,     ///< between sources and the first step, where there is a rate limit or a partition
  process,  ///< handles messages one by one
  batcher,  ///< collects them
  batch,    ///< handles batches
};

[[nodiscard]] std::string_view to_string(Role role) noexcept;

/// Stages of one kind, as a pipeline has been told to have them.
struct Part {
  Role role = Role::source;
  /// Of the step; its stages are called PIPELINE.NAME_0 and so on.
  std::string name;
  std::size_t stages = 1;
  /// Whether messages end here.
  bool last = false;
};

/// Who of a pipeline is running now. Stages come and go with restarts; when all of the last step have ended
/// normally, because nothing comes any more, the pipeline is done.
///
/// Thread rule: any thread. `done` is called once, on the thread of the stage that ended last.
class Roster : public std::enable_shared_from_this<Roster> {
 public:
  Roster(std::string pipeline, std::vector<Part> parts, std::function<void()> done);

  /// A stage of parts()[part] has started; the roster hears of its end by itself. Called on its turn. Sources
  /// are the user's own stages and do not enter; they are found by their names.
  void enter(Host& stage, std::size_t part);
  /// No source is started any more.
  void begin_drain() noexcept { draining_ = true; }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  /// No stage is started any more.
  void close() noexcept { closed_ = true; }
  [[nodiscard]] bool wants(Role role) const noexcept {
    return !closed_ && !(draining_ && role == Role::source);
  }

  [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }
  [[nodiscard]] std::string name_of(std::size_t part, std::size_t index) const;
  /// Those that run and have entered.
  [[nodiscard]] std::vector<HostPtr> running() const;

 private:
  void left(const Host& stage, std::size_t part, const Reason& reason);

  const std::string pipeline_;
  const std::vector<Part> parts_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> closed_{false};
  mutable std::mutex mutex_;
  std::vector<std::vector<HostPtr>> running_;
  std::vector<std::string> ended_;  // of the last step, normally
  std::size_t last_stages_ = 0;
  std::function<void()> done_;
};

/// Where a stage belongs.
struct Seat {
  std::shared_ptr<Roster> roster;
  std::size_t part = 0;
  std::size_t index = 0;

  void take(Host& stage) const { roster->enter(stage, part); }
};

}  // namespace sluice::inline v0::pipeline
