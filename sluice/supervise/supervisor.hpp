#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/stage/recipe.hpp"
#include "sluice/stage/stage.hpp"
#include "sluice/supervise/child.hpp"
#include "sluice/supervise/child_error.hpp"
#include "sluice/supervise/children.hpp"
#include "sluice/supervise/restart_history.hpp"
#include "sluice/supervise/restart_window.hpp"
#include "sluice/supervise/strategy.hpp"

namespace sluice::inline v0 {

struct SupervisorOptions {
  Strategy strategy = Strategy::one_for_one;
  /// More restarts than this within the time end the supervisor; `unlimited`: never. A restart that takes
  /// siblings with it counts as one, a start that fails and is tried again as one more.
  std::size_t max_restarts = 3;
  Duration within = std::chrono::seconds(5);
};

template <class Self>
class SupervisorOperations;

/// A stage that starts other stages, ends them, and starts them anew when they end (OTP's supervisor). Starts
/// its children in their order, each when handle_start of the one before has returned; ends them in reverse
/// order, each when the one before has gone. A start that fails at the supervisor's own start fails that.
///
/// Thread rule: as every stage; the operations below are for `request` from other stages, and from outside
/// through a Ref, which has them as methods of its own (SupervisorOperations).
///
/// 1. No callback waits, but for handle_start of the children it starts.
/// 2. A child is started anew only when nothing is left of it, nor of anything supervised below it.
/// 3. While a group is being restarted (one_for_all, rest_for_one) operations wait.
/// 4. The supervisor ends after its children. If it cannot (kill, a crash) they are asked to stop, all at
///    once, and its own supervisor waits for them before it starts it anew.
class Supervisor final : public Stage {
 public:
  template <class Self>
  using Operations = SupervisorOperations<Self>;

  /// Throws OptionError, ChildError{already_present} for an id that is given twice.
  explicit Supervisor(SupervisorOptions options, std::vector<ChildSpec> children = {});
  template <std::derived_from<ChildSpec>... Children>
    requires(sizeof...(Children) != 0)
  explicit Supervisor(SupervisorOptions options, Children... children)
      : Supervisor(options, std::vector<ChildSpec>{std::move(children)...}) {}
  ~Supervisor() override;

  /// Starts a new child, the last in order. Answers StartError, OptionError, or
  /// ChildError{already_present, shutting_down}; then nothing was added.
  void start_child(Reply<AnyRef> reply, ChildSpec spec);
  /// Ends a child and answers when it has gone. Its specification stays, except a temporary child's; a
  /// restart of its group starts it again.
  void terminate_child(Reply<Found> reply, std::string id);
  /// Starts a child that is stopped. Answers StartError or ChildError{not_found, running, restarting,
  /// shutting_down}.
  void restart_child(Reply<AnyRef> reply, std::string id);
  /// Forgets a child that is stopped. Answers ChildError{running, restarting} for another.
  void delete_child(Reply<Found> reply, std::string id);
  /// In the order of their start.
  [[nodiscard]] std::vector<ChildInfo> children() const { return children_.infos(); }
  [[nodiscard]] ChildCounts counts() const { return children_.counts(); }
  /// One of them; std::nullopt: no child of this id.
  [[nodiscard]] std::optional<ChildInfo> child_info(const std::string& id);

 private:
  using Child = Children::Child;
  using Position = Children::Position;
  enum class Launched : unsigned char { running, ignored, failed };

  /// A group that is stopped from its end and then started from its beginning.
  struct Round {
    Position from;     ///< the first child of the group; the last is the supervisor's last
    Position reached;  ///< stopping: this one and all after it are down. Starting: all before it run.
    bool starting = false;
  };

  Start handle_start() override;
  void handle_timer(TimerId timer) override;
  [[nodiscard]] std::string describe() const override;
  [[nodiscard]] bool has_children() const noexcept override { return children_.alive() != 0; }
  void wind_down(const Reason& reason) override;

  Launched launch(Position at, std::exception_ptr* error);
  [[nodiscard]] std::shared_ptr<Lineage> lineage_of(std::uint64_t incarnation);
  void gone(std::uint64_t incarnation, const Reason& reason);
  void ended(Position at, const Reason& reason);
  void could_not_start(Position at);
  void stopped(Position at, const Reason& reason);
  void restart(Position at, const Reason& cause, std::string_view what);
  void report_restart(const Child& child, const Reason& cause, std::string_view what) const;
  void give_up(Child& child, const Reason& cause, std::string_view what);
  void drop(Position at);
  void forget_in_round(Position at);

