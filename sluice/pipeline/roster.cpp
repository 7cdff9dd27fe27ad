#include "sluice/pipeline/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::pipeline {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::source: return "source";
    case Role::gate: return "gate";
    case Role::process: return "process";
    case Role::batcher: return "batcher";
    case Role::batch: return "batch";
  }
  return "?";
}

Roster::Roster(std::string pipeline, std::vector<Part> parts, std::function<void()> done)
    : pipeline_(std::move(pipeline)),
      parts_(std::move(parts)),
      running_(parts_.size()),
      done_(std::move(done)) {
  for (const Part& part : parts_) last_stages_ += part.last ? part.stages : 0;
}

void Roster::enter(Host& stage, std::size_t part) {
  {
    const std::lock_guard lock(mutex_);
    running_[part].emplace_back(&stage);
    std::erase(ended_, std::string(stage.name()));  // a group that is started anew
  }
  stage.when_ended(
      [me = shared_from_this(), &stage, part](const Reason& reason) { me->left(stage, part, reason); });
}

void Roster::left(const Host& stage, std::size_t part, const Reason& reason) {
  std::function<void()> done;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_[part], [&](const HostPtr& one) { return one.get() == &stage; });
    if (!parts_[part].last || reason.kind() != Reason::Kind::normal) return;
    ended_.emplace_back(stage.name());
    if (ended_.size() == last_stages_) done = std::exchange(done_, nullptr);
  }
  if (done) done();
}

std::string Roster::name_of(std::size_t part, std::size_t index) const {
  return fmt::format("{}.{}_{}", pipeline_, parts_[part].name, index);
}

std::vector<HostPtr> Roster::running() const {
  const std::lock_guard lock(mutex_);
  std::vector<HostPtr> all;
  for (const auto& part : running_) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace sluice::inline v0::pipeline
