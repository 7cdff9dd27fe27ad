#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "flow/flow.hpp"

namespace sluice::flow_tests {
namespace {

using Numbers = std::vector<long>;

/// A flow of random layers over random numbers, and what it must emit, found by loops over a vector. In an
/// ordered one each layer has one stage, so that also the order is promised (flow.md §10).
class RandomFlow {
 public:
  explicit RandomFlow(std::uint64_t seed) : random_(seed), ordered_(draw(0, 2) == 0), flow_(source()) {
    const long layers = draw(1, 5);
    for (long i = 0; i != layers; ++i) add_layer();
  }

  [[nodiscard]] const flow::Flow<long>& flow() const noexcept { return flow_; }
  [[nodiscard]] bool ordered() const noexcept { return ordered_; }
  [[nodiscard]] const Numbers& expected() const noexcept { return expected_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  [[nodiscard]] long draw(long least, long most) {
    return std::uniform_int_distribution(least, most)(random_);
  }

  [[nodiscard]] flow::Flow<long> source() {
    std::vector<Numbers> ranges(ordered_ ? 1 : static_cast<std::size_t>(draw(1, 3)));
    for (Numbers& range : ranges) {
      range.resize(static_cast<std::size_t>(draw(0, 60)));
      for (long& n : range) n = draw(-50, 50);
      expected_.insert(expected_.end(), range.begin(), range.end());
    }
    return flow::from_ranges(std::move(ranges)) | flow::shuffle(options());
  }
  [[nodiscard]] flow::LayerOptions options() {
    static constexpr Demand demands[] = {1, 2, 7, 1000};
    flow::LayerOptions made;
    made.stages = ordered_ ? 1 : static_cast<std::size_t>(draw(1, 4));
    made.max_demand = demands[draw(0, 3)];
    text_ += " {" + std::to_string(*made.stages) + ", " + std::to_string(*made.max_demand) + "}";
    return made;
  }
  /// What keeps equal keys together: n modulo `modulus`, from 0.
  struct Residue {
    long modulus;
    long operator()(long n) const { return ((n % modulus) + modulus) % modulus; }
  };

  template <class F>
  void divide(F flow) {
    divide_by({draw(1, 9)}, std::move(flow));
  }
  template <class F>
  void divide_by(Residue key, F flow) {
    flow_ = std::move(flow) | flow::partition(key, options());
    text_ += " | partition";
  }
  template <class... Ops>
  void append(const char* what, Ops... ops) {
    text_ += std::string(" | ") + what;
    auto open = (flow_ | ... | std::move(ops));
    if (draw(0, 1) == 0) {
      flow_ = std::move(open) | flow::shuffle(options());
    } else {
      divide(std::move(open));
    }
  }
  /// each(n, out) for all that is expected so far: what it puts out is expected then.
  template <class Each>
  void expect(Each each) {
    Numbers next;
    for (const long n : expected_) each(n, next);
    expected_ = std::move(next);
  }

  void add_layer() {
    using Add = void (RandomFlow::*)();
    static constexpr Add anywhere[] = {&RandomFlow::add_map,     &RandomFlow::add_filters,
                                       &RandomFlow::add_fused,   &RandomFlow::add_uniq,
                                       &RandomFlow::add_batches, &RandomFlow::add_sums,
                                       &RandomFlow::add_take,    &RandomFlow::add_grouping};
    static constexpr Add in_order[] = {&RandomFlow::add_uniq_by, &RandomFlow::add_windows,
                                       &RandomFlow::add_triggers};
    const long which = draw(0, ordered_ ? 10 : 7);
    std::invoke(which < 8 ? anywhere[which] : in_order[which - 8], *this);
  }

  void add_map() {
    const long k = draw(-5, 5);
    append("map", flow::map([k](long n) { return (n * k + 1) % 1009; }));
    expect([k](long n, Numbers& out) { out.push_back((n * k + 1) % 1009); });
  }
  void add_filters() {
    const Residue of{draw(2, 5)};
    append("filter, reject", flow::filter([of](long n) { return of(n) != 0; }),
           flow::reject([](long n) { return n > 900; }));
    expect([of](long n, Numbers& out) {
      if (of(n) != 0 && n <= 900) out.push_back(n);
    });
  }
  void add_fused() {
    const Residue copies{3};
    append("map, each, flat_map", flow::map([](long n) { return n + 1; }), flow::each([](long) {}),
           flow::flat_map([copies](long n) { return Numbers(static_cast<std::size_t>(copies(n)), n); }));
    expect([copies](long n, Numbers& out) {
      out.insert(out.end(), static_cast<std::size_t>(copies(n + 1)), n + 1);
    });
  }
  void add_batches() {
    append("map_batch, map_batch", flow::map_batch([](Numbers all) {
             std::erase_if(all, [](long n) { return n % 4 == 0; });
             return all;
           }),
           flow::map_batch([](const Numbers& all) {
             Numbers twice;
             for (const long n : all) twice.insert(twice.end(), {n, -n});
             return twice;
           }));
    expect([](long n, Numbers& out) {
      if (n % 4 != 0) out.insert(out.end(), {n, -n});
    });
  }
  void add_uniq() {
    divide(flow_);
    append("uniq", flow::uniq());
    expect([seen = std::set<long>()](long n, Numbers& out) mutable {
      if (seen.insert(n).second) out.push_back(n);
    });
  }
  void add_sums() {
    using Sums = std::map<long, long>;
    const Residue key{draw(1, 9)};
    divide_by(key, flow_);
    append("reduce, flatten, map", flow::reduce(Sums{}, [key](Sums& sums, long n) { sums[key(n)] += n; }),
           flow::flatten(),
           flow::map([](const std::pair<long, long>& sum) { return sum.first + sum.second % 1009; }));
    Sums sums;
    for (const long n : expected_) sums[key(n)] += n;
    expected_.clear();
    for (const auto& [residue, sum] : sums) expected_.push_back(residue + sum % 1009);
  }
  /// The order of groups is none, so they are sorted by a take_sort of all.
  void add_grouping() {
    const Residue key{draw(1, 9)};
    divide_by(key, flow_);
    append("group_by, flatten, map, take_sort, flatten", flow::group_by(key), flow::flatten(),
           flow::map([](const std::pair<long, flow::Group<long>>& group) {
             return static_cast<long>(group.second.size()) * 10 + group.first;
           }),
           flow::take_sort(9), flow::flatten());
    std::map<long, long> sizes;
    for (const long n : expected_) ++sizes[key(n)];
    expected_.clear();
    for (const auto& [residue, size] : sizes) expected_.push_back(size * 10 + residue);
    std::ranges::sort(expected_);
  }
  void add_take() {
    const long n = draw(1, 20);
    append("reduce, take_sort, flatten", flow::reduce(Numbers{}, Append<long>{}),
           flow::take_sort(static_cast<std::size_t>(n), std::greater{}), flow::flatten());
    std::ranges::sort(expected_, std::greater{});
    expected_.resize(std::min(expected_.size(), static_cast<std::size_t>(n)));
  }
  void add_uniq_by() {
    const Residue key{draw(1, 9)};
    append("uniq_by", flow::uniq_by(key));
    expect([key, seen = std::set<long>()](long n, Numbers& out) mutable {
      if (seen.insert(key(n)).second) out.push_back(n);
    });
  }
  void add_windows() {
    const std::size_t size = static_cast<std::size_t>(draw(1, 9));
    append("count, reduce", flow::window::count(size), flow::reduce(0L, std::plus{}));
    Numbers sums;
    for (std::size_t at = 0; at <= expected_.size(); at += size)
      sums.push_back(std::accumulate(from(at), from(at + size), 0L));
    expected_ = std::move(sums);
  }
  void add_triggers() {
    const std::size_t n = static_cast<std::size_t>(draw(1, 9));
    append("every, reduce", flow::window::global({.trigger = flow::every(n)}), flow::reduce(0L, std::plus{}));
    Numbers sums;
    for (std::size_t at = n; at <= expected_.size(); at += n)
      sums.push_back(std::accumulate(from(0), from(at), 0L));
    sums.push_back(std::accumulate(expected_.begin(), expected_.end(), 0L));
    expected_ = std::move(sums);
  }
  [[nodiscard]] Numbers::const_iterator from(std::size_t at) const {
    return expected_.begin() + static_cast<std::ptrdiff_t>(std::min(at, expected_.size()));
  }

  std::mt19937_64 random_;
  bool ordered_;
  Numbers expected_;
  std::string text_;
  flow::Flow<long> flow_;
};

void expect_what_loops_find(const RandomFlow& random, conformance::World& world) {
  Numbers events;
  ASSERT_NO_THROW(events = events_of(random.flow(), world));
  if (random.ordered()) {
    EXPECT_EQ(events, random.expected());
  } else {
    EXPECT_EQ(sorted(events), sorted(random.expected()));
  }
}

TEST(Properties, AFlowEmitsWhatLoopsOverAVectorFind) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const RandomFlow random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + random.text());
    conformance::World world(seed);
    expect_what_loops_find(random, world);
    if (HasFailure()) return;
  }
}

TEST(Properties, AndUnderThreads) {
  for (std::uint64_t seed = 1; seed <= 300; seed += 10) {
    const RandomFlow random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + random.text());
    conformance::World world;
    expect_what_loops_find(random, world);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sluice::flow_tests
