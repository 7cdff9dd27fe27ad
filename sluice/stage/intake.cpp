#include "sluice/stage/intake.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

void check_edge(const Host* to, const Host& consumer, const SubscribeOptions& options) {
  check(options);
  if (to == nullptr) return;
  if (to == &consumer)
    throw OptionError("to", fmt::format("{} cannot subscribe to itself", consumer.label()));
  if (to->runtime() != consumer.runtime()) {
    throw OptionError("to",
                      fmt::format("{} belongs to another runtime than {}", to->label(), consumer.label()));
  }
}

void IntakeBase::open(const EdgePtr& edge, SubscribeOptions options, EdgePtr replaces, Reason why) {
  if (first_ == nullptr) all_polite_ = true;
  edge->in = Edge::Side::open;
  edge->retain();
  edge->previous_in = last_;
  (last_ != nullptr ? last_->next_in : first_) = edge.get();
  last_ = edge.get();

  const BorrowedSubscription from(*edge);
  edge->producer->post(MessagePtr(new Subscribe(edge, options, std::move(replaces), std::move(why))));
  DemandMode mode = DemandMode::automatic;
  if (!host_->run([&] { mode = callbacks_->handle_subscribe(options, from.get()); })) return;
  edge->mode = mode;
  if (mode == DemandMode::automatic) send_ask(*edge, edge->window.start());
}

void IntakeBase::missing(const std::string& name, OnCancel on_cancel) {
  if (on_cancel == OnCancel::temporary) return;
  host_->log(Severity::error, fmt::format("cannot subscribe: no stage is named \"{}\"", name));
  host_->stop(Reason::noproc());
}

std::optional<Duration> IntakeBase::wait_before_retry(const std::string& name, Backoff& backoff) {
  if (name.empty()) {
    host_->log(Severity::warning,
               "cannot subscribe again: the producer had no name, and only by its name it could be found");
    return std::nullopt;
  }
  const std::optional<Duration> delay = backoff.next(host_->draw());
  if (delay) {
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*delay);
    host_->log(Severity::info,
               fmt::format("producer \"{}\" is not there: subscribes again in {} ms", name, wait.count()));
  } else {
    host_->log(Severity::error,
               fmt::format("gives up: producer \"{}\" is not there after {} attempts in a row to subscribe",
                           name, backoff.attempts()));
    host_->stop(Reason::noproc());
  }
  return delay;
}

void IntakeBase::ask(Edge& edge, Demand n) {
  if (n == 0) return;
  if (!host_->in_callback()) {
    send_ask(edge, n);
    return;
  }
  if (!asks_) asks_ = std::make_unique<std::vector<PendingAsk>>();
  if (!asks_->empty() && asks_->back().edge.get() == &edge && asks_->back().n == n) {
    ++asks_->back().times;
  } else {
    asks_->push_back({EdgePtr(&edge), n, 1});
  }
}

void IntakeBase::flush_asks() {
  if (!asks_ || asks_->empty()) return;
  auto asks = std::move(*asks_);
  asks_->clear();
  for (const PendingAsk& ask : asks) {
    send_ask(*ask.edge, ask.n, ask.times);
  }
  asks.clear();
  if (asks_->empty()) *asks_ = std::move(asks);  // keeps the capacity
}

void IntakeBase::drain() {
  while (host_->outlet()->credit() != 0 && !queue_.empty() && !host_->ending()) {
    MessagePtr next = queue_.pop();
    Message& message = *next;
    message.deliver(std::move(next), *host_);
  }
}

void IntakeBase::place_info(UniqueFunction<void()> info) {
  auto deliver = [code = std::move(info)](Host& host) mutable {
    if (host.outlet() != nullptr) {
      host.outlet()->place_info(std::move(code));
    } else {
      host.run([&] { code(); });
    }
  };
  MessagePtr message = make_errand(std::move(deliver));
  if (queue_.empty()) {
    Message& now = *message;
    now.deliver(std::move(message), *host_);
  } else {
    queue_.push(std::move(message));
  }
}

void IntakeBase::end_with_upstreams() {
  ends_with_upstreams_ = true;
  if (first_ == nullptr && awaited_ == 0) host_->stop_when_drained({});
}

void IntakeBase::forget_renewals() {
  drop_renewals();
  awaited_ = 0;
  if (ends_with_upstreams_) end_with_upstreams();
}

void IntakeBase::cancelled(EdgePtr edge, Cancellation cancellation, Cancelled::Why why) {
  if (edge->in != Edge::Side::open) return;
  edge->in = Edge::Side::closed;
  unlink(*edge);
  edge->producer->post(MessagePtr(new Farewell(edge)));
  edge->release();  // the producer has sent its last message
  if (queue_.empty()) {
    finish_cancel(edge, cancellation, why);
  } else {
    queue_.push(
        make_errand([this, edge, cancellation, why](Host&) { finish_cancel(edge, cancellation, why); }));
  }
}

