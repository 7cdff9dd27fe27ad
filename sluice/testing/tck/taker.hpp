#pragma once

#include <algorithm>
#include <concepts>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sluice/runtime/runtime.hpp"
#include "sluice/stage/consumer.hpp"

namespace sluice::inline v0::tck {

/// What a taker has seen of its subscription.
struct Taken {
  Demand asked = 0;
  Demand received = 0;
  Demand most_over = 0;  ///< by how much a delivery exceeded what had been asked for, at most
  unsigned ends = 0;
  Cancellation end = {};  ///< of the last of them
};

/// A consumer that asks only when it is told to and counts at every delivery. Unlike a ConsumerProbe it takes
/// events that cannot be copied, and keeps those that can. Thread rule: any thread but inside a callback.
template <class T>
class Taker {
 public:
  static constexpr bool keeps_events = std::copy_constructible<T> && std::equality_comparable<T>;

  explicit Taker(Runtime& runtime)
      : book_(std::make_shared<Book>()), stage_(runtime.start<Stage>(StartOptions{}, book_)) {}

  void subscribe_to(const ProducerRef<T>& producer, SubscribeOptions options = {}) {
    options.on_cancel = OnCancel::temporary;
    subscriptions_.push_back(stage_.subscribe_to(producer, std::move(options)));
  }
  /// On each of its subscriptions.
  void ask(Demand n) {
    {
      const std::lock_guard lock(book_->mutex);
      for (std::size_t i = 0; i != subscriptions_.size(); ++i)
        book_->taken.asked = add_demand(book_->taken.asked, n);
    }
    for (const Subscription& subscription : subscriptions_) subscription.ask(n);
  }
  /// Asks for one event now, and for one more inside each handle_events, until it has asked for n.
  void ask_one_by_one(Demand n) {
    {
      const std::lock_guard lock(book_->mutex);
      book_->one_by_one_until = n;
    }
    ask(1);
  }
  void cancel() {
    for (const Subscription& subscription : subscriptions_) subscription.cancel();
  }

  [[nodiscard]] Taken taken() const {
    const std::lock_guard lock(book_->mutex);
    return book_->taken;
  }
  [[nodiscard]] Demand received() const { return taken().received; }
  [[nodiscard]] bool ended() const { return taken().ends != 0; }
  /// Empty where keeps_events is false.
  [[nodiscard]] std::vector<T> events() const {
    if constexpr (keeps_events) {
      const std::lock_guard lock(book_->mutex);
      return book_->events;
    } else {
      return {};
    }
  }
  /// Events that came for a subscription that was over.
  [[nodiscard]] std::uint64_t late() const { return stage_.inspect().events.lost_received; }
  [[nodiscard]] StageId id() const { return stage_.id(); }

 private:
  struct Book {
    mutable std::mutex mutex;
    Taken taken;
    Demand one_by_one_until = 0;
    std::vector<T> events;
  };

  class Stage final : public Consumer<T> {
   public:
    explicit Stage(std::shared_ptr<Book> book) : book_(std::move(book)) {}

   private:
    DemandMode handle_subscribe(const SubscribeOptions& /*options*/, const Subscription& /*from*/) override {
      return DemandMode::manual;
    }
    void handle_events(Events<T> events, const Subscription& from) override {
      const std::lock_guard lock(book_->mutex);
      Taken& taken = book_->taken;
      taken.received = add_demand(taken.received, events.size());
      if (taken.received > taken.asked) {
        taken.most_over = std::max(taken.most_over, taken.received - taken.asked);
      }
      if (taken.asked < book_->one_by_one_until) {
        ++taken.asked;
        from.ask(1);
      }
      if constexpr (keeps_events) book_->events.insert(book_->events.end(), events.begin(), events.end());
    }
    void handle_cancel(const Cancellation& why, const Subscription& /*from*/) override {
      const std::lock_guard lock(book_->mutex);
      ++book_->taken.ends;
      book_->taken.end = why;
    }
    std::shared_ptr<Book> book_;
  };

  std::shared_ptr<Book> book_;
  Ref<Stage> stage_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace sluice::inline v0::tck
