#include "sluice/stage/host.hpp"

#include <fmt/format.h>

#include "sluice/stage/intake.hpp"
#include "sluice/stage/outlet_base.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

Host::Host(StageId id) noexcept : id_(id) {}
Host::~Host() = default;

std::string Host::label() const {
  const std::string_view own = name();
  return own.empty() ? fmt::format("#{}", id_.value) : std::string(own);
}

void Host::end_with(Reason reason, bool run_terminate, bool failed) {
  if (end_) return;
  end_ = std::make_unique<End>();
  end_->reason = std::move(reason);
  end_->run_terminate = run_terminate;
  end_->failed = failed;
  stopping_.store(true, std::memory_order_relaxed);
}

void Host::stop(Reason reason) { end_with(std::move(reason), true, false); }

void Host::ask_to_stop(Reason reason) {
  if (stage_->has_children()) {
    run([&] { stage_->wind_down(reason); });
  } else {
    stop(std::move(reason));
  }
}

void Host::fail(std::exception_ptr exception) {
  if (end_) {  // stop() came first, but the exception is what the user must hear of
    end_->failed = true;
    log(Severity::error, fmt::format("threw after stop: {}", Reason::of(std::move(exception)).to_string()));
    return;
  }
  end_with(Reason::of(std::move(exception)), true, true);
}

void Host::stop_when_drained(Reason reason) {
  if (end_ || end_when_drained_) return;
  if (drained()) {
    stop(std::move(reason));
  } else {
    end_when_drained_ = std::make_unique<Reason>(std::move(reason));
  }
}

bool Host::drained() const noexcept {
  return (!intake_ || (intake_->queue_empty() && intake_->queued() == 0)) &&
         (!outlet_ || outlet_->buffered() == 0) && !stage_->has_work();
}

void Host::settle_failure() {
  if (was_killed()) end_with(Reason::killed(), false, true);
  if (outlet_) lost_emitted.add(outlet_->forget());
}

void Host::defer(UniqueFunction<void()> work) {
  if (!in_callback_) {
    work();
    return;
  }
  if (!deferred_) deferred_ = std::make_unique<std::vector<UniqueFunction<void()>>>();
  deferred_->push_back(std::move(work));
}

void Host::run_deferred() {
  const auto work = std::move(deferred_);
  for (auto& one : *work) {
    if (ending()) return;
    one();
  }
}

void Host::lose_unread(std::size_t events) {
  if (on_own_turn()) intake_->note_received(events);
  lose_received(events);
}

void Host::lose_received(std::size_t events) {
  if (on_own_turn()) {
    lost_received.add(events);
  } else {
    lost_late(events);
  }
}

EventCounts Host::counts() const {
  EventCounts counts;
  if (intake_) intake_->report(counts);
  if (outlet_) outlet_->report(counts);
  counts.lost_received = lost_received.value();
  counts.lost_emitted = lost_emitted.value();
  return counts;
}

StageInfo Host::info() {
  StageInfo info;
  info.id = id_;
  info.name = name();
  info.kind = intake_ ? (outlet_ ? StageKind::producer_consumer : StageKind::consumer)
                      : (outlet_ ? StageKind::producer : StageKind::other);
  info.callbacks = callbacks_run.value();
  info.events = counts();
  try {
    if (stage_) info.description = stage_->describe();
  } catch (...) {
    log(Severity::warning,
        fmt::format("describe threw: {}", Reason::of(std::current_exception()).to_string()));
  }
  if (intake_) intake_->report(info);
  if (outlet_) outlet_->report(info);
  return info;
}

}  // namespace sluice::inline v0
