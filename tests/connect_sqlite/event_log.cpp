#include "sluice/connect/sqlite/event_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "sluice/connect/sqlite/job_queue.hpp"
#include "sluice/core/errors.hpp"
#include "tests/connect_sqlite/queue_files.hpp"

namespace sluice::sqlite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EventLogTest : public testing::Test {
 protected:
  static std::vector<std::string> texts(const std::vector<LoggedEvent>& events) {
    std::vector<std::string> result;
    for (const LoggedEvent& event : events) {
      result.push_back(std::to_string(event.sequence) + " " + std::string(text_of(event.payload)));
    }
    return result;
  }
  void append_abc(EventLog& log) {
    const std::vector<BytesView> payloads{bytes_of("a"), bytes_of("b"), bytes_of("c")};
    EXPECT_EQ(log.append(payloads), (SequenceRange{.first = 1, .last = 3}));
  }

  Folder folder_;
  EventLogOptions options_{.synchronous = Synchronous::normal};
};

TEST_F(EventLogTest, ReadsInOrderWhatWasAppended) {
  EventLog log(folder_.file(), options_);
  EXPECT_EQ(log.range(), SequenceRange{});
  append_abc(log);
  EXPECT_EQ(log.append(bytes_of("d")), (SequenceRange{.first = 4, .last = 4}));
  EXPECT_EQ(log.append(std::span<const BytesView>()), SequenceRange{});
  EXPECT_THAT(texts(log.read(0, 10)), ElementsAre("1 a", "2 b", "3 c", "4 d"));
  EXPECT_THAT(texts(log.read(1, 2)), ElementsAre("2 b", "3 c"));
  EXPECT_THAT(log.read(4, 10), IsEmpty());
  EXPECT_THAT(texts(log.read(-5, 1)), ElementsAre("1 a"));
  EXPECT_EQ(log.range(), (SequenceRange{.first = 1, .last = 4}));
}

TEST_F(EventLogTest, KeepsTheEventsAndPositionsOverTheEndOfAConnection) {
  {
    EventLog log(folder_.file(), options_);
    append_abc(log);
    log.commit("mailer", 2);
  }
  EventLog log(folder_.file(), options_);
  EXPECT_THAT(texts(log.read(log.position("mailer"), 10)), ElementsAre("3 c"));
}

TEST_F(EventLogTest, EachConsumerHasItsPositionAndItNeverGoesBack) {
  EventLog log(folder_.file(), options_);
  append_abc(log);
  EXPECT_EQ(log.position("a"), 0);
  log.commit("a", 3);
  log.commit("b", 1);
  log.commit("a", 2);
  EXPECT_EQ(log.position("a"), 3);
  EXPECT_EQ(log.position("b"), 1);
  log.rewind("a", 0);
  EXPECT_EQ(log.position("a"), 0);
}

TEST_F(EventLogTest, TrimRemovesTheOldAndNumbersGoOn) {
  EventLog log(folder_.file(), options_);
  append_abc(log);
  EXPECT_EQ(log.trim(2), 2U);
  EXPECT_EQ(log.trim(2), 0U);
  EXPECT_THAT(texts(log.read(0, 10)), ElementsAre("3 c"));
  EXPECT_EQ(log.range(), (SequenceRange{.first = 3, .last = 3}));
  EXPECT_EQ(log.trim(1000), 1U);
  log.commit("a", 3);
  EXPECT_EQ(log.append(bytes_of("d")), (SequenceRange{.first = 4, .last = 4}));
}

TEST_F(EventLogTest, SeveralConnectionsAppendToOneSequence) {
  EventLog first(folder_.file(), options_);
  EventLog second(folder_.file(), options_);
  EXPECT_EQ(first.append(bytes_of("x")).last, 1);
  EXPECT_EQ(second.append(bytes_of("y")).last, 2);
  EXPECT_EQ(first.append(bytes_of("z")).last, 3);
  EXPECT_THAT(texts(second.read(0, 9)), ElementsAre("1 x", "2 y", "3 z"));
}

TEST_F(EventLogTest, LivesInTheFileOfAQueue) {
  TestClock clock;
  JobQueue queue(folder_.file(), quick(clock));
  EventLog log(folder_.file(), options_);
  queue.enqueue(job("a job"));
  log.append(bytes_of("an event"));
  EXPECT_EQ(queue.counts(), (JobCounts{.ready = 1}));
  EXPECT_THAT(texts(log.read(0, 9)), ElementsAre("1 an event"));
  log.verify();
}

TEST_F(EventLogTest, BadArgumentsAreNamedWithTheirValue) {
  options_.max_payload = 3;
  EventLog log(folder_.file(), options_);
  append_abc(log);
  const auto problem = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const OptionError& error) {
      return error.what();
    }
    return "";
  };
  const std::vector<BytesView> payloads{bytes_of("ok"), bytes_of("large")};
  EXPECT_EQ(problem([&] { log.append(payloads); }),
            "payload: must be at most 3 bytes (max_payload), got 5 in number 1 of the call");
  EXPECT_EQ(log.range().last, 3) << "the first one neither";
  EXPECT_EQ(problem([&] { log.commit("a", 4); }),
            "sequence: must be at least 0 and at most 3, the last one, got 4");
  EXPECT_THAT(problem([&] { log.rewind("a", -1); }), HasSubstr("got -1"));
  EXPECT_EQ(problem([&] { log.commit("", 1); }), "consumer: must be 1 to 1024 bytes, got 0");
  EXPECT_THAT(problem([&] { (void)log.position(std::string(1025, 'c')); }), HasSubstr("got 1025"));
  EXPECT_EQ(problem([&] { (void)log.read(0, 0); }), "max: must be at least 1, got 0");
  EXPECT_EQ(log.position("a"), 0);
}

TEST_F(EventLogTest, AFullLogTakesInNoMoreUntilItIsTrimmed) {
  options_.max_size = 1U << 20U;
  EventLog log(folder_.file(), options_);
  const Bytes payload(10'000);
  Sequence last = 0;
  try {
    while (true) last = log.append(payload).last;
  } catch (const QueueError& error) {
    EXPECT_EQ(error.kind(), QueueError::Kind::disk_full);
  }
  EXPECT_GT(last, 70);
  EXPECT_EQ(log.range().last, last);
  log.trim(last);
  EXPECT_EQ(log.append(payload).first, last + 1) << "what was refused has left no gap";
}

TEST_F(EventLogTest, ADamagedEventIsNamedAndTheOthersAreRead) {
  {
    EventLog log(folder_.file(), options_);
    const std::vector<BytesView> payloads{bytes_of("good"), bytes_of("DAMAGED"), bytes_of("fine")};
    log.append(payloads);
  }
  std::fstream file(folder_.file(), std::ios::binary | std::ios::in | std::ios::out);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  file.clear();
  file.seekp(static_cast<std::streamoff>(all.find("DAMAGED")));
  file << "damaged" << std::flush;
  EventLog log(folder_.file(), options_);
  EXPECT_THAT(texts(log.read(0, 10)), ElementsAre("1 good"));
  try {
    (void)log.read(1, 10);
    FAIL();
  } catch (const QueueError& error) {
    EXPECT_EQ(error.kind(), QueueError::Kind::corrupt);
    EXPECT_EQ(error.text(), "the payload of event 2 is damaged");
  }
  EXPECT_THAT(texts(log.read(2, 10)), ElementsAre("3 fine"));
}

}  // namespace
}  // namespace sluice::sqlite
