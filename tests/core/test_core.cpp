#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "sluice/core/count.hpp"
#include "sluice/core/demand_window.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/hash.hpp"
#include "sluice/core/options.hpp"
#include "sluice/core/pool.hpp"
#include "sluice/core/reason.hpp"
#include "sluice/core/unique_function.hpp"

using sluice::Demand;
using sluice::DemandWindow;
using sluice::Hash;
using sluice::Pool;
using sluice::PoolDepot;
using sluice::Reason;
using sluice::UniqueFunction;
using sluice::unlimited;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

// -- demand

TEST(Count, SumsStopAtUnlimited) {
  EXPECT_EQ(sluice::add_demand(2, 3), 5u);
  EXPECT_EQ(sluice::add_demand(unlimited, 1), unlimited);
  EXPECT_EQ(sluice::add_demand(unlimited, unlimited), unlimited);
  EXPECT_EQ(sluice::add_demand(unlimited - 1, 1), unlimited);
  EXPECT_EQ(sluice::take_demand(5, 3), 2u);
  EXPECT_EQ(sluice::take_demand(3, 5), 0u);
  EXPECT_EQ(sluice::take_demand(unlimited, 7), unlimited);
}

/// What one message leads to: per batch its size, the ask after it and the excess in it.
using Batch = std::tuple<Demand, Demand, Demand>;

std::vector<Batch> receive(DemandWindow& window, Demand events) {
  std::vector<Batch> out;
  Demand allowed = window.open();
  while (events != 0) {
    const Demand n = std::min(events, window.chunk());
    const auto settled = window.settle(n, allowed);
    out.emplace_back(n, settled.ask, settled.excess);
    events -= n;
  }
  return out;
}

TEST(DemandWindow, CutsMessagesAsTheSpecificationWorksOut) {  // genstage.md §5.2
  DemandWindow first(10, 5);
  EXPECT_EQ(first.start(), 10u);
  EXPECT_THAT(receive(first, 10), ElementsAre(Batch{5, 5, 0}, Batch{5, 5, 0}));

  DemandWindow second(100, 80);
  EXPECT_EQ(second.start(), 100u);
  EXPECT_THAT(receive(second, 100), ElementsAre(Batch{20, 20, 0}, Batch{20, 20, 0}, Batch{20, 20, 0},
                                                Batch{20, 20, 0}, Batch{20, 20, 0}));

  DemandWindow third(100, 20);
  EXPECT_EQ(third.start(), 100u);
  EXPECT_THAT(receive(third, 100), ElementsAre(Batch{80, 80, 0}, Batch{20, 0, 0}));
  EXPECT_EQ(third.pending(), 80u);
  EXPECT_THAT(receive(third, 80), ElementsAre(Batch{80, 100, 0}));

  DemandWindow fourth(1, 0);
  EXPECT_EQ(fourth.start(), 1u);
  EXPECT_THAT(receive(fourth, 1), ElementsAre(Batch{1, 1, 0}));
  EXPECT_THAT(receive(fourth, 1), ElementsAre(Batch{1, 1, 0}));

  DemandWindow fifth(1000, 750);
  EXPECT_EQ(fifth.start(), 1000u);
  EXPECT_THAT(receive(fifth, 100), ElementsAre(Batch{100, 0, 0}));
  EXPECT_THAT(receive(fifth, 100), ElementsAre(Batch{100, 0, 0}));
  EXPECT_THAT(receive(fifth, 100), ElementsAre(Batch{100, 300, 0}));

  DemandWindow sixth(10, 5);
  EXPECT_EQ(sixth.start(), 10u);
  EXPECT_THAT(receive(sixth, 23),
              ElementsAre(Batch{5, 5, 0}, Batch{5, 5, 0}, Batch{5, 0, 5}, Batch{5, 0, 5}, Batch{3, 0, 3}));
  EXPECT_EQ(sixth.pending(), 10u);

  DemandWindow seventh(3, 1);
  EXPECT_EQ(seventh.start(), 3u);
  EXPECT_THAT(receive(seventh, 1), ElementsAre(Batch{1, 0, 0}));
  EXPECT_EQ(seventh.pending(), 2u);
  EXPECT_THAT(receive(seventh, 1), ElementsAre(Batch{1, 2, 0}));
}

