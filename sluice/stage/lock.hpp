#pragma once

#include <memory>

namespace sluice::inline v0 {

/// A mutex that a header may hold without including <mutex>. Thread rule: any thread.
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// Has the lock as long as it lives.
  class Held {
   public:
    explicit Held(Lock& lock);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    Lock& lock_;
  };

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::inline v0
