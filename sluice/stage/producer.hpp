#pragma once

#include <memory>
#include <typeinfo>
#include <utility>

#include "sluice/stage/outlet.hpp"
#include "sluice/stage/stage.hpp"

namespace sluice::inline v0 {

template <class T>
struct ProducerOptions {
  /// Who gets which events; empty: by_demand().
  DispatcherFor<T> dispatcher = {};
  /// Unset size: 10,000 events.
  BufferOptions buffer = {};
  DemandFlow demand = DemandFlow::forward;
};

/// A stage that emits events when it is asked for them. Derive, override handle_demand, emit.
template <class Out>
class Producer : public Stage, public Emitter<Out> {
 public:
  using Output = Out;
  static constexpr Demand default_buffer = 10'000;

 protected:
  explicit Producer(ProducerOptions<Out> options = {})
      : Producer(std::make_unique<Outlet<Out>>(
            OutletBase::Upward::to_callback, options.demand, std::move(options.dispatcher),
            buffer_size_of(options.buffer, default_buffer), options.buffer.keep)) {}

  /// Consumers want n >= 1 more events. Emitting fewer now is a debt to be met later (from a timer, a cast
  /// …); what is emitted beyond it is buffered (R3.10). One call per ask.
  virtual void handle_demand(Demand n) = 0;

 private:
  explicit Producer(std::unique_ptr<Outlet<Out>> outlet) noexcept
      : Emitter<Out>(outlet.get()), made_(std::move(outlet)) {
    static_cast<Outlet<Out>&>(*made_).bind(*this);
  }
  void demanded(Demand n) final { handle_demand(n); }
  std::unique_ptr<OutletBase> take_outlet() final { return std::move(made_); }
  const std::type_info& output_type() const noexcept final { return typeid(Out); }

  std::unique_ptr<OutletBase> made_;
};

}  // namespace sluice::inline v0
