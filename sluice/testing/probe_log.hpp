#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// A probe saw something else than was expected. The text shows both.
class ProbeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a probe has seen, in order. Thread rule: any thread.
template <class Entry>
class ProbeLog {
 public:
  void add(Entry entry) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
  [[nodiscard]] std::vector<Entry> all() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  /// Everything seen since the last take.
  [[nodiscard]] std::vector<Entry> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(entries_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace sluice::inline v0::testing
