#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/scenario.hpp"
#include "sluice/pipeline.hpp"

namespace sluice::pipeline_tests {

using namespace std::chrono_literals;
using conformance::World;
using pipeline::Batch;
using pipeline::BatchMode;
using pipeline::BatchTrigger;
using pipeline::Message;
using pipeline::Receipt;
using pipeline::Receipts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// What callbacks on several threads write down.
template <class T>
class Notes {
 public:
  void add(T note) const {
    const std::lock_guard lock(*mutex_);
    notes_->push_back(std::move(note));
  }
  [[nodiscard]] std::vector<T> all() const {
    const std::lock_guard lock(*mutex_);
    return *notes_;
  }
  [[nodiscard]] std::size_t count() const { return all().size(); }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<T>> notes_ = std::make_shared<std::vector<T>>();
};

/// What was in a batch.
struct Seen {
  std::vector<int> data;
  std::string batcher;
  std::string key;
  BatchTrigger trigger = BatchTrigger::size;
  std::optional<std::size_t> partition;

  friend bool operator==(const Seen&, const Seen&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  out << seen.batcher << "/" << seen.key << " " << to_string(seen.trigger) << " [";
  for (const int n : seen.data) out << n << ' ';
  return out << "]";
}
[[nodiscard]] inline Seen seen(Batch<int>& batch) {
  Seen what{
      {}, batch.info().batcher, batch.info().key.to_string(), batch.info().trigger, batch.info().partition};
  for (const Message<int>& message : batch) what.data.push_back(message.data());
  return what;
}
/// A function for `batch` that notes what it gets.
[[nodiscard]] inline auto noting(const Notes<Seen>& notes) {
  return [notes](Batch<int>& batch) { notes.add(seen(batch)); };
}

/// P(max, min) of the scenarios, in one stage.
[[nodiscard]] inline pipeline::ProcessOptions one(Demand max, Demand min) {
  return {.concurrency = 1, .max_demand = max, .min_demand = min};
}
[[nodiscard]] inline std::vector<int> numbers(int first, int last) {
  std::vector<int> all;
  for (int n = first; n <= last; ++n) all.push_back(n);
  return all;
}
inline void nothing(int& /*data*/) {}

/// Each acknowledgement as "0 1 | 2": done and failed.
[[nodiscard]] inline std::vector<std::string> text(const std::vector<Receipt>& receipts) {
  std::vector<std::string> all;
  for (const Receipt& receipt : receipts) {
    std::string line;
    for (const std::uint64_t tag : receipt.done) line += std::to_string(tag) + " ";
    line += "|";
    for (const auto& failure : receipt.failed) line += " " + std::to_string(failure.tag);
    all.push_back(line);
  }
  return all;
}

/// Ends a pipeline within a test.
template <class Handle>
void end(World& world, const Handle& handle) {
  handle.begin_drain(1s);
  world.settle();
}

}  // namespace sluice::pipeline_tests
