#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "sluice/core/demand_window.hpp"
#include "sluice/core/ids.hpp"
#include "sluice/core/options.hpp"
#include "sluice/dispatch/dispatcher.hpp"
#include "sluice/observe/counters.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/subscription.hpp"

namespace sluice::inline v0 {

/// The state of one subscription, shared by its two stages.
///
/// Thread rule: each side touches only its own part, on its own turn; `producer`, `consumer`, `id` never
/// change.
///
/// 1. Each side holds one count; so does every Subscription handle and every rare message. Events and asks
/// hold
///    none: a side keeps its count until it has seen the other side's last message.
/// 2. The producer's last message is Cancelled or EdgeDown, the consumer's is Farewell or EdgeDown.
/// 3. A stage that ended has closed its mailbox, so nothing can arrive any more: it gives its counts back at
/// once.
class Edge {
 public:
  enum class Side : unsigned char {
    fresh,
    open,
    closed,
    stillborn,  ///< producer's: cancelled before its Subscribe came
  };

  Edge(SubscriptionId subscription, HostPtr from, HostPtr to, const SubscribeOptions& options)
      : id(subscription),
        producer(std::move(from)),
        consumer(std::move(to)),
        window(options.max_demand, min_demand_of(options)),
        on_cancel(options.on_cancel) {}
  virtual ~Edge() = default;
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  static void* operator new(std::size_t bytes) { return ::operator new(bytes); }
  static void operator delete(void* storage) noexcept { ::operator delete(storage); }

  const SubscriptionId id;
  const HostPtr producer;
  const HostPtr consumer;

  // -- the consumer's part
  DemandWindow window;
  Tally received;
  Edge* next_in = nullptr;
  Edge* previous_in = nullptr;

  // -- the producer's part
  Tally asked;
  Tally delivered;
  Edge* next_out = nullptr;
  Edge* previous_out = nullptr;

  OnCancel on_cancel;
  DemandMode mode = DemandMode::automatic;  // consumer's
  Side in = Side::fresh;                    // consumer's
  Side out = Side::fresh;                   // producer's
  bool farewell = false;                    // producer's: the consumer sends nothing more
  bool seated = false;                      // producer's: the dispatcher knows it

 private:
  std::atomic<std::uint32_t> references_{0};
};

/// An edge that carries events of type T; at the same time the consumer's seat at the producer's dispatcher.
template <class T>
class EdgeOf final : public Edge, public Seat<T> {
 public:
  using Edge::Edge;
};

/// A counted pointer for messages that may outlive both sides.
class EdgePtr {
 public:
  EdgePtr() noexcept = default;
  explicit EdgePtr(Edge* edge) noexcept : edge_(edge) {
    if (edge_ != nullptr) edge_->retain();
  }
  EdgePtr(const EdgePtr& other) noexcept : EdgePtr(other.edge_) {}
  EdgePtr(EdgePtr&& other) noexcept : edge_(std::exchange(other.edge_, nullptr)) {}
  EdgePtr& operator=(EdgePtr other) noexcept {
    std::swap(edge_, other.edge_);
    return *this;
  }
  ~EdgePtr() {
    if (edge_ != nullptr) edge_->release();
  }
  [[nodiscard]] Edge* get() const noexcept { return edge_; }
  Edge* operator->() const noexcept { return edge_; }
  Edge& operator*() const noexcept { return *edge_; }
  explicit operator bool() const noexcept { return edge_ != nullptr; }

 private:
  Edge* edge_ = nullptr;
};

}  // namespace sluice::inline v0
