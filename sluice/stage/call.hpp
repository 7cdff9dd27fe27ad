#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "sluice/core/errors.hpp"
#include "sluice/stage/host.hpp"
#include "sluice/stage/latch.hpp"

namespace sluice::inline v0 {

/// How a request ended: a value, or why there is none.
template <class R>
class Result {
 public:
  using Value = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

  Result(Value value) : outcome_(std::move(value)) {}
  Result(CallError error) : outcome_(std::move(error)) {}
  Result(std::exception_ptr error) : outcome_(std::move(error)) {}

  explicit operator bool() const noexcept { return outcome_.index() == 0; }
  /// The value; throws the CallError, or what the asked stage's library code threw.
  R value() && {
    if (auto* error = std::get_if<CallError>(&outcome_)) throw *error;
    if (auto* error = std::get_if<std::exception_ptr>(&outcome_)) std::rethrow_exception(*error);
    if constexpr (!std::is_void_v<R>) return std::get<0>(std::move(outcome_));
  }

 private:
  std::variant<Value, CallError, std::exception_ptr> outcome_;
};

namespace detail {

/// Where an answer goes. Only the first one counts. Thread rule: settle from any thread.
template <class R>
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  void settle(Result<R> result) {
    if (!settled_.exchange(true)) accept(std::move(result));
  }

 private:
  virtual void accept(Result<R> result) = 0;
  std::atomic<bool> settled_{false};
};

/// For a thread that waits.
template <class R>
class AwaitedAnswer final : public AnswerSink<R> {
 public:
  /// Throws CallError{timeout}.
  R wait(Host& from, Duration timeout) {
    if (!from.await(latch_, timeout))
      throw CallError(CallError::Kind::timeout, Reason(Reason::Kind::timeout));
    Result<R> result = std::move(*result_);  // an exception is let go of by the thread that gets it
    return std::move(result).value();
  }

 private:
  void accept(Result<R> result) override {
    result_.emplace(std::move(result));
    latch_.open();
  }
  Latch latch_;
  std::optional<Result<R>> result_;
};

inline CallError call_error(const Reason& why) {
  return CallError(why.kind() == Reason::Kind::noproc ? CallError::Kind::noproc : CallError::Kind::down, why);
}

}  // namespace detail

/// A method whose first parameter is a Reply answers later, from anywhere, once. Dropped unanswered, it gives
/// the caller CallError{no_reply}. Thread rule: any thread, one at a time.
template <class R>
class Reply {
 public:
  explicit Reply(std::shared_ptr<detail::AnswerSink<R>> sink) noexcept : sink_(std::move(sink)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&& other) noexcept {
    std::swap(sink_, other.sink_);
    return *this;
  }
  ~Reply() {
    if (sink_) sink_->settle(CallError(CallError::Kind::no_reply, Reason("no reply")));
  }
  template <class V = R>
    requires(!std::is_void_v<V>)
  void operator()(V value) {
    if (const auto sink = std::exchange(sink_, nullptr)) sink->settle(std::move(value));
  }
  void operator()()
    requires std::is_void_v<R>
  {
    if (const auto sink = std::exchange(sink_, nullptr)) sink->settle(std::monostate{});
  }
  /// The caller gets this exception, and the stage that answers lives on.
  void fail(std::exception_ptr why) {
    if (const auto sink = std::exchange(sink_, nullptr)) sink->settle(std::move(why));
  }

 private:
  std::shared_ptr<detail::AnswerSink<R>> sink_;
};

namespace detail {

template <class F, class S>
concept CalledOn = std::is_invocable_v<F&, S&>;

/// What calling F with a Reply of R looks like: R, else no such type.
template <class F>
struct ReplyOf {
  using type = void;
  static constexpr bool value = false;
};
template <class C, class R, class... P>
struct ReplyOf<void (C::*)(Reply<R>, P...)> {
  using type = R;
  static constexpr bool value = true;
};

/// A call as a message: runs `code(stage)` as a callback of the stage and answers.
template <class S, class R, class F>
class Call final : public Message {
 public:
  Call(std::shared_ptr<AnswerSink<R>> sink, F code) : sink_(std::move(sink)), code_(std::move(code)) {}

  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override {
    std::optional<typename Result<R>::Value> value;
    at.run([&] {
      S& stage = static_cast<S&>(at.stage());
      if constexpr (std::is_void_v<R>) {
        code_(stage);
        value.emplace();
      } else {
        value.emplace(code_(stage));
      }
    });
    if (!at.ending()) {
      sink_->settle(std::move(*value));
    } else if (!at.failed()) {  // the stage stops: it answers when terminate has run
      at.at_end([sink = sink_, value = std::move(value)](const Reason& why) mutable {
        value ? sink->settle(std::move(*value)) : sink->settle(call_error(why));
      });
    } else {
      at.at_end([sink = sink_](const Reason& why) { sink->settle(call_error(why)); });
    }
  }
  void abandon(Host& /*at*/, const Reason& why) override { sink_->settle(call_error(why)); }

