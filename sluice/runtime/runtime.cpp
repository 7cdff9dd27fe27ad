#include "sluice/runtime/runtime.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "sluice/runtime/threads.hpp"

namespace sluice::inline v0 {

namespace {

Engine& make_engine(RuntimeOptions options) {
  const std::size_t workers = options.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
  if (workers < 1) throw OptionError("workers", "must be at least 1, got 0");
  if (!options.clock) options.clock = std::make_shared<SteadyClock>();
  auto* const engine = new Threads(workers, std::move(options.clock), std::move(options.log));
  engine->seed(options.seed ? *options.seed : std::random_device()());
  return *engine;
}

std::atomic<bool> signalled = false;  // lock-free, so a handler may write it
static_assert(std::atomic<bool>::is_always_lock_free);
extern "C" void note_signal(int /*signal*/) { signalled.store(true); }

/// SIGINT and SIGTERM are noted as long as it lives.
class SignalWatch {
 public:
  SignalWatch()
      : interrupt_(std::signal(SIGINT, note_signal)), terminate_(std::signal(SIGTERM, note_signal)) {
    signalled.store(false);
  }
  ~SignalWatch() {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGTERM, terminate_);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  [[nodiscard]] static bool seen() noexcept { return signalled.load(); }

 private:
  using Handler = void (*)(int);
  Handler interrupt_;
  Handler terminate_;
};

}  // namespace

Runtime::Runtime(RuntimeOptions options) : Runtime(make_engine(std::move(options))) {}
Runtime::Runtime(Engine& engine) : engine_(&engine) { engine_->retain(); }

Runtime::~Runtime() {
  close();
  engine_->release();
}

void Runtime::close() { engine_->close(); }

void Runtime::forbid_inside_callback(const char* what) {
  const Cell* const cell = Cell::current();
  if (cell != nullptr) detail::forbid_in_callback(*cell, what);
}

HostPtr Runtime::start_stage(StartOptions options, StageFactory make, const std::type_info& type) {
  return engine_->start(std::move(options), std::move(make), type);
}

HostPtr Runtime::find_stage(std::string_view name) const { return engine_->find(name); }

void Runtime::check_type(const Host& host, const std::type_info& wanted) {
  if (host.stage_type() != wanted) {
    throw WrongType(
        fmt::format("find: \"{}\" is a {}, not a {}", host.name(), host.stage_type().name(), wanted.name()));
  }
}

void Runtime::check_terms(const std::string& producer, const SubscribeOptions& options) {
  try {
    check(options);
    if (options.on_cancel == OnCancel::retry)
      throw OptionError("on_cancel", "must not be retry: a range ends with its producers");
  } catch (const OptionError& error) {
    throw OptionError(error.field(), fmt::format("in the subscription to {}: {}", producer, error.what()));
  }
}

std::optional<Reason> Runtime::wait(const AnyRef& stage, Duration timeout) const {
  forbid_inside_callback("wait");
  if (!stage) return Reason::noproc();
  Host& host = *stage.host();
  class EndWatch final : public Message {
   public:
    explicit EndWatch(std::shared_ptr<detail::AwaitedAnswer<Reason>> to) : to_(std::move(to)) {}
    void deliver(std::unique_ptr<Message> /*self*/, Host& at) override {
      static_cast<Cell&>(at).when_ended([to = to_](const Reason& why) { to->settle(why); });
    }
    void abandon(Host& at, const Reason& why) override { to_->settle(at.ended() ? at.end_reason() : why); }

   private:
    std::shared_ptr<detail::AwaitedAnswer<Reason>> to_;
  };
  const auto answer = std::make_shared<detail::AwaitedAnswer<Reason>>();
  host.post(MessagePtr(new EndWatch(answer)));
  try {
    return answer->wait(host, timeout);
  } catch (const CallError&) {
    return std::nullopt;
  }
}

ShutdownReport Runtime::run_until_signal(Duration deadline) {
  forbid_inside_callback("run_until_signal");
  const SignalWatch watch;
  Latch never;
  while (!SignalWatch::seen() && engine_->live_count() != 0) {
    static_cast<void>(engine_->await(never, std::chrono::milliseconds(20)));
  }
  return shutdown(deadline);
}

ShutdownReport Runtime::shutdown(Duration deadline) {
  forbid_inside_callback("shutdown");
  return engine_->shutdown(deadline);
}

Snapshot Runtime::snapshot(Duration patience) const {
  forbid_inside_callback("snapshot");
  return engine_->snapshot(patience);
}

void Runtime::settle() {
  forbid_inside_callback("settle");
  engine_->settle();
}

void Runtime::advance(Duration time) {
  forbid_inside_callback("advance");
  engine_->advance(time);
}

Instant Runtime::now() const { return engine_->clock().now(); }
std::size_t Runtime::stage_count() const noexcept { return engine_->live_count(); }

}  // namespace sluice::inline v0
