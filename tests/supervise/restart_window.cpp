#include "sluice/supervise/restart_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sluice/core/errors.hpp"
#include "sluice/supervise/shutdown.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Instant at(Duration time) { return Instant(time); }

TEST(RestartWindow, AllowsAsManyRestartsWithinTheTimeAsItSays) {
  RestartWindow window({.max_restarts = 3, .within = 5s});
  EXPECT_EQ(window.note(at(0s)), RestartVerdict::allowed);
  EXPECT_EQ(window.note(at(1s)), RestartVerdict::allowed);
  EXPECT_EQ(window.note(at(2s)), RestartVerdict::allowed);
  EXPECT_EQ(window.note(at(3s)), RestartVerdict::too_many);
}

TEST(RestartWindow, OneExactlyTheTimeAgoStillCounts) {
  RestartWindow window({.max_restarts = 1, .within = 5s});
  EXPECT_EQ(window.note(at(0s)), RestartVerdict::allowed);
  EXPECT_EQ(window.note(at(5s)), RestartVerdict::too_many);
}

TEST(RestartWindow, OlderOnesAreForgotten) {
  RestartWindow window({.max_restarts = 1, .within = 5s});
  EXPECT_EQ(window.note(at(0s)), RestartVerdict::allowed);
  EXPECT_EQ(window.note(at(5s + 1ns)), RestartVerdict::allowed);
  EXPECT_EQ(window.recent(), 1U);
}

TEST(RestartWindow, ZeroAllowsNone) {
  RestartWindow window({.max_restarts = 0, .within = 1s});
  EXPECT_EQ(window.note(at(0s)), RestartVerdict::too_many);
  EXPECT_EQ(window.note(at(1h)), RestartVerdict::too_many);
}

TEST(RestartWindow, TheTimeSlides) {
  RestartWindow window({.max_restarts = 2, .within = 10s});
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(window.note(at(i * 6s)), RestartVerdict::allowed) << i;
  }
  EXPECT_EQ(window.note(at(100 * 6s - 5s)), RestartVerdict::too_many);
}

TEST(RestartWindow, UnlimitedAllowsAnyNumberAndRemembersNothing) {
  RestartWindow window({.max_restarts = unlimited});
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(window.note(at(0s)), RestartVerdict::allowed);
  EXPECT_EQ(window.recent(), 0U);
}

TEST(RestartWindow, RemembersNoMoreThanItNeeds) {
  RestartWindow window({.max_restarts = 3, .within = 1h});
  for (int i = 0; i < 1000; ++i) static_cast<void>(window.note(at(i * 1s)));
  EXPECT_EQ(window.recent(), 4U);
}

template <class F>
std::string message_of(F code) {
  try {
    code();
  } catch (const OptionError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(RestartWindow, SaysWhichFieldIsOutOfRange) {
  EXPECT_THAT(message_of([] { RestartWindow({.within = 0s}); }),
              testing::AllOf(HasSubstr("within"), HasSubstr("got 0 ns")));
  EXPECT_THAT(message_of([] { RestartWindow({.max_restarts = static_cast<std::size_t>(-1)}); }),
              testing::AllOf(HasSubstr("max_restarts"), HasSubstr("at least 0"), HasSubstr("-1")));
}

TEST(Shutdown, IsATimeForEverOrKill) {
  EXPECT_EQ(Shutdown(5s).time(), 5s);
  EXPECT_EQ(Shutdown(forever).time(), forever);
  EXPECT_TRUE(Shutdown::kill.kills());
  EXPECT_FALSE(Shutdown(1ns).kills());
  EXPECT_THAT(message_of([] { check(Shutdown(0s)); }), HasSubstr("shutdown"));
  EXPECT_THAT(message_of([] { check(Shutdown(-1s)); }), HasSubstr("-1000000000 ns"));
  EXPECT_NO_THROW(check(Shutdown::kill));
  EXPECT_NO_THROW(check(Shutdown(forever)));
}

}  // namespace
}  // namespace sluice
