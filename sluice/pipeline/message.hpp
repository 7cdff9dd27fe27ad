#pragma once

#include <any>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sluice/core/pooled.hpp"
#include "sluice/core/reason.hpp"
#include "sluice/pipeline/acknowledger.hpp"
#include "sluice/pipeline/batch_key.hpp"
#include "sluice/pipeline/settlements.hpp"

namespace sluice::inline v0::pipeline {

/// Whether a message may wait in its batch.
enum class BatchMode : unsigned char {
  collect,  ///< until the batch is full or its time is over
  flush,    ///< its batch goes on behind it, with what has been collected before
};

/// What all messages have but for their data: who wants to know what becomes of them, and where they go.
/// Move-only; settled exactly once. Destroyed before, a message has failed, and says whose turn it was.
///
/// Thread rule: one thread at a time, any thread.
class MessageBase {
 public:
  MessageBase(MessageBase&& other) noexcept
      : acknowledger_(std::move(other.acknowledger_)),
        tag_(other.tag_),
        extras_(std::move(other.extras_)),
        state_(std::exchange(other.state_, State::moved_from)) {}
  MessageBase(const MessageBase&) = delete;

  /// Marks it as failed. Its acknowledger hears of it at the end of the step it is in (pipeline.md B3.1), or
  /// when it is destroyed. Throws AlreadySettled.
  void fail(Reason reason);
  /// The same, unless it has been settled or moved from.
  void fail_if_open(Reason reason) {
    if (state_ == State::open) fail(std::move(reason));
  }
  /// Failed, and not yet told.
  [[nodiscard]] bool failed() const noexcept { return state_ == State::failed; }
  /// Why it has failed; null: it has not, or its acknowledger has been told.
  [[nodiscard]] const Reason* failure() const noexcept { return failed() ? &extras_->failure : nullptr; }
  /// Whether its acknowledger has been told.
  [[nodiscard]] bool settled() const noexcept { return state_ == State::told; }

  [[nodiscard]] bool moved_away() const noexcept { return state_ == State::moved_from; }

  /// Free for the user; empty at first.
  [[nodiscard]] std::any& metadata() { return extras().metadata; }
  /// The batcher that takes it behind the last step; "default" at first. An unknown one fails the message.
  void route_to(std::string batcher) { extras().batcher = std::move(batcher); }
  [[nodiscard]] std::string_view batcher() const noexcept {
    return extras_ ? std::string_view(extras_->batcher) : default_batcher;
  }
  /// Messages of one batch have the same key.
  void key(BatchKey key) { extras().key = std::move(key); }
  [[nodiscard]] const BatchKey* key() const noexcept { return extras_ ? &extras_->key : nullptr; }
  /// Its batch does not wait for more.
  void flush_now() { batch_mode(BatchMode::flush); }
  void batch_mode(BatchMode mode) { extras().mode = mode; }
  [[nodiscard]] BatchMode batch_mode() const noexcept { return extras_ ? extras_->mode : BatchMode::collect; }

  /// Hands `options` to its acknowledger (B3.2). Throws what that throws, NotConfigurable without one.
  void configure(const std::any& options);
  [[nodiscard]] const std::shared_ptr<Acknowledger>& acknowledger() const noexcept { return acknowledger_; }
  [[nodiscard]] std::uint64_t tag() const noexcept { return tag_; }

  /// Somebody else will settle it: its acknowledger is handed over, and it counts as moved away. Throws
  /// AlreadySettled. Null: nobody wanted to know.
  [[nodiscard]] std::shared_ptr<Acknowledger> release();

  /// It is acknowledged by `joint` from now on, and goes where `whole` would have gone.
  void become_part(std::shared_ptr<Acknowledger> joint, std::uint64_t tag, const MessageBase& whole);

  static constexpr std::string_view default_batcher = "default";

 protected:
  enum class State : unsigned char { open, failed, told, moved_from };

  /// What most messages never need.
  struct Extras : Pooled {
    std::string batcher{default_batcher};
    BatchKey key;
    BatchMode mode = BatchMode::collect;
    std::any metadata;
    Reason failure;
  };

