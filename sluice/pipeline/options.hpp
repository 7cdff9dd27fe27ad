#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sluice/core/count.hpp"
#include "sluice/core/time.hpp"
#include "sluice/pipeline/batch_key.hpp"
#include "sluice/stage/host.hpp"

namespace sluice::inline v0::pipeline {

/// So many messages in each interval, all sources of the pipeline together; what an interval does not use is
/// not carried over (pipeline.md B11).
struct RateLimit {
  /// At least 1.
  std::size_t allowed = 1;
  /// Positive.
  Duration interval = std::chrono::seconds(1);
};

/// Stages of one step, at most.
inline constexpr std::size_t most_stages = 10'000;

/// Where messages come from.
struct SourceOptions {
  /// Stages of it.
  std::size_t concurrency = 1;
  Thread thread = Thread::pool;
  /// How long those behind wait before they look for a source that is down. Positive.
  Duration resubscribe_after = std::chrono::milliseconds(100);
  /// Unset: none, and none can be set later. Messages beyond it are not asked for.
  std::optional<RateLimit> rate_limit = {};
};

/// A step that handles messages one by one.
struct ProcessOptions {
  /// What its stages are called; empty: "step_1" and so on.
  std::string name = {};
  /// Stages of it; unset: two for each worker of the runtime.
  std::optional<std::size_t> concurrency = {};
  /// Messages that one stage asks each stage above for, at most. It handles up to max_demand - min_demand of
  /// them together, and acknowledges those together (pipeline.md B5.1).
  Demand max_demand = 10;
  /// Unset: half of max_demand.
  std::optional<Demand> min_demand = {};
  Thread thread = Thread::pool;
};

/// Which batches may be under way at the same time.
enum class BatchOrder : unsigned char {
  any,         ///< whatever stage is idle takes the next one, also two of the same key (B6.10)
  key_serial,  ///< those of one key one after the other, in order (P2)
};

/// A step that collects messages and handles them together; the last one of a pipeline.
struct BatchOptions {
  /// Messages of a batch, at most. Positive.
  std::size_t size = 100;
  /// How long a batch waits for more, from its first message on. Positive.
  Duration within = std::chrono::seconds(1);
  /// Batches that are handled at the same time.
  std::size_t concurrency = 1;
  BatchOrder order = BatchOrder::any;
  /// Messages that the batcher asks each stage above for, at most; unset: `size`.
  std::optional<Demand> max_demand = {};
  /// Of the stages that handle batches; the batcher itself never blocks.
  Thread thread = Thread::pool;
};

struct PipelineOptions {
  /// Of the stage that keeps it together, and the beginning of the names of the others. Empty: by number.
  std::string name = {};
  /// How long a drain may take before what is left is ended, where no other time is given. Positive.
  Duration drain_within = std::chrono::seconds(30);
  /// Restarts within the time that the pipeline takes for bad luck (B12.7).
  std::size_t max_restarts = 3;
  Duration within = std::chrono::seconds(5);
};

/// Throw OptionError naming the field, the bound and the value.
void check(const RateLimit& limit);
void check(const SourceOptions& options);
void check(const ProcessOptions& options);
void check(const BatchOptions& options);
void check(const PipelineOptions& options);

}  // namespace sluice::inline v0::pipeline