  void begin_round(Position at);
  void go_on();
  [[nodiscard]] bool stop_next();
  [[nodiscard]] bool start_next();
  void leave(const Reason& reason);
  void run_later();
  [[nodiscard]] bool being_stopped(const Child& child) const noexcept;
  [[nodiscard]] bool no_more_starts() const noexcept { return leaving_.has_value() || host().runtime_ends(); }
  void ask_to_stop(Position at);
  void set_timer(Position at, Duration time);
  void cancel_timer(Position at);

  template <class R>
  [[nodiscard]] bool turned_away(Reply<R>& reply) const;
  template <class R, class Argument>
  [[nodiscard]] bool put_off(void (Supervisor::*operation)(Reply<R>, Argument), Reply<R>& reply,
                             Argument& argument);

  SupervisorOptions options_;
  RestartWindow window_;
  RestartHistory history_;
  Children children_;
  std::unordered_map<TimerId, Position> timers_;
  std::optional<Round> round_;
  std::optional<Reason> leaving_;
  std::vector<UniqueFunction<void()>> later_;  // operations that wait for the round's end
};

/// What a Ref<Supervisor> can do. All of it waits as long as it takes, throws std::logic_error inside a
/// callback (there it is `request(supervisor, &Supervisor::terminate_child, "id", then)`), CallError when the
/// supervisor has ended, and what the method of the same name of Supervisor says.
template <class Self>
class SupervisorOperations {
 public:
  AnyRef start_child(ChildSpec spec) const {
    return self().call_for(forever, &Supervisor::start_child, std::move(spec));
  }
  template <class S>
  Ref<S> start_child(ChildOf<S> spec) const {
    return Ref<S>(start_child(ChildSpec(std::move(spec))).host());
  }
  Found terminate_child(std::string id) const {
    return self().call_for(forever, &Supervisor::terminate_child, std::move(id));
  }
  AnyRef restart_child(std::string id) const {
    return self().call_for(forever, &Supervisor::restart_child, std::move(id));
  }
  Found delete_child(std::string id) const {
    return self().call_for(forever, &Supervisor::delete_child, std::move(id));
  }
  [[nodiscard]] std::vector<ChildInfo> children() const {
    return self().call_for(forever, &Supervisor::children);
  }
  [[nodiscard]] ChildCounts counts() const { return self().call_for(forever, &Supervisor::counts); }
  /// The stage that runs under this id. Throws ChildError{not_found, not_running}, WrongType naming both
  /// types.
  template <class S>
  [[nodiscard]] Ref<S> child(const std::string& id) const {
    return Ref<S>(running_child(self().call_for(forever, &Supervisor::child_info, id), id, typeid(S)));
  }

 private:
  friend Self;
  SupervisorOperations() = default;

  static HostPtr running_child(const std::optional<ChildInfo>& info, const std::string& id,
                               const std::type_info& wanted);
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

namespace detail {
[[nodiscard]] HostPtr running_child(const std::optional<ChildInfo>& info, const std::string& id,
                                    const std::type_info& wanted);
}
template <class Self>
HostPtr SupervisorOperations<Self>::running_child(const std::optional<ChildInfo>& info, const std::string& id,
                                                  const std::type_info& wanted) {
  return detail::running_child(info, id, wanted);
}

/// A supervisor to start: `runtime.start(supervisor({.max_restarts = 5}, child<Counter>("counter", 0)))`.
template <std::derived_from<ChildSpec>... Children>
[[nodiscard]] StageRecipe<Supervisor> supervisor(SupervisorOptions options, Children... children) {
  return {[options, specs = std::vector<ChildSpec>{std::move(children)...}]() mutable {
    return std::make_unique<Supervisor>(options, std::move(specs));
  }};
}
/// A supervisor as a child of another one; its shutdown is `forever` unless the specification says otherwise.
template <std::convertible_to<std::string> Id, std::derived_from<ChildSpec>... Children>
[[nodiscard]] ChildOf<Supervisor> supervisor(Id&& id, SupervisorOptions options, Children... children) {
  return child<Supervisor>(std::forward<Id>(id), options, std::vector<ChildSpec>{std::move(children)...});
}
template <std::derived_from<ChildSpec>... Children>
[[nodiscard]] ChildOf<Supervisor> supervisor(ChildSpec spec, SupervisorOptions options,
                                             Children... children) {
  return child<Supervisor>(std::move(spec), options, std::vector<ChildSpec>{std::move(children)...});
}

}  // namespace sluice::inline v0
