#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "sluice/flow/from.hpp"
#include "sluice/flow/participant.hpp"

namespace sluice::inline v0::flow {

namespace detail {

/// What stages of the user make of the events of a layer (flow.md F2.7).
template <class In, class Stage>
class ThroughFeed final : public Feed<typename Participant<Stage>::Stage::Output> {
  using T = typename Participant<Stage>::Stage::Output;

 public:
  ThroughFeed(FeedPtr<In> above, std::vector<Participant<Stage>> stages, SubscribeOptions terms)
      : above_(std::move(above)), stages_(std::move(stages)), terms_(std::move(terms)) {}

  [[nodiscard]] Upstreams<T> build(Assembly& assembly, const Border<T>& /*border*/) const override {
    const Upstreams<In> above = above_->build(assembly, Border<In>::by_demand().with(stages_.size()));
    Upstreams<T> made;
    if (above.empty()) return made;
    for (const Participant<Stage>& one : stages_) {
      HostPtr stage = one.join(assembly);
      if (!stage) continue;
      subscribe_to_all(assembly, stage, above, terms_);
      if (one.own) end_with_upstreams(stage);
      made.emplace_back(std::move(stage));
    }
    return made;
  }
  [[nodiscard]] Plan::Emitters outline(Plan& plan, const Border<T>& /*border*/) const override {
    return plan.add_through(above_->outline(plan, Border<In>::by_demand().with(stages_.size())),
                            stages_.size());
  }
  /// They have dispatchers of their own.
  [[nodiscard]] bool divides() const override { return false; }

 private:
  FeedPtr<In> above_;
  std::vector<Participant<Stage>> stages_;
  SubscribeOptions terms_;
};

template <class T, class Stage>
inline constexpr bool goes_through = false;
template <class T, class Stage>
  requires requires { typename Participant<Stage>::Stage::Output; }
inline constexpr bool goes_through<T, Stage> = Participant<Stage>::template takes<T>;

}  // namespace detail

/// See through().
template <class Stage>
struct ThroughOperator : OperatorTag {
  std::vector<detail::Participant<Stage>> stages;
  SubscribeOptions terms;
  LayerOptions options;

  template <class In, class... Ops>
  [[nodiscard]] auto on(const Flow<In, Ops...>& flow) && {
    using T = typename Flow<In, Ops...>::Output;
    constexpr bool fits = detail::goes_through<T, Stage>;
    static_assert(fits,
                  "sluice: through takes producer_consumers of what the flow emits: Ref<S>, or child<S>(…)");
    if constexpr (fits) {
      using Out = typename detail::Participant<Stage>::Stage::Output;
      return detail::from_feed<Out>(std::make_shared<const detail::ThroughFeed<T, Stage>>(
                                        flow.feed(), std::move(stages), std::move(terms)),
                                    std::move(options));
    } else {
      return flow;
    }
  }
};

/// The flow goes on with what these producer_consumers emit; events go to whichever of them asks. Running
/// ones, given as Ref<S>, do not belong to the flow: they live on when the layer above has ended, and the
/// layer below waits for their end. Those given as child<S>(…) are started with every execution, and end
/// when they have handed out the last of their events. Subscriptions of the stages are `terms`, with
/// OnCancel::permanent taken as transient; `options` are the layer's below. Throws OptionError for an empty
/// list or reference.
template <class Stage>
[[nodiscard]] ThroughOperator<Stage> through(std::vector<Stage> stages, SubscribeOptions terms = {},
                                             LayerOptions options = {}) {
  if (stages.empty()) throw OptionError("stages", "must be at least one, got an empty list");
  check(options);
  ThroughOperator<Stage> made{{}, {}, detail::terms_in_flow(std::move(terms)), std::move(options)};
  for (Stage& stage : stages) made.stages.emplace_back(std::move(stage));
  return made;
}
template <class Stage>
  requires(std::derived_from<Stage, AnyRef> || std::derived_from<Stage, ChildSpec>)
[[nodiscard]] ThroughOperator<Stage> through(Stage stage, SubscribeOptions terms = {},
                                             LayerOptions options = {}) {
  std::vector<Stage> stages;
  stages.push_back(std::move(stage));
  return through(std::move(stages), std::move(terms), std::move(options));
}

}  // namespace sluice::inline v0::flow
