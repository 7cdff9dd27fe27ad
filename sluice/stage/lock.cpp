#include "sluice/stage/lock.hpp"

#include <mutex>

namespace sluice::inline v0 {

struct Lock::State {
  std::mutex mutex;
};

Lock::Lock() : state_(std::make_unique<State>()) {}
Lock::~Lock() = default;

Lock::Held::Held(Lock& lock) : lock_(lock) { lock_.state_->mutex.lock(); }
Lock::Held::~Held() { lock_.state_->mutex.unlock(); }

}  // namespace sluice::inline v0
