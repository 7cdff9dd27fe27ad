#pragma once

#include <memory>
#include <typeinfo>
#include <utility>
#include <vector>

#include "sluice/stage/consumer.hpp"
#include "sluice/stage/producer.hpp"

namespace sluice::inline v0 {

template <class In, class Out>
struct ProducerConsumerOptions {
  std::vector<SubscribeTo<In>> subscribe_to = {};
  DispatcherFor<Out> dispatcher = {};
  /// Unset size: `unlimited`. What waits is bounded by what handle_events makes of one message.
  BufferOptions buffer = {};
};

/// A stage that turns events into others. handle_events runs only while downstream has asked for more than it
/// got, and upstream is asked again only after it ran: back-pressure (genstage.md §7).
template <class In, class Out>
class ProducerConsumer : public Stage, public Receiver<In>, public Emitter<Out> {
 protected:
  explicit ProducerConsumer(ProducerConsumerOptions<In, Out> options = {})
      : ProducerConsumer(
            std::make_unique<Outlet<Out>>(OutletBase::Upward::to_credit, DemandFlow::forward,
                                          std::move(options.dispatcher),
                                          buffer_size_of(options.buffer, unlimited), options.buffer.keep),
            std::move(options.subscribe_to)) {}

 private:
  ProducerConsumer(std::unique_ptr<Outlet<Out>> outlet, std::vector<SubscribeTo<In>> initial)
      : Receiver<In>(std::move(initial)), Emitter<Out>(outlet.get()), made_(std::move(outlet)) {
    static_cast<Outlet<Out>&>(*made_).bind(*this);
  }
  std::unique_ptr<IntakeBase> take_intake() final { return this->take_made(); }
  std::unique_ptr<OutletBase> take_outlet() final { return std::move(made_); }
  const std::type_info& output_type() const noexcept final { return typeid(Out); }

  std::unique_ptr<OutletBase> made_;
};

}  // namespace sluice::inline v0
