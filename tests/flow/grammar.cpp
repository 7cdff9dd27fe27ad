#include <map>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using flow::detail::Place;

[[nodiscard]] auto up_to(int last) { return flow::from(std::views::iota(1, last + 1), {.stages = 1}); }
const auto sum = flow::reduce(0, std::plus{});
const auto list = flow::reduce(std::vector<int>{}, Append<int>{});

/// Where the operator would stand in a layer of these. The sentences that follow are in
/// tests/does_not_compile.
template <class... Ops, class Op>
[[nodiscard]] consteval Place place_behind(std::tuple<Ops...>* /*before*/, Op* /*op*/) {
  return flow::detail::place_of<Op, Ops...>();
}
template <class Op, class... Before>
inline constexpr Place place =
    place_behind(static_cast<std::tuple<Before...>*>(nullptr), static_cast<Op*>(nullptr));

using Sum = std::remove_const_t<decltype(sum)>;
using List = std::remove_const_t<decltype(list)>;
using Nothing = decltype(flow::emit(flow::nothing));
using State = decltype(flow::emit(flow::state));
using Uniq = decltype(flow::uniq());
using Map = decltype(flow::map(std::identity{}));
using Batch = decltype(flow::map_batch(std::identity{}));
using GroupBy = decltype(flow::group_by(std::identity{}));
using Count = flow::CountWindow;

template <class Change, class... Ops>
inline constexpr bool changes_last = flow::detail::ChangesLast<decltype(Change::at_trigger), Ops...>;
template <class Change>
using Changed = decltype(std::declval<Sum>().with(std::declval<Change>().at_trigger));

class Source final : public Producer<int> {
  void handle_demand(Demand /*demand*/) override {}
};

TEST(Conformance, FL_001_AnEmptyListOfSourcesIsRefused) {
  EXPECT_THROW(static_cast<void>(flow::from_ranges(std::vector<std::vector<int>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_stages(std::vector<ProducerRef<int>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_specs(std::vector<ChildOf<Source>>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::from_lines(std::vector<std::string>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::merge(std::vector<decltype(up_to(1))>{})), OptionError);
  EXPECT_THROW(static_cast<void>(flow::through(std::vector<ChildOf<Source>>{})), OptionError);
}

SCENARIO_EXCLUDED_BY_TYPE(FL_002_AFlowIsNoRange) {
  using Numbers = decltype(up_to(1));
  static_assert(flow::IsFlow<Numbers> && !std::ranges::range<Numbers>);
}

SCENARIO_EXCLUDED_BY_TYPE(FL_003_ALayerHasOneReduce) {
  static_assert(place<Sum, Sum> == Place::second_reduce);
  static_assert(place<Sum, GroupBy, Map> == Place::second_reduce);
  static_assert(place<Sum, Map, Uniq> == Place::fits);
}

SCENARIO_EXCLUDED_BY_TYPE(FL_004_OnTriggerEmitAndTakeSortNeedAReduce) {
  static_assert(!changes_last<Nothing>);
  static_assert(!changes_last<Nothing, Map>);
  static_assert(!changes_last<Nothing, Sum, Map>, "right behind it");
  static_assert(!changes_last<Nothing, Changed<State>> && !changes_last<State, Changed<Nothing>>, "once");
  static_assert(changes_last<Nothing, Map, Sum> && changes_last<State, GroupBy>);
  static_assert(!flow::detail::has<flow::Role::reduce, Map, Uniq>, "what take_sort asks for");
}

SCENARIO(FL_006_AMapBehindAReduceChangesWhatItEmits) {
  const auto twice = flow::map([](int n) { return 2 * n; });
  EXPECT_THAT(events_of(up_to(4) | sum | twice, world), ElementsAre(20));
  EXPECT_THAT(events_of(up_to(4) | sum | flow::emit(flow::state) | twice, world), ElementsAre(20));
}

SCENARIO_EXCLUDED_BY_TYPE(FL_007_UniqComesBeforeReduce) {
  static_assert(place<Uniq, Sum> == Place::behind_reduce && place<Uniq, List, Map> == Place::behind_reduce);
  static_assert(place<Uniq, Count, Map, Uniq> == Place::fits);
}

SCENARIO_EXCLUDED_BY_TYPE(FL_008_MapBatchComesFirst) {
  static_assert(place<Batch, Map> == Place::late_batch && place<Batch, Sum> == Place::late_batch);
  static_assert(place<Batch, Uniq> == Place::late_batch && place<Batch, Count> == Place::late_batch);
  static_assert(place<Batch> == Place::fits && place<Batch, Batch> == Place::fits);
  static_assert(place<Count, Batch> == Place::fits && place<Map, Batch> == Place::fits);
}

SCENARIO(FL_009_AnAccumulatorIsAValueOrACallable) {
  EXPECT_THAT(events_of(up_to(4) | flow::reduce(10, std::plus{}), world), ElementsAre(20));
  EXPECT_THAT(events_of(up_to(4) | flow::reduce([] { return 20; }, std::plus{}), world), ElementsAre(30));
}

TEST(Grammar, AWindowComesBeforeWhatKeepsState) {
  static_assert(place<Count, Count> == Place::late_window && place<Count, Sum> == Place::late_window);
  static_assert(place<Count, Uniq> == Place::late_window);
  static_assert(place<Count, Map> == Place::fits && place<Sum, Map, Count, Map> == Place::fits);
}

}  // namespace
}  // namespace sluice::flow_tests
