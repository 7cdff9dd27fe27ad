#include "account.hpp"

namespace sluice::soak {

void Account::deliver(const Parcel* first, const Parcel* last) {
  {
    const std::lock_guard lock(mutex_);
    for (const Parcel* one = first; one != last; ++one) {
      note(one->number);
      if (!whole_line(*one)) ++astray_;
      if (one->number >= watched_from_) paths_ |= one->path;
    }
    delivered_ += static_cast<std::uint64_t>(last - first);
  }
  came_.notify_one();
}

void Account::note(std::uint64_t number) {
  for (; newest_ < number; ++newest_) seen_[(newest_ + 1) % window] = false;
  if (newest_ - number >= window) {
    ++too_old_;
    return;
  }
  if (seen_[number % window]) ++twice_;
  seen_[number % window] = true;
}

template <class Done>
bool Account::await_until(Done done, std::chrono::seconds patience) const {
  std::unique_lock lock(mutex_);
  while (!done()) {
    const std::uint64_t before = delivered_;
    const bool woken = came_.wait_for(lock, patience, [&] { return done() || delivered_ != before; });
    if (!woken) return false;
  }
  return true;
}

bool Account::await(std::uint64_t delivered, std::chrono::seconds patience) const {
  return await_until([&] { return delivered_ >= delivered; }, patience);
}

bool Account::await_paths(std::uint32_t steps, std::chrono::seconds patience) const {
  // A lane that stands still while the others flow would be waited for without end.
  constexpr std::uint64_t enough = 20'000'000;
  const std::uint64_t most = delivered() + enough;
  const auto complete = [&] { return (paths_ & steps) == steps; };
  return await_until([&] { return complete() || delivered_ >= most; }, patience) && [&] {
    const std::lock_guard lock(mutex_);
    return complete();
  }();
}

void Account::watch_paths(std::uint64_t from) {
  const std::lock_guard lock(mutex_);
  watched_from_ = from;
  paths_ = 0;
}

std::uint64_t Account::delivered() const {
  const std::lock_guard lock(mutex_);
  return delivered_;
}

std::uint64_t Account::twice() const {
  const std::lock_guard lock(mutex_);
  return twice_;
}

std::uint64_t Account::astray() const {
  const std::lock_guard lock(mutex_);
  return astray_;
}

std::uint64_t Account::too_old() const {
  const std::lock_guard lock(mutex_);
  return too_old_;
}

}  // namespace sluice::soak
