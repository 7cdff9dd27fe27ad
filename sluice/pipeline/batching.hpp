#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/core/hash.hpp"
#include "sluice/core/time.hpp"
#include "sluice/pipeline/batch.hpp"

namespace sluice::inline v0::pipeline {

/// Whether a batch goes on.
enum class Split : unsigned char {
  more,  ///< it waits for more
  emit,  ///< it goes on with this message
  /// It goes on without this message, and next() is called with it again, for the batch that it begins.
  emit_before,
};

namespace detail {
/// Throws std::length_error with both numbers.
[[noreturn]] void refuse_weight(std::size_t weight, std::size_t most);
}  // namespace detail

/// Decides message by message where a batch ends; one for each key. Its state outlives the batch that it
/// ended (P1); one that ends by time or flush lets go of it.
template <class T>
class Splitter {
 public:
  Splitter() = default;
  virtual ~Splitter() = default;
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;
  [[nodiscard]] virtual Split next(const T& data) = 0;
  /// Whether a batch that ends leaves nothing that the next one needs.
  [[nodiscard]] virtual bool starts_anew() const noexcept { return true; }
};

/// How messages become batches. `key` and `partition` may be empty.
template <class T>
struct BatchPlan {
  std::string batcher;
  Duration within;
  /// Messages of a batch, as far as is known.
  std::size_t expected = 0;
  std::function<std::unique_ptr<Splitter<T>>()> splitter;
  std::function<BatchKey(const T&)> key;
  std::function<std::size_t(const T&)> partition;
};

/// Collects messages by key (pipeline.md §6): data in, data out. Takes the time, has no clock; `out` is
/// called with each batch that goes on.
template <class T>
class Batching {
 public:
  explicit Batching(BatchPlan<T> plan) : plan_(std::move(plan)) {}

  /// A list as it came (B6.1, B6.3): batches with a message that does not wait go on at the end of its run of
  /// equal keys. What a user's function throws fails its message.
  template <class Out>
  void add(std::span<Message<T>> list, Instant now, Out&& out) {
    for (Message<T>& message : list) {
      std::optional<Place> place = place_of(message);
      if (!place) continue;
      if (run_ && !(*place == run_->place)) end_run(out);
      add_one(std::move(message), *place, now, out);
    }
    end_run(out);
  }
  /// What waits long enough goes on (B6.4).
  template <class Out>
  void expire(Instant now, Out&& out) {
    while (!by_age_.empty() && by_age_.front()->deadline <= now)
      deliver(by_age_.front(), BatchTrigger::timeout, out);
  }
  /// Everything goes on (B6.5).
  template <class Out>
  void flush(Out&& out) {
    while (!by_age_.empty()) deliver(by_age_.front(), BatchTrigger::flush, out);
  }
  /// When the oldest batch has waited long enough.
  [[nodiscard]] std::optional<Instant> next_deadline() const {
    return by_age_.empty() ? std::nullopt : std::optional(by_age_.front()->deadline);
  }
  /// Messages that wait.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
  /// Batches that wait.
  [[nodiscard]] std::size_t open() const noexcept { return by_age_.size(); }

 private:
  struct Place {
    BatchKey key;
    std::optional<std::size_t> partition;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct HashOfPlace {
    std::size_t operator()(const Place& place) const noexcept {
      return combine_hashes(place.key.hash(), place.partition.value_or(0));
    }
  };
  /// The batch of one key, or, while it is empty, what the splitter of the last one has left.
  struct Open {
    Place place;
    std::unique_ptr<Splitter<T>> splitter;
    Events<Message<T>> messages;
    Instant deadline = {};
    typename std::list<Open*>::iterator age = {};
  };
  /// Messages of one key that came together.
  struct Run {
    Place place;
    bool flush = false;
  };

  [[nodiscard]] std::optional<Place> place_of(Message<T>& message) {
    try {
      Place place;
      if (const BatchKey* const own = message.key(); own != nullptr && !own->empty()) {
        place.key = *own;
      } else if (plan_.key) {
        place.key = plan_.key(message.data());
      }
      if (plan_.partition) place.partition = plan_.partition(message.data());
      return place;
    } catch (...) {
      message.fail_if_open(Reason::of(std::current_exception()));
      return std::nullopt;
    }
  }

  template <class Out>
  void add_one(Message<T>&& message, const Place& place, Instant now, Out& out) {
    Open* batch = &opened(place);
    Split split = Split::more;
    try {
      split = batch->splitter->next(message.data());
      if (split == Split::emit_before && !batch->messages.empty()) {
        deliver(batch, BatchTrigger::size, out);
        batch = &opened(place);
        split = batch->splitter->next(message.data());
      }
    } catch (...) {
      message.fail_if_open(Reason::of(std::current_exception()));
      if (batch->messages.empty() && batch->splitter->starts_anew()) forget(*batch);
      return;
    }
    if (!run_) run_.emplace(Run{place});
    if (message.batch_mode() == BatchMode::flush) run_->flush = true;
    if (batch->messages.empty()) {
      batch->deadline = after(now, plan_.within);
      batch->age = by_age_.insert(by_age_.end(), batch);
    }
    batch->messages.push_back(std::move(message));
    ++waiting_;
    if (split != Split::more) deliver(batch, BatchTrigger::size, out);
  }

  [[nodiscard]] Open& opened(const Place& place) {
    if (newest_ != nullptr && newest_->place == place) return *newest_;
    const auto [found, is_new] = batches_.try_emplace(place);
    Open& batch = found->second;
    if (is_new) {
      batch.place = place;
      batch.splitter = plan_.splitter();
      batch.messages.reserve(plan_.expected);
    }
    newest_ = &batch;
    return batch;
  }

  template <class Out>
  void end_run(Out& out) {
    if (!run_) return;
    const Run run = *std::exchange(run_, {});
    if (!run.flush) return;
    const auto found = batches_.find(run.place);
    if (found != batches_.end() && !found->second.messages.empty())
      deliver(&found->second, BatchTrigger::flush, out);
  }

  template <class Out>
  void deliver(Open* batch, BatchTrigger trigger, Out& out) {
    by_age_.erase(batch->age);
    waiting_ -= batch->messages.size();
    Batch<T> ready(std::move(batch->messages),
                   BatchInfo{plan_.batcher, batch->place.key, batch->place.partition, trigger});
    batch->messages = {};
    if (trigger != BatchTrigger::size || batch->splitter->starts_anew()) forget(*batch);
    out(std::move(ready));
  }

  void forget(const Open& batch) {
    if (newest_ == &batch) newest_ = nullptr;
    batches_.erase(batches_.find(batch.place));
  }

  BatchPlan<T> plan_;
  std::unordered_map<Place, Open, HashOfPlace> batches_;
  Open* newest_ = nullptr;  // the one used last; it is of most messages
  std::list<Open*> by_age_;
  std::optional<Run> run_;
  std::size_t waiting_ = 0;
};

}  // namespace sluice::inline v0::pipeline