TEST(DemandWindow, AsksForNothingWhilePaused) {
  DemandWindow window(10, 5);
  static_cast<void>(window.start());
  window.pause();
  EXPECT_TRUE(window.paused());
  EXPECT_THAT(receive(window, 10), ElementsAre(Batch{5, 0, 0}, Batch{5, 0, 0}));
  EXPECT_EQ(window.pending(), 0u);
  EXPECT_EQ(window.resume(), 10u);
  EXPECT_FALSE(window.paused());
  EXPECT_EQ(window.pending(), 10u);
}

TEST(DemandWindow, NewTermsFillTheWindowAtOnce) {
  DemandWindow window(10, 5);
  static_cast<void>(window.start());
  EXPECT_EQ(window.change(100, 50), 90u);
  EXPECT_EQ(window.pending(), 100u);
  EXPECT_EQ(window.chunk(), 50u);
  EXPECT_EQ(window.change(10, 5), 0u);
  EXPECT_EQ(window.pending(), 100u);
}

// -- options

std::string option_error(const sluice::SubscribeOptions& options) {
  try {
    check(options);
  } catch (const sluice::OptionError& error) {
    return error.what();
  }
  return "";
}

TEST(Options, NameTheFieldTheBoundAndTheValue) {
  EXPECT_EQ(option_error({}), "");
  EXPECT_EQ(option_error({.max_demand = 1, .min_demand = 0}), "");
  EXPECT_EQ(option_error({.max_demand = 0}), "max_demand: must be at least 1, got 0");
  EXPECT_THAT(option_error({.max_demand = unlimited}), HasSubstr("max_demand: must be less than unlimited"));
  EXPECT_EQ(option_error({.max_demand = 10, .min_demand = 10}),
            "min_demand: must be at most max_demand - 1 = 9, got 10");
}

TEST(Options, MinDemandIsHalfOfMaxDemandUnlessGiven) {
  EXPECT_EQ(sluice::min_demand_of({}), 500u);
  EXPECT_EQ(sluice::min_demand_of({.max_demand = 1}), 0u);
  EXPECT_EQ(sluice::min_demand_of({.max_demand = 7}), 3u);
  EXPECT_EQ(sluice::min_demand_of({.max_demand = 7, .min_demand = 0}), 0u);
}

// -- reasons

TEST(Reason, IsNormalByDefault) {
  EXPECT_EQ(Reason(), Reason::normal());
  EXPECT_EQ(Reason(Reason::Kind::normal), Reason());
  EXPECT_EQ(Reason().to_string(), "normal");
  EXPECT_TRUE(Reason().polite());
  EXPECT_FALSE(Reason().payload().has_value());
}

TEST(Reason, IsComparedByKindAndText) {
  EXPECT_EQ(Reason("boom"), Reason::failure("boom"));
  EXPECT_NE(Reason("boom"), Reason("bang"));
  EXPECT_NE(Reason("done"), Reason::shutdown("done"));
  EXPECT_EQ(Reason("disk full").to_string(), "failure: disk full");
  EXPECT_EQ(Reason::killed().to_string(), "killed");
}

TEST(Reason, IsPoliteForNormalAndShutdownOnly) {
  EXPECT_TRUE(Reason::shutdown("done").polite());
  for (const Reason& reason :
       {Reason("boom"), Reason::killed(), Reason::noproc(), Reason(Reason::Kind::timeout)}) {
    EXPECT_FALSE(reason.polite()) << reason.to_string();
  }
}

TEST(Reason, RemembersTheException) {
  const Reason reason = Reason::of(std::make_exception_ptr(std::runtime_error("boom")));
  EXPECT_EQ(reason, Reason("boom"));
  EXPECT_THROW(std::rethrow_exception(reason.exception()), std::runtime_error);
  EXPECT_FALSE(Reason::of(std::make_exception_ptr(42)).text().empty());
}

TEST(Reason, CarriesAPayload) {
  const Reason reason(Reason::Kind::shutdown, "rebalance", 7);
  EXPECT_EQ(std::any_cast<int>(reason.payload()), 7);
  const Reason copy = reason;
  EXPECT_EQ(std::any_cast<int>(copy.payload()), 7);
}

