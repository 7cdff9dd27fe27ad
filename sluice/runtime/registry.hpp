#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "sluice/stage/host.hpp"

namespace sluice::inline v0 {

/// Names of stages. A name is taken before its stage is constructed. Thread rule: any thread.
class Registry {
 public:
  enum class Taken : unsigned char { now, before };

  /// Taken::before: somebody else has it; `holder` is set unless that stage is still being constructed.
  [[nodiscard]] Taken take(const std::string& name, HostPtr& holder) {
    const std::lock_guard lock(mutex_);
    const auto [at, inserted] = names_.try_emplace(name);
    holder = at->second;
    return inserted ? Taken::now : Taken::before;
  }
  void set(std::string_view name, HostPtr host) {
    const std::lock_guard lock(mutex_);
    if (const auto at = names_.find(name); at != names_.end()) at->second = std::move(host);
  }
  void give_back(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (const auto at = names_.find(name); at != names_.end()) names_.erase(at);
  }
  /// Empty: nobody has it.
  [[nodiscard]] HostPtr find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto at = names_.find(name);
    return at == names_.end() ? HostPtr() : at->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, HostPtr, std::less<>> names_;
};

}  // namespace sluice::inline v0