 private:
  std::shared_ptr<AnswerSink<R>> sink_;
  F code_;
};

/// The same for a method that is handed a Reply.
template <class S, class R, class F>
class CallWithReply final : public Message {
 public:
  CallWithReply(std::shared_ptr<AnswerSink<R>> sink, F code)
      : sink_(std::move(sink)), code_(std::move(code)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override {
    at.run([&] { code_(static_cast<S&>(at.stage()), Reply<R>(sink_)); });
  }
  void abandon(Host& /*at*/, const Reason& why) override { sink_->settle(call_error(why)); }

 private:
  std::shared_ptr<AnswerSink<R>> sink_;
  F code_;
};

/// Asks the library's side of a cell. What `code(host)` throws goes to the caller; the stage lives on.
template <class R, class F>
class HostCall final : public Message {
 public:
  HostCall(std::shared_ptr<AnswerSink<R>> sink, F code) : sink_(std::move(sink)), code_(std::move(code)) {}
  void deliver(std::unique_ptr<Message> /*self*/, Host& at) override {
    try {
      if constexpr (std::is_void_v<R>) {
        code_(at);
        sink_->settle(std::monostate{});
      } else {
        sink_->settle(code_(at));
      }
    } catch (...) {
      sink_->settle(std::current_exception());
    }
  }
  void abandon(Host& /*at*/, const Reason& why) override { sink_->settle(call_error(why)); }

 private:
  std::shared_ptr<AnswerSink<R>> sink_;
  F code_;
};

/// Throws std::logic_error when a callback runs on this thread: it would wait for itself.
void forbid_in_callback(const Host& host, const char* what);

inline constexpr Duration default_timeout = std::chrono::seconds(5);

template <class R, class F>
R call_host(Host& at, F code, Duration timeout = default_timeout) {
  forbid_in_callback(at, "call");
  const auto answer = std::make_shared<AwaitedAnswer<R>>();
  at.post(MessagePtr(new HostCall<R, F>(answer, std::move(code))));
  return answer->wait(at, timeout);
}

/// Binds a method, or a callable, and its arguments: what to run on the stage, and what it answers.
template <class S, class F, class... Args>
auto bind_call(F method, Args&&... args) {
  if constexpr (ReplyOf<F>::value) {
    using R = typename ReplyOf<F>::type;
    return [method, bound = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
               S& stage, Reply<R> reply) mutable {
      std::apply([&](auto&... a) { std::invoke(method, stage, std::move(reply), std::move(a)...); }, bound);
    };
  } else {
    static_assert(std::is_invocable_v<F&, S&, std::decay_t<Args>...>,
                  "sluice: the method or callable does not take this stage and these arguments");
    return [method = std::move(method),
            bound = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](S& stage) mutable {
      return std::apply([&](auto&... a) { return std::invoke(method, stage, std::move(a)...); }, bound);
    };
  }
}

template <class S, class F, class... Args>
struct CallResult {
  using type = std::invoke_result_t<F&, S&, std::decay_t<Args>...>;
};
template <class S, class F, class... Args>
  requires(ReplyOf<F>::value)
struct CallResult<S, F, Args...> {
  using type = typename ReplyOf<F>::type;
};
template <class S, class F, class... Args>
using call_result_t = typename CallResult<S, F, Args...>::type;

/// Sends the call; the answer goes to `sink`.
template <class S, class R, class F, class... Args>
void send_call(Host& at, std::shared_ptr<AnswerSink<R>> sink, F method, Args&&... args) {
  auto code = bind_call<S>(method, std::forward<Args>(args)...);
  using Code = decltype(code);
  if constexpr (ReplyOf<F>::value) {
    at.post(MessagePtr(new CallWithReply<S, R, Code>(std::move(sink), std::move(code))));
  } else {
    at.post(MessagePtr(new Call<S, R, Code>(std::move(sink), std::move(code))));
  }
}

}  // namespace detail

}  // namespace sluice::inline v0