TEST(Errors, SayWhatHappened) {
  EXPECT_THAT(sluice::CallError(sluice::CallError::Kind::down, Reason("boom")).what(), HasSubstr("boom"));
  EXPECT_EQ(sluice::Refused(Reason("no")).reason(), Reason("no"));
  EXPECT_THAT(sluice::Refused(Reason("no seats")).what(), HasSubstr("no seats"));
  EXPECT_EQ(sluice::OptionError("size", "too small").field(), "size");
}

// -- functions

TEST(UniqueFunction, HoldsWhatCannotBeCopied) {
  UniqueFunction<int(int)> add = [owned = std::make_unique<int>(40)](int n) { return *owned + n; };
  EXPECT_EQ(add(2), 42);
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_TRUE(moved);
  EXPECT_FALSE(add);
  EXPECT_EQ(moved(3), 43);
}

TEST(UniqueFunction, IsAsLargeAsAPointerAndEmptyByDefault) {
  static_assert(sizeof(UniqueFunction<void()>) == sizeof(void*));
  static_assert(!std::is_constructible_v<UniqueFunction<int(int)>, int (*)(std::string)>);
  EXPECT_FALSE(UniqueFunction<void()>());
  EXPECT_FALSE(UniqueFunction<void()>(nullptr));
}

TEST(UniqueFunction, ForwardsArgumentsAndDropsResults) {
  UniqueFunction<std::string(std::unique_ptr<std::string>)> take = [](std::unique_ptr<std::string> s) {
    return *s;
  };
  EXPECT_EQ(take(std::make_unique<std::string>("text")), "text");
  int calls = 0;
  UniqueFunction<void()> count = [&] { return ++calls; };
  count();
  EXPECT_EQ(calls, 1);
}

// -- pool

#if defined(__SANITIZE_ADDRESS__)
constexpr bool with_address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool with_address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool with_address_sanitizer = false;
#endif

TEST(Pool, HandsOutWhatItWasGivenBackUnlessASanitizerWantsToSeeItFreed) {
  constexpr bool recycles = !with_address_sanitizer;
  PoolDepot depot;
  Pool pool(depot);
  const Pool::Installed installed(pool);
  void* const storage = Pool::take(100);
  Pool::give(storage, 100);
  void* const again = Pool::take(128);
  EXPECT_EQ(again == storage, recycles);
  Pool::give(again, 128);
}

TEST(Pool, AlignsLargeStorageToSixtyFourBytes) {
  for (const std::size_t bytes : {1u, 64u, 65u, 1000u, 65'536u, 65'537u, 1'000'000u}) {
    void* const storage = Pool::take(bytes);
    const std::size_t alignment = bytes > Pool::largest_unaligned ? 64 : alignof(std::max_align_t);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(storage) % alignment, 0u);
    EXPECT_GE(Pool::usable_size(bytes), bytes);
    Pool::give(storage, bytes);
  }
  EXPECT_EQ(Pool::usable_size(65), 128u);
  EXPECT_EQ(Pool::usable_size(65'537), 65'537u);
}

TEST(Pool, StorageTravelsBetweenThreadsOverTheDepot) {
  PoolDepot depot;
  std::vector<void*> storage(1000);
  std::thread taker([&] {
    Pool pool(depot);
    const Pool::Installed installed(pool);
    for (void*& each : storage) each = Pool::take(256);
  });
  taker.join();
  std::thread giver([&] {
    Pool pool(depot);
    const Pool::Installed installed(pool);
    for (void* each : storage) Pool::give(each, 256);
    for (void*& each : storage) each = Pool::take(256);
    for (void* each : storage) Pool::give(each, 256);
  });
  giver.join();
}

TEST(Pool, InstallsNest) {
  PoolDepot depot;
  Pool outer(depot), inner(depot);
  const Pool::Installed a(outer);
  {
    const Pool::Installed b(inner);
    Pool::give(Pool::take(64), 64);
  }
  Pool::give(Pool::take(64), 64);
}

// -- hash

enum class Colour : short { red = 1, blue = -1 };

