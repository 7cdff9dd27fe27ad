#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/pipeline/message.hpp"
#include "sluice/pipeline/split.hpp"

namespace sluice::inline v0::pipeline {

/// A message was routed to a batcher that its pipeline does not have.
class UnknownBatcher : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Where a step puts the messages that go on.
template <class T>
class Onward {
 public:
  /// Throws UnknownBatcher when the message cannot go on.
  virtual void admit(const MessageBase& message) const = 0;
  virtual void take(Message<T>&& message) = 0;

 protected:
  ~Onward() = default;
};

/// What a step does with the messages that came together: one at a time, in order. What the user's function
/// throws fails that message. Each stage of the step has a copy.
template <class In, class Out>
class Processing {
 public:
  Processing() = default;
  virtual ~Processing() = default;
  Processing(const Processing&) = delete;
  Processing& operator=(const Processing&) = delete;
  /// Messages that fail stay where they are; the others go to `onward`.
  virtual void run(std::span<Message<In>> messages, Onward<Out>& onward) = 0;
};

namespace detail {

/// Throws UnknownBatcher, naming those there are; `batchers` empty: all is well.
void admit(const std::vector<std::string>& batchers, std::string_view wanted);

template <class F, class T>
concept OfData = std::invocable<F&, T&> || std::invocable<F&, T&&>;
template <class F, class T>
concept OfMessage = std::invocable<F&, Message<T>&>;

template <class F, class T>
struct ResultOf {
  using type = void;
};
template <class F, class T>
  requires std::invocable<F&, T&>
struct ResultOf<F, T> {
  using type = std::invoke_result_t<F&, T&>;
};
template <class F, class T>
  requires(!std::invocable<F&, T&> && std::invocable<F&, T &&>)
struct ResultOf<F, T> {
  using type = std::invoke_result_t<F&, T&&>;
};
/// What the messages hold behind a step with this function.
template <class F, class T>
using Processed = std::conditional_t<std::is_void_v<typename ResultOf<F, T>::type>, T,
                                     std::remove_cvref_t<typename ResultOf<F, T>::type>>;

/// Calls f with the data, as it wants it.
template <class F, class T>
decltype(auto) call_with(F& f, T& data) {
  if constexpr (std::invocable<F&, T&>) {
    return std::invoke(f, data);
  } else {
    return std::invoke(f, std::move(data));
  }
}

template <class F, class In>
class ProcessEach final : public Processing<In, Processed<F, In>> {
  using Out = Processed<F, In>;

 public:
  explicit ProcessEach(const F& f) : f_(f) {}

  void run(std::span<Message<In>> messages, Onward<Out>& onward) override {
    for (Message<In>& message : messages) {
      if (message.failed()) continue;
      try {
        one(message, onward);
      } catch (...) {
        message.fail_if_open(Reason::of(std::current_exception()));
      }
    }
  }

 private:
  void one(Message<In>& message, Onward<Out>& onward) {
    if constexpr (OfData<F, In> && !std::is_void_v<typename ResultOf<F, In>::type>) {
      Out data = call_with(f_, message.data());
      onward.admit(message);
      onward.take(std::move(message).with(std::move(data)));
    } else {
      if constexpr (OfData<F, In>) {
        call_with(f_, message.data());
      } else {
        std::invoke(f_, message);
      }
      if (message.failed() || message.moved_away()) return;
      onward.admit(message);
      onward.take(std::move(message));
    }
  }

  F f_;
};

/// One message becomes as many as f's range has elements.
template <class F, class In>
class SplitEach final : public Processing<In, std::ranges::range_value_t<typename ResultOf<F, In>::type>> {
  using Out = std::ranges::range_value_t<typename ResultOf<F, In>::type>;

 public:
  explicit SplitEach(const F& f) : f_(f) {}

  void run(std::span<Message<In>> messages, Onward<Out>& onward) override {
    for (Message<In>& message : messages) {
      if (message.failed()) continue;
      try {
        auto parts = call_with(f_, message.data());
        onward.admit(message);
        for (Message<Out>& part : pipeline::split(std::move(message), std::move(parts)))
          onward.take(std::move(part));
      } catch (...) {
        message.fail_if_open(Reason::of(std::current_exception()));
      }
    }
  }

 private:
  F f_;
};

}  // namespace detail
}  // namespace sluice::inline v0::pipeline
