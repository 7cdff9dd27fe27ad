#include "sluice/stage/outlet_base.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/stage/intake.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

namespace {

std::string_view to_string(Discard why) {
  switch (why) {
    case Discard::buffer_full: return "its buffer is full";
    case Discard::lane_full: return "a partition's queue is full";
    case Discard::routed_away: return "the route dropped them";
  }
  return "unknown";
}

}  // namespace

void OutletBase::subscribe(EdgePtr edge, const SubscribeOptions& options, const EdgePtr& replaces,
                           const Reason& why) {
  if (edge->out == Edge::Side::open || edge->out == Edge::Side::closed) {
    host_->log(Severity::error, fmt::format("subscription {} of {} exists already: duplicate refused",
                                            edge->id.value, edge->consumer->label()));
    edge->consumer->post(MessagePtr(new Cancelled(edge, Reason("duplicated_subscription"))));
    return;
  }
  if (replaces && replaces->producer.get() == host_ && replaces->out == Edge::Side::open) {
    cancel(replaces, {Cancellation::Cause::cancelled, why}, Cancelled::Why::replaced);
  }
  if (edge->out == Edge::Side::stillborn) return;  // its consumer knows
  edge->out = Edge::Side::open;
  add(*edge);
  if (host_->ending()) return;  // the end tells the newcomer

  const BorrowedSubscription from(*edge);
  if (!host_->run([&] { callbacks_->handle_subscriber(options, from.get()); })) return;
  Demand demand = 0;
  std::optional<Reason> refused;
  try {
    demand = seat(*edge, {options, edge->consumer->name()});
    edge->seated = true;
  } catch (const Refused& refusal) {
    refused = refusal.reason();
  } catch (...) {
    refused = Reason::of(std::current_exception());
  }
  if (refused) {
    host_->log(Severity::error,
               fmt::format("subscription of {} refused: {}", edge->consumer->label(), refused->to_string()));
    cancel(edge, {Cancellation::Cause::cancelled, *refused});
  } else {
    offer(demand);
  }
}

void OutletBase::ask(Edge& edge, Demand n, std::uint64_t times) {
  if (edge.out != Edge::Side::open) return;  // its Cancelled is on the way
  for (; times != 0 && !host_->ending() && edge.out == Edge::Side::open; --times) {
    edge.asked.add(n);
    Demand up = 0;
    if (!host_->guard([&] { up = ask_dispatcher(edge, n); })) return;
    offer(up);
  }
}

void OutletBase::offer(Demand d) {
  if (flow_ == DemandFlow::accumulate) {
    if (d == 0) return;
    auto& held = rare().held;
    if (!held.empty() && held.back().n == d) {
      ++held.back().times;
    } else {
      held.push_back({d, 1});
    }
    return;
  }
  const Demand placed = drain();
  use_credit(take_demand(placed, d));  // more than is asked for now: it met what was owed since before
  if (!host_->ending()) pass_up(take_demand(d, placed));
}

void OutletBase::pass_up(Demand d) {
  if (upward_ == Upward::to_credit) {
    credit_ = add_demand(credit_, d);
    host_->intake()->drain();
  } else if (d != 0 && !closed_) {
    expect(static_cast<std::size_t>(d));
    host_->run([&] { callbacks_->demanded(d); });
  }
}

void OutletBase::ask_again(Demand d) {
  if (d == 0) return;
  host_->post(make_errand([d](Host& host) { host.outlet()->offer(d); }));
}

void OutletBase::set_flow(DemandFlow flow) {
  if (upward_ == Upward::to_credit && flow == DemandFlow::accumulate) {  // R6.10
    host_->log(Severity::error, "demand_flow: only a producer can accumulate demand");
    return;
  }
  if (flow == flow_) return;
  flow_ = flow;
  if (flow == DemandFlow::accumulate) return;
  drain();
  if (!rare_) return;
  for (const Held& held : std::exchange(rare_->held, {})) {
    for (std::uint64_t i = 0; i < held.times && !host_->ending(); ++i) offer(held.n);
  }
}

void OutletBase::cancel(EdgePtr edge, Cancellation cancellation, Cancelled::Why why) {
  // D15: also a cancel for a subscription that is over is answered.
  edge->consumer->post(MessagePtr(new Cancelled(edge, cancellation.reason, why)));
  if (edge->out == Edge::Side::fresh) edge->out = Edge::Side::stillborn;
  if (edge->out != Edge::Side::open) return;
  edge->out = Edge::Side::closed;
  remove(*edge);
  edge->next_out = leaving_;
  edge->previous_out = nullptr;
  if (leaving_ != nullptr) leaving_->previous_out = edge.get();
  leaving_ = edge.get();
  if (edge->farewell) let_go(*edge);

  // Not in the dispatcher any more when the callback emits: nothing may follow the Cancelled.
  Demand up = 0;
  const bool seated = std::exchange(edge->seated, false);
  if (seated) host_->guard([&] { up = unseat(*edge); });
  const BorrowedSubscription from(*edge);
  if (!host_->ending()) host_->run([&] { host_->stage().cancelled(cancellation, from.get()); });
  if (seated && !host_->ending()) offer(up);
}

void OutletBase::down(EdgePtr edge, const Reason& reason) {
  if (edge->out == Edge::Side::open) {
    edge->farewell = true;
    cancel(edge, {Cancellation::Cause::down, reason});
  } else {
    farewell(*edge);
  }
}