TEST(Hash, IsTheSameOnEveryPlatformAndRun) {
  EXPECT_EQ(Hash<int>{}(0), 0xE220A8397B1DCDAFull);
  EXPECT_EQ(Hash<int>{}(1), 0x910A2DEC89025CC1ull);
  EXPECT_EQ(Hash<int>{}(-1), 0xE4D971771B652C20ull);
  EXPECT_EQ(Hash<std::string>{}(""), 0x2D06800538D394C2ull);
  EXPECT_EQ(Hash<std::string>{}("sluice"), 0x7E13095F1588691Dull);
  EXPECT_EQ(Hash<double>{}(1.5), 0xD6DAB18E1392608Aull);
  EXPECT_EQ((Hash<std::pair<int, std::string>>{}({1, "a"})), 0x84882C4690510A4Aull);
  EXPECT_EQ((Hash<std::tuple<int, int, int>>{}({1, 2, 3})), 0xF5599F530391DC0Eull);
}

TEST(Hash, DependsOnTheValueAndNotOnTheType) {
  EXPECT_EQ(Hash<int>{}(-1), Hash<long long>{}(-1));
  EXPECT_EQ(Hash<unsigned char>{}(200), Hash<std::uint64_t>{}(200));
  EXPECT_EQ(Hash<Colour>{}(Colour::blue), Hash<int>{}(-1));
  EXPECT_EQ(Hash<bool>{}(true), Hash<int>{}(1));
  EXPECT_EQ(Hash<float>{}(1.5F), Hash<double>{}(1.5));
  EXPECT_EQ(Hash<std::string_view>{}("x"), Hash<std::string>{}("x"));
  EXPECT_EQ(Hash<const char*>{}("x"), Hash<std::string>{}("x"));
  EXPECT_EQ(Hash<sluice::StageId>{}({7}), Hash<int>{}(7));
}

TEST(Hash, ZeroHasOneHashWhateverItsSign) {
  EXPECT_EQ(Hash<double>{}(-0.0), Hash<double>{}(0.0));
  EXPECT_EQ(Hash<float>{}(-0.0F), Hash<double>{}(0.0));
  EXPECT_NE(Hash<double>{}(-1.0), Hash<double>{}(1.0));
}

TEST(Hash, OrderAndNumberOfElementsMatter) {
  using Pair = std::pair<int, int>;
  EXPECT_NE(Hash<Pair>{}({1, 2}), Hash<Pair>{}({2, 1}));
  EXPECT_NE((Hash<std::tuple<int>>{}({1})), Hash<int>{}(1));
  EXPECT_NE((Hash<std::tuple<int, int>>{}({0, 0})), (Hash<std::tuple<int, int, int>>{}({0, 0, 0})));
  EXPECT_EQ((Hash<std::tuple<int, int>>{}({1, 2})), Hash<Pair>{}({1, 2}));
}

TEST(Hash, DividesRegularKeysEvenly) {
  for (const std::size_t buckets : {2u, 3u, 4u, 7u, 64u}) {
    for (const int step : {1, 2, 4, 8, 1000, 65'536}) {
      std::vector<int> count(buckets);
      const int keys = 1000 * static_cast<int>(buckets);
      for (int i = 0; i < keys; ++i) {
        ++count.at(sluice::bucket_of(Hash<long>{}(static_cast<long>(i) * step), buckets));
      }
      EXPECT_THAT(count, testing::Each(testing::AllOf(testing::Gt(850), testing::Lt(1150))))
          << buckets << " x " << step;
    }
  }
}

TEST(Hash, BucketsAreNeverOutOfRange) {
  for (const std::uint64_t hash : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    EXPECT_EQ(sluice::bucket_of(hash, 1), 0u);
    EXPECT_LT(sluice::bucket_of(hash, 3), 3u);
    EXPECT_LT(sluice::bucket_of(hash, 0xFFFF'FFFF), 0xFFFF'FFFFu);
  }
}

struct Customer {
  int country;
  std::string name;
};

}  // namespace

template <>
struct sluice::Hash<Customer> {
  std::uint64_t operator()(const Customer& customer) const noexcept {
    return combine_hashes(Hash<int>{}(customer.country), Hash<std::string>{}(customer.name));
  }
};

namespace {

TEST(Hash, IsSpecialisedForOwnTypes) {
  EXPECT_EQ(Hash<Customer>{}({1, "a"}), Hash<Customer>{}({1, "a"}));
  EXPECT_NE(Hash<Customer>{}({1, "a"}), Hash<Customer>{}({2, "a"}));
  EXPECT_NE((Hash<std::pair<Customer, int>>{}({{1, "a"}, 1})),
            (Hash<std::pair<Customer, int>>{}({{1, "a"}, 2})));
}

}  // namespace
