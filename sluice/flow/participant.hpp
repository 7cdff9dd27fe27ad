#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/core/errors.hpp"
#include "sluice/flow/feed.hpp"
#include "sluice/supervise/child.hpp"

namespace sluice::inline v0::flow::detail {

/// Starts a stage by its specification, as part of the flow. Null: it does not want to take part.
[[nodiscard]] HostPtr start_child(Assembly& assembly, const ChildSpec& spec);

/// It ends when it has handled the last event of the last stage it has subscribed to.
void end_with_upstreams(const HostPtr& consumer);

/// Those who end with a producer would end with the first stage of a layer: `permanent` becomes `transient`
/// (flow.md F2.7). Throws OptionError.
[[nodiscard]] SubscribeOptions terms_in_flow(SubscribeOptions terms);

/// `consumer` subscribes to all stages of a layer; nothing begins before.
template <class T>
void subscribe_to_all(Assembly& assembly, const HostPtr& consumer, const Upstreams<T>& to,
                      const SubscribeOptions& terms) {
  std::vector<HostPtr> producers;
  for (const Upstream<T>& one : to) {
    ConsumerRef<T>(consumer).subscribe_later(ProducerRef<T>(one.host()), terms);
    producers.push_back(one.host());
  }
  assembly.await_subscriptions(consumer, std::move(producers));
}

template <class T, class S>
inline constexpr bool takes_events = false;
template <class T, class S>
  requires requires { typename S::Input; }
inline constexpr bool takes_events<T, S> = std::same_as<typename S::Input, T>;

/// What a user's stage in a flow is given as.
template <class>
class Participant {
 public:
  template <class T>
  static constexpr bool takes = false;
};

/// A running stage, which does not belong to the flow.
class Outsider {
 public:
  static constexpr bool own = false;

  explicit Outsider(const AnyRef& stage) : stage_(stage.host()) {
    if (!stage_) throw OptionError("stage", "must be a stage, got an empty reference");
  }
  [[nodiscard]] HostPtr join(Assembly& assembly) const {
    assembly.add_outsider(stage_);
    return stage_;
  }

 private:
  HostPtr stage_;
};
template <class S>
class Participant<Ref<S>> : public Outsider {
 public:
  template <class T>
  static constexpr bool takes = takes_events<T, S>;
  using Stage = S;
  using Outsider::Outsider;
};
template <class In>
class Participant<ConsumerRef<In>> : public Outsider {
 public:
  template <class T>
  static constexpr bool takes = std::same_as<In, T>;
  using Outsider::Outsider;
};

/// A stage that is started with the flow.
template <class S>
class Participant<ChildOf<S>> {
 public:
  static constexpr bool own = true;
  template <class T>
  static constexpr bool takes = takes_events<T, S>;
  using Stage = S;

  explicit Participant(ChildOf<S> spec) : spec_(std::move(spec)) { check(spec_); }
  [[nodiscard]] HostPtr join(Assembly& assembly) const { return start_child(assembly, spec_); }

 private:
  ChildOf<S> spec_;
};

}  // namespace sluice::inline v0::flow::detail
