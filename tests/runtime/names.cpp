#include "stages.hpp"

namespace sluice::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Names, FindTheirStage) {
  Simulation runtime;
  const auto counts = runtime.start<Counts>({.name = "counts"});
  EXPECT_EQ(runtime.find<Counts>("counts"), counts);
  EXPECT_EQ(counts.name(), "counts");
  EXPECT_EQ(runtime.find<Counts>("nobody"), std::nullopt);
}

TEST(Names, OfAnotherTypeNameBothTypes) {
  Simulation runtime;
  runtime.start<Counts>({.name = "counts"});
  try {
    static_cast<void>(runtime.find<Numbers>("counts"));
    FAIL() << "found";
  } catch (const WrongType& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("Counts"), HasSubstr("Numbers"), HasSubstr("counts")));
  }
}

TEST(Names, AreFreeAgainAfterTheEnd) {
  Simulation runtime;
  runtime.start<Counts>({.name = "counts"}).stop();
  EXPECT_EQ(runtime.find<Counts>("counts"), std::nullopt);
  EXPECT_TRUE(runtime.start<Counts>({.name = "counts"}));
}

TEST(Names, AreTakenOnce) {
  Simulation runtime;
  const auto holder = runtime.start<Counts>({.name = "counts"});
  try {
    runtime.start<Counts>({.name = "counts"});
    FAIL() << "started";
  } catch (const StartError& error) {
    EXPECT_EQ(error.kind(), StartError::Kind::already_started);
    EXPECT_EQ(error.holder(), AnyRef(holder));
  }
}

TEST(Names, MustNotBeEmpty) {
  Simulation runtime;
  EXPECT_THROW(runtime.start<Counts>({.name = ""}), OptionError);
}

TEST(Names, OfAProducerOfOtherEventsAreRefusedBySubscribe) {
  Simulation runtime;
  runtime.start(StartOptions{.name = "words"}, from_range(std::vector<std::string>{"a"}));
  const auto counts = runtime.start<Counts>();
  EXPECT_THROW(counts.subscribe_to(by_name<Numbers>("words")), WrongType);
}

}  // namespace
}  // namespace sluice::tests