void IntakeBase::finish_cancel(const EdgePtr& edge, const Cancellation& cancellation, Cancelled::Why why) {
  const BorrowedSubscription from(*edge);
  all_polite_ = all_polite_ && cancellation.reason.polite();
  if (!host_->run([&] { host_->stage().cancelled(cancellation, from.get()); })) return;
  if (edge->on_cancel == OnCancel::retry) [[unlikely]] {
    if (why == Cancelled::Why::ended && cancellation.cause == Cancellation::Cause::down) {
      renew(*edge);
    } else {
      forget_renewal(edge->id);
    }
  }
  if (why == Cancelled::Why::replaced) return;  // D10: internal to a resubscribe
  if (first_ == nullptr && awaited_ == 0 && all_polite_) {
    if (!host_->run([&] { callbacks_->handle_upstream_done(); })) return;
  }
  if (ends_with_upstreams_ && first_ == nullptr && awaited_ == 0 && cancellation.reason.polite())
    return host_->stop_when_drained(cancellation.reason);
  if (cancellation.reason == Reason("already_subscribed")) return;  // R8.3
  const bool follow = edge->on_cancel == OnCancel::permanent ||
                      (edge->on_cancel == OnCancel::transient && !cancellation.reason.polite());
  if (!follow) return;
  host_->log(Severity::info,
             fmt::format("ends because its producer {} {}: {}", edge->producer->label(),
                         cancellation.cause == Cancellation::Cause::down ? "is down" : "cancelled",
                         cancellation.reason.to_string()));
  if (cancellation.reason.polite()) {
    host_->stop_when_drained(cancellation.reason);
  } else {
    host_->stop(cancellation.reason);
  }
}

void IntakeBase::unlink(Edge& edge) noexcept {
  (edge.previous_in != nullptr ? edge.previous_in->next_in : first_) = edge.next_in;
  (edge.next_in != nullptr ? edge.next_in->previous_in : last_) = edge.previous_in;
  edge.next_in = edge.previous_in = nullptr;
}

void IntakeBase::unknown(Edge& edge, std::size_t events) {
  host_->lost_received.add(events);
  edge.producer->post(MessagePtr(new CancelRequest(EdgePtr(&edge), Reason("unknown_subscription"))));
}

void IntakeBase::log_excess(const Edge& edge, Demand events) const {
  host_->log(Severity::error, fmt::format("{} events too many from {}: nobody asked for them", events,
                                          edge.producer->label()));
}

void IntakeBase::pause(Edge& edge) { edge.window.pause(); }

void IntakeBase::resume(Edge& edge) {
  if (edge.mode == DemandMode::automatic) {
    send_ask(edge, edge.window.resume());
  }
}

void IntakeBase::change(Edge& edge, Demand max, Demand min) {
  const Demand ask = edge.window.change(max, min);
  if (edge.mode == DemandMode::automatic) send_ask(edge, ask);
}

bool IntakeBase::expects_events() const noexcept {
  for (const Edge* edge = first_; edge != nullptr; edge = edge->next_in) {
    if (edge->mode == DemandMode::manual || edge->window.pending() != 0) return true;
  }
  return false;
}

void IntakeBase::report(StageInfo& info) const {
  info.queued = queued_;
  for (const Edge* edge = first_; edge != nullptr; edge = edge->next_in) {
    info.producers.push_back({.id = edge->id,
                              .peer = edge->producer->id(),
                              .peer_name = std::string(edge->producer->name()),
                              .max_demand = edge->window.max(),
                              .min_demand = edge->window.min(),
                              .pending = edge->window.pending(),
                              .delivered = edge->received.value(),
                              .paused = edge->window.paused()});
  }
}

void IntakeBase::report(EventCounts& counts) const noexcept {
  counts.received = received_.value();
  counts.handled = handled_.value();
}

void IntakeBase::end(const Reason& reason) {
  while (!queue_.empty()) {
    const MessagePtr message = queue_.pop();
    message->abandon(*host_, reason);
  }
  queued_ = 0;
  while (Edge* const edge = first_) {
    unlink(*edge);
    edge->in = Edge::Side::closed;
    edge->producer->post(MessagePtr(new EdgeDown(EdgePtr(edge), reason)));
    edge->release();
  }
}

void Cancelled::deliver(std::unique_ptr<Message> /*self*/, Host& at) {
  at.intake()->cancelled(edge_, {Cancellation::Cause::cancelled, reason_}, why_);
}

}  // namespace sluice::inline v0
