#include "sluice/stage/stage.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace sluice::inline v0 {

AnyRef Stage::self() const { return AnyRef(HostPtr(host_)); }
void Stage::stop(Reason reason) { host_->stop(std::move(reason)); }
bool Stage::stopping() const { return host_->stopping(); }
TimerId Stage::after(Duration delay) { return host_->start_timer(delay, Duration::zero()); }
TimerId Stage::every(Duration period) {
  if (period <= Duration::zero())
    throw OptionError("period", fmt::format("must be positive, got {} ns", period.count()));
  return host_->start_timer(period, period);
}
void Stage::cancel(TimerId timer) { host_->cancel_timer(timer); }
MonitorId Stage::monitor(const AnyRef& other) { return host_->monitor(other.host()); }
void Stage::demonitor(MonitorId monitor) { host_->demonitor(monitor); }
void Stage::link(const AnyRef& other) { host_->link(other.host()); }
void Stage::unlink(const AnyRef& other) { host_->unlink(other.host()); }
void Stage::busy_for(Duration time) { host_->busy_for(time); }
Instant Stage::now() const { return host_->now(); }
void Stage::log(Severity severity, std::string text) const { host_->log(severity, std::move(text)); }
void Stage::info(UniqueFunction<void()> code) {
  host_->post(make_errand([code = std::move(code)](Host& at) mutable { place_info(at, std::move(code)); }));
}

void place_info(Host& at, UniqueFunction<void()> code) {
  if (at.intake() != nullptr) {
    at.intake()->place_info(std::move(code));
  } else if (at.outlet() != nullptr) {
    at.outlet()->place_info(std::move(code));
  } else {
    at.run([&] { code(); });
  }
}

namespace detail {

void forbid_in_callback(const Host& host, const char* what) {
  if (host.inside_any_callback()) {
    throw std::logic_error(fmt::format("{}: it would block inside a callback; use request() there", what));
  }
}

}  // namespace detail

void AnyRef::stop_async(Reason reason) const {
  if (!host_) return;
  host_->post(make_errand([reason = std::move(reason)](Host& at) { at.ask_to_stop(reason); }));
}

void AnyRef::stop(Reason reason, Duration timeout) const {
  Host& at = checked();
  detail::forbid_in_callback(at, "stop");
  const auto answer = std::make_shared<detail::AwaitedAnswer<void>>();
  class StopMessage final : public Message {
   public:
    StopMessage(std::shared_ptr<detail::AwaitedAnswer<void>> to, Reason reason)
        : to_(std::move(to)), reason_(std::move(reason)) {}
    void deliver(std::unique_ptr<Message> /*self*/, Host& host) override {
      host.ask_to_stop(reason_);
      auto tell = [to = to_, wanted = reason_](const Reason& why) {
        if (why == wanted) {
          to->settle(std::monostate{});
        } else {
          to->settle(CallError(CallError::Kind::down, why));
        }
      };
      host.ending() ? host.at_end(std::move(tell)) : host.when_ended(std::move(tell));
    }
    void abandon(Host& /*at*/, const Reason& why) override { to_->settle(detail::call_error(why)); }

   private:
    std::shared_ptr<detail::AwaitedAnswer<void>> to_;
    Reason reason_;
  };
  at.post(MessagePtr(new StopMessage(answer, std::move(reason))));
  answer->wait(at, timeout);
}

void AnyRef::kill() const {
  if (host_) host_->kill();
}

StageInfo AnyRef::inspect(Duration timeout) const {
  return detail::call_host<StageInfo>(checked(), [](Host& at) { return at.info(); }, timeout);
}

}  // namespace sluice::inline v0
