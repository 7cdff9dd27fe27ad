#include "sluice/stage/subscription.hpp"

#include "sluice/stage/edge.hpp"
#include "sluice/stage/intake.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

namespace {

/// On the consumer's turn: now. From elsewhere: as a message to it.
template <class F>
void on_consumer(Edge* edge, F what) {
  if (edge == nullptr || !edge->consumer) return;
  if (edge->consumer->on_own_turn()) {
    what(*edge);
  } else {
    edge->consumer->post(make_errand([keep = EdgePtr(edge), what](Host&) mutable {
      if (keep->in == Edge::Side::open) what(*keep);
    }));
  }
}

}  // namespace

Subscription::Subscription(Edge* edge) noexcept : edge_(edge) {
  if (edge_ != nullptr) edge_->retain();
}
Subscription::Subscription(const Subscription& other) noexcept : Subscription(other.edge_) {}
void Subscription::drop() noexcept { edge_->release(); }

SubscriptionId Subscription::id() const noexcept { return edge_ != nullptr ? edge_->id : SubscriptionId{}; }
AnyRef Subscription::producer() const { return edge_ != nullptr ? AnyRef(edge_->producer) : AnyRef(); }
AnyRef Subscription::consumer() const { return edge_ != nullptr ? AnyRef(edge_->consumer) : AnyRef(); }

void Subscription::ask(Demand n) const noexcept {
  on_consumer(edge_, [n](Edge& edge) { edge.consumer->intake()->ask(edge, n); });
}

void Subscription::cancel(Reason reason) const noexcept {
  if (edge_ == nullptr) return;
  if (edge_->on_cancel == OnCancel::retry && edge_->consumer) {
    edge_->consumer->post(make_errand([id = edge_->id](Host& at) { at.intake()->forget_renewal(id); }));
  }
  if (!edge_->producer) return;
  edge_->producer->post(MessagePtr(new CancelRequest(EdgePtr(edge_), std::move(reason))));
}

void Subscription::pause() const noexcept {
  on_consumer(edge_, [](Edge& edge) { edge.consumer->intake()->pause(edge); });
}

void Subscription::resume() const noexcept {
  on_consumer(edge_, [](Edge& edge) { edge.consumer->intake()->resume(edge); });
}

void Subscription::change_demand(Demand max_demand, Demand min_demand) const {
  SubscribeOptions terms;
  terms.max_demand = max_demand;
  terms.min_demand = min_demand;
  check(terms);
  on_consumer(edge_, [=](Edge& edge) { edge.consumer->intake()->change(edge, max_demand, min_demand); });
}

}  // namespace sluice::inline v0