void OutletBase::farewell(Edge& edge) {
  if (std::exchange(edge.farewell, true)) return;
  if (edge.out == Edge::Side::closed) let_go(edge);
}

void OutletBase::add(Edge& edge) noexcept {
  edge.retain();
  edge.previous_out = last_;
  edge.next_out = nullptr;
  (last_ != nullptr ? last_->next_out : first_) = &edge;
  last_ = &edge;
}

void OutletBase::remove(Edge& edge) noexcept {
  (edge.previous_out != nullptr ? edge.previous_out->next_out : first_) = edge.next_out;
  (edge.next_out != nullptr ? edge.next_out->previous_out : last_) = edge.previous_out;
}

void OutletBase::let_go(Edge& edge) noexcept {
  (edge.previous_out != nullptr ? edge.previous_out->next_out : leaving_) = edge.next_out;
  if (edge.next_out != nullptr) edge.next_out->previous_out = edge.previous_out;
  edge.release();
}

void OutletBase::note_discarded(std::size_t count, Discard why) noexcept {
  if (count == 0) return;
  const auto i = static_cast<std::size_t>(why);
  has_discards_ = true;
  rare().fresh_discards[i] += count;
  rare().discarded[i].add(count);
}

void OutletBase::report_discarded() {
  if (!has_discards_ || reporting_ || host_->in_callback()) return;
  reporting_ = true;
  has_discards_ = false;
  for (const Discard why : {Discard::buffer_full, Discard::lane_full}) {
    const std::size_t count = std::exchange(rare_->fresh_discards[static_cast<std::size_t>(why)], 0);
    if (count == 0) continue;
    Report report = Report::log;
    if (!host_->ending()) host_->run([&] { report = callbacks_->handle_discarded(count, why); });
    if (report == Report::log) {
      host_->log(Severity::warning, fmt::format("discarded {} events: {}", count, to_string(why)));
    }
  }
  reporting_ = false;
}

void OutletBase::place_info(UniqueFunction<void()> info) {
  const InfoId id{host_->new_id()};
  rare().infos.emplace(id, std::move(info));
  if (buffer_empty()) {
    host_->guard([&] { give_info_to_dispatcher(id); });
  } else {
    mark_buffer(id);
  }
}

void OutletBase::release_info(InfoId info) {
  const auto found = rare().infos.find(info);
  if (found == rare_->infos.end()) return;
  host_->post(
      make_errand([code = std::move(found->second)](Host& host) mutable { host.run([&] { code(); }); }));
  rare_->infos.erase(found);
}

void OutletBase::report(StageInfo& info) const {
  info.dispatcher = dispatcher_name();
  info.demand_flow = flow_;
  info.buffered = buffered();
  info.buffer_capacity = buffer_capacity();
  info.credit = credit_;
  for (const Edge* edge = first_; edge != nullptr; edge = edge->next_out) {
    const std::uint64_t asked = edge->asked.value();
    const std::uint64_t delivered = edge->delivered.value();
    info.consumers.push_back({.id = edge->id,
                              .peer = edge->consumer->id(),
                              .peer_name = std::string(edge->consumer->name()),
                              .pending = asked - std::min(asked, delivered),
                              .asked = asked,
                              .delivered = delivered});
  }
}

void OutletBase::report(EventCounts& counts) const noexcept {
  counts.emitted = emitted_.value();
  counts.delivered = delivered_.value();
  if (!rare_) return;
  const auto discarded = [this](Discard why) {
    return rare_->discarded[static_cast<std::size_t>(why)].value();
  };
  counts.discarded_buffer_full = discarded(Discard::buffer_full);
  counts.discarded_lane_full = discarded(Discard::lane_full);
  counts.routed_away = discarded(Discard::routed_away);
}

void OutletBase::end(const Reason& reason) {
  host_->lost_emitted.add(forget() + buffered());
  while (Edge* const edge = first_) {
    remove(*edge);
    edge->out = Edge::Side::closed;
    edge->consumer->post(MessagePtr(new EdgeDown(EdgePtr(edge), reason)));
    edge->release();
  }
  while (leaving_ != nullptr) let_go(*leaving_);
}

// -- the messages a producer receives

void Subscribe::deliver(std::unique_ptr<Message> /*self*/, Host& at) {
  if (at.outlet() == nullptr) {  // cannot happen over typed handles
    at.log(Severity::error, "asked for a subscription, but it emits nothing");
    edge_->consumer->post(MessagePtr(new Cancelled(edge_, Reason("not_a_producer"))));
    return;
  }
  at.outlet()->subscribe(edge_, options_, replaces_, why_);
}

void Subscribe::abandon(Host& /*at*/, const Reason& why) {
  edge_->consumer->post(MessagePtr(new EdgeDown(edge_, why)));
}

void Ask::deliver(std::unique_ptr<Message> /*self*/, Host& at) { at.outlet()->ask(*edge_, n_, times_); }

void CancelRequest::deliver(std::unique_ptr<Message> /*self*/, Host& at) {
  at.outlet()->cancel(edge_, {Cancellation::Cause::cancelled, reason_});
}

void Farewell::deliver(std::unique_ptr<Message> /*self*/, Host& at) { at.outlet()->farewell(*edge_); }

void EdgeDown::deliver(std::unique_ptr<Message> /*self*/, Host& at) {
  if (edge_->consumer.get() == &at) {
    at.intake()->cancelled(edge_, {Cancellation::Cause::down, reason_}, Cancelled::Why::ended);
  } else {
    at.outlet()->down(edge_, reason_);
  }
}

}  // namespace sluice::inline v0