  MessageBase() noexcept = default;
  MessageBase(std::shared_ptr<Acknowledger> acknowledger, std::uint64_t tag) noexcept
      : acknowledger_(std::move(acknowledger)), tag_(tag) {}
  ~MessageBase() {
    if (acknowledger_ && unsettled()) drop();
  }
  MessageBase& operator=(MessageBase&& other) noexcept {
    if (this == &other) return *this;
    if (acknowledger_ && unsettled()) drop();
    acknowledger_ = std::move(other.acknowledger_);
    tag_ = other.tag_;
    extras_ = std::move(other.extras_);
    state_ = std::exchange(other.state_, State::moved_from);
    return *this;
  }

  [[nodiscard]] bool unsettled() const noexcept { return state_ == State::open || state_ == State::failed; }
  /// Throws AlreadySettled.
  void must_be_open(std::string_view wanted) const;
  /// What its acknowledger is to be told, and marks it as told.
  [[nodiscard]] Settled tell(const void* data, const std::type_info& type) noexcept {
    const Settled what{tag_, failure(), data, &type};
    state_ = State::told;
    return what;
  }
  [[nodiscard]] std::shared_ptr<Acknowledger> take_acknowledger() noexcept {
    return std::move(acknowledger_);
  }
  [[nodiscard]] Extras& extras() {
    if (!extras_) extras_ = std::make_unique<Extras>();
    return *extras_;
  }

 private:
  void drop() noexcept;

  std::shared_ptr<Acknowledger> acknowledger_;
  std::uint64_t tag_ = 0;
  std::unique_ptr<Extras> extras_;
  State state_ = State::open;
};

/// One event on its way through a pipeline: data, and a promise that its source hears what became of it.
template <class T>
class Message final : public MessageBase {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_destructible_v<T>,
                "sluice: the data of a message needs a move constructor and a destructor that are noexcept");

 public:
  using Data = T;

  /// Nobody wants to know what becomes of it.
  explicit Message(T data) noexcept : data_(std::move(data)) {}
  /// `tag` is what its acknowledger will know it by.
  Message(T data, std::shared_ptr<Acknowledger> acknowledger, std::uint64_t tag = 0) noexcept
      : MessageBase(std::move(acknowledger), tag), data_(std::move(data)) {}
  Message(Message&&) noexcept = default;
  Message& operator=(Message&&) noexcept = default;
  ~Message() = default;

  [[nodiscard]] T& data() noexcept { return data_; }
  [[nodiscard]] const T& data() const noexcept { return data_; }

  /// The same message with other data.
  template <class U>
  [[nodiscard]] Message<std::decay_t<U>> with(U&& data) && noexcept {
    return Message<std::decay_t<U>>(std::move(static_cast<MessageBase&>(*this)), std::forward<U>(data));
  }

  /// It is done: its acknowledger hears of it now. Throws AlreadySettled.
  void ack() {
    must_be_open("ack");
    settle_alone();
  }
  /// Adds what became of it to what `settlements` will tell. A message that was told is left alone.
  void settle(Settlements& settlements) {
    if (!unsettled()) return;
    const Settled what = tell(&data_, typeid(T));
    if (acknowledger()) settlements.add(take_acknowledger(), what);
  }

 private:
  template <class>
  friend class Message;

  template <class U>
  Message(MessageBase&& base, U&& data) noexcept
      : MessageBase(std::move(base)), data_(std::forward<U>(data)) {}
  void settle_alone() {
    const Settled what = tell(&data_, typeid(T));
    if (const auto who = take_acknowledger()) tell_alone(*who, what);
  }

  T data_;
};

/// Settles all of them now, each as done unless it has failed: one call for each acknowledger (B3.3).
/// Messages that were told before are left alone.
template <class T>
void settle_now(std::span<Message<T>> messages) {
  Settlements settlements;
  for (Message<T>& message : messages) message.settle(settlements);
  settlements.tell();
}
template <class T>
void settle_now(Message<T>& message) {
  settle_now(std::span(&message, 1));
}

}  // namespace sluice::inline v0::pipeline
