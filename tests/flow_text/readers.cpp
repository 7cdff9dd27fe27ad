#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "files.hpp"
#include "sluice/flow/text/line_reader.hpp"
#include "sluice/flow/text/line_runs.hpp"
#include "sluice/flow/text/memory_bytes.hpp"
#include "sluice/flow/text/reading_thread.hpp"
#include "sluice/flow/text/words.hpp"
#include "sluice/sluice.hpp"
#include "sluice/testing/testing.hpp"

namespace sluice::tests {
namespace {

using flow::BlockStore;
using flow::ByteSource;
using flow::Encoding;
using flow::line_reader;
using flow::LineReader;
using flow::LineRuns;
using flow::lines_of;
using flow::LinesOptions;
using flow::MemoryBytes;
using flow::ReadAhead;
using flow::ReadingThread;
using flow::Supplied;
using flow::Text;
using sluice::testing::ConsumerProbe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

LogSink silence() {
  return [](const LogRecord&) {};
}

void for_each_seed(std::uint64_t count, void (*test)(Simulation&)) {
  sluice::testing::for_each_seed(count, test, {.log = silence()});
}

const SubscribeOptions few{.max_demand = 4, .on_cancel = OnCancel::transient};

/// "line 0\nline 1\n…"
std::string numbered(int count) {
  std::string text;
  for (int i = 0; i != count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

/// The lines of these readers, and how reading failed.
struct Got {
  std::vector<Text> lines = {};
  std::optional<Reason> failure = {};
};
Got all(Runtime& runtime, const std::vector<Ref<LineReader>>& readers, Demand max_demand = 4) {
  Got got;
  std::vector<SubscribeTo<Text>> terms;
  for (const auto& reader : readers)
    terms.push_back({reader, {.max_demand = max_demand, .on_cancel = OnCancel::transient}});
  try {
    for (Text& line : runtime.to_range<Text>(std::move(terms))) got.lines.push_back(std::move(line));
  } catch (const RangeFailed& failed) {
    got.failure = failed.reason();
  }
  return got;
}
Ref<LineReader> start(Runtime& runtime, StageRecipe<LineReader> recipe) {
  return runtime.start(std::move(recipe));
}

// -- in a simulation

TEST(LineReader, EmitsAsManyLinesAsAreAskedFor) {
  for_each_seed(20, [](Simulation& runtime) {
    ConsumerProbe<Text> consumer(runtime);
    const auto reader = runtime.start(lines_of("a\nb\nc\nd", {.block = 3}));
    consumer.subscribe_to(reader);
    consumer.ask(1);
    runtime.settle();
    consumer.expect_events({Text("a")});
    consumer.ask(2);
    runtime.settle();
    consumer.expect_events({Text("a"), Text("b"), Text("c")});
    EXPECT_TRUE(reader.alive());
  });
}

TEST(LineReader, EndsNormallyWhenMoreIsAskedForThanIsLeft) {
  for_each_seed(20, [](Simulation& runtime) {
    ConsumerProbe<Text> consumer(runtime);
    const auto reader = runtime.start(lines_of("a\nb\n"));
    consumer.subscribe_to(reader);
    consumer.ask(2);
    runtime.settle();
    EXPECT_TRUE(reader.alive());
    consumer.ask(1);
    runtime.settle();
    EXPECT_EQ(runtime.wait(reader), Reason::normal());
    consumer.expect_events({Text("a"), Text("b")});
    EXPECT_THAT(consumer.cancellations(), ElementsAre(Cancellation{Cancellation::Cause::down, {}}));
  });
}

TEST(LineReader, OfAnEmptyTextJustEnds) {
  Simulation runtime;
  const Got got = all(runtime, {start(runtime, lines_of(""))});
  EXPECT_TRUE(got.lines.empty());
  EXPECT_FALSE(got.failure);
}

TEST(LineReader, ReadsAFileInASimulationTheSameWayEachTime) {
  const Files files;
  const std::string path = files.write("a.txt", numbered(300));
  std::uint64_t trace = 0;
  for (int round = 0; round != 2; ++round) {
    Simulation runtime({.seed = 5});
    const Got got = all(runtime, {start(runtime, line_reader(path, {.block = 100}))});
    ASSERT_EQ(got.lines.size(), 300U);
    EXPECT_EQ(got.lines.back(), "line 299");
    if (round != 0) {
      EXPECT_EQ(runtime.trace_hash(), trace);
    }
    trace = runtime.trace_hash();
  }
}

TEST(LineReader, LetsOtherStagesHaveTheirTurnBetweenBlocks) {
  Simulation runtime;
  ConsumerProbe<Text> consumer(runtime);
  consumer.subscribe_to(runtime.start(lines_of(numbered(100), {.block = 16})));
  consumer.ask(1000);
  runtime.settle();
  EXPECT_EQ(consumer.events().size(), 100U);
  EXPECT_GT(consumer.messages().size(), 5U);
}

TEST(LineReader, FailsBehindTheLastLineThatCouldBeRead) {
  for_each_seed(20, [](Simulation& runtime) {
    ConsumerProbe<Text> consumer(runtime);
    const auto reader =
        runtime.start(lines_of("good\n\xFF\nnever seen\n", {.block = 4, .encoding = Encoding::utf8}));
    consumer.subscribe_to(reader);
    consumer.ask(1);
    runtime.settle();
    EXPECT_TRUE(reader.alive());
    consumer.ask(1);
    runtime.settle();
    EXPECT_EQ(runtime.wait(reader), Reason::failure("text: at byte 5: no UTF-8"));
    consumer.expect_events({Text("good")});
  });
}

TEST(LineReader, OfBrokenGzipFailsWithFileAndOffset) {
  const Files files;
  Simulation runtime({.log = silence()});
  const std::string packed = gzip(numbered(1000));
  const std::string path = files.write("cut.gz", packed.substr(0, packed.size() - 1));
  const Got got = all(runtime, {start(runtime, line_reader(path))});
  EXPECT_EQ(got.lines.size(), 1000U);
  ASSERT_TRUE(got.failure);
  EXPECT_EQ(got.failure->text(),
            path + ": at byte " + std::to_string(packed.size() - 1) + ": the gzip data ends too early");
}

TEST(LineReader, IsNotStartedForAFileThatCannotBeOpened) {
  Simulation runtime({.log = silence()});
  for (const std::string path : {"/no/such/file.txt", "/proc"}) {
    auto recipe = line_reader(path);
    try {
      runtime.start(std::move(recipe));
      FAIL() << "it started";
    } catch (const StartError& error) {
      EXPECT_THAT(error.what(), HasSubstr(path + ": "));
      EXPECT_THAT(error.what(), HasSubstr("cannot be opened"));
    }
  }
  EXPECT_THROW(runtime.start<LineReader>(std::string("/no/such/file.txt")), StartError);
}

TEST(LineReader, ChecksItsOptionsAtTheCall) {
  EXPECT_THROW(static_cast<void>(line_reader("/no/such/file.txt", {.block = 0})), OptionError);
  EXPECT_THROW(static_cast<void>(lines_of("", {.max_line = 0})), OptionError);
  EXPECT_THROW(LineReader(std::string("/no/such/file.txt"), {.ahead = 0}), OptionError);
  EXPECT_THROW(LineReader(std::make_unique<MemoryBytes>(""), {.ahead = 0}), OptionError);
}

TEST(LineReader, StopsWithItsLastConsumerOnlyIfToldTo) {
  for (const OnLastCancel last : {OnLastCancel::stop, OnLastCancel::carry_on}) {
    Simulation runtime;
    const auto reader = runtime.start(lines_of("a\nb\n", {.on_last_cancel = last}));
    ConsumerProbe<Text> one(runtime);
    ConsumerProbe<Text> other(runtime);
    one.subscribe_to(reader);
    other.subscribe_to(reader);
    runtime.settle();
    one.cancel();
    runtime.settle();
    EXPECT_TRUE(reader.alive());
    other.cancel();
    runtime.settle();
    EXPECT_EQ(reader.alive(), last == OnLastCancel::carry_on);
  }
}

TEST(LineReader, HonoursItsProducerOptions) {
  Simulation runtime;
  const auto reader = runtime.start(lines_of(
      "a\nb\n", {.dispatcher = broadcast(), .buffer = {.size = 3}, .demand = DemandFlow::accumulate}));
  EXPECT_EQ(reader.inspect().buffer_capacity, 3U);
  EXPECT_EQ(reader.demand_flow(), DemandFlow::accumulate);
  EXPECT_EQ(reader.inspect().dispatcher, "broadcast");
}

TEST(LineReader, SaysWhatItReads) {
  Simulation runtime;
  const auto reader = runtime.start(lines_of("a\n"));
  EXPECT_EQ(reader.inspect().description, "lines of text, 0 owed");
}

TEST(LineReader, HandsOutTextThatOutlivesIt) {
  Got got;
  {
    Simulation runtime;
    got = all(runtime, {start(runtime, lines_of("some words\nand more\n"))});
  }
  EXPECT_THAT(got.lines, ElementsAre("some words", "and more"));
}

// -- the reading thread

/// "x\n" for ever, two bytes at a time; knows how often it was read.
class Endless final : public ByteSource {
 public:
  [[nodiscard]] std::size_t read(std::span<char> room) override {
    const std::lock_guard lock(mutex_);
    ++reads_;
    changed_.notify_all();
    room[0] = 'x';
    room[1] = '\n';
    return 2;
  }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  void wait_for_reads(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reads_ >= count; });
  }
  [[nodiscard]] int reads() {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int reads_ = 0;
  std::string name_ = "endless";
};

TEST(ReadingThread, ReadsNoMoreBlocksAheadThanAllowed) {
  const auto store = std::make_shared<BlockStore>(2, 0);
  auto bytes = std::make_unique<Endless>();
  Endless& endless = *bytes;
  auto runs = std::make_unique<LineRuns>(std::move(bytes), flow::LineRules{}, store);
  {
    ReadingThread thread(std::move(runs), 3, [] {});
    endless.wait_for_reads(3);
    Supplied first = thread.next();
    EXPECT_EQ(first.state, Supplied::State::here);
    endless.wait_for_reads(4);
    EXPECT_EQ(endless.reads(), 4);
    EXPECT_LE(store->most_live(), 5U);  // three ahead, the first, and one that is left for the next
  }
  EXPECT_EQ(store->live(), 0U);
}

TEST(ReadingThread, WakesItsReaderOnceForEachTimeItHadNothing) {
  const auto store = std::make_shared<BlockStore>(7, 2);
  auto runs =
      std::make_unique<LineRuns>(std::make_unique<MemoryBytes>(numbered(500)), flow::LineRules{}, store);
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  int sleeps = 0;
  int lines = 0;
  {
    ReadingThread thread(std::move(runs), 2, [&] {
      const std::lock_guard lock(mutex);
      ++wakes;
      woken.notify_one();
    });
    for (Supplied next = thread.next(); next.state != Supplied::State::over; next = thread.next()) {
      if (next.state == Supplied::State::here) {
        ++lines;
        continue;
      }
      ++sleeps;
      std::unique_lock lock(mutex);
      woken.wait(lock, [&] { return wakes == sleeps; });
    }
  }
  EXPECT_EQ(wakes, sleeps);
  EXPECT_EQ(lines, 500);
  EXPECT_LE(store->most_live(), 5U);
}

// -- with worker threads

TEST(LineReader, ReadsAheadWithWorkerThreads) {
  const Files files;
  const std::string path = files.write("a.txt", numbered(20'000));
  for (const ReadAhead read_ahead : {ReadAhead::automatic, ReadAhead::none}) {
    Runtime runtime({.workers = 2, .log = silence()});
    const Got got =
        all(runtime,
            {start(runtime, line_reader(path, {.block = 1000, .ahead = 2, .read_ahead = read_ahead}))}, 100);
    EXPECT_FALSE(got.failure);
    ASSERT_EQ(got.lines.size(), 20'000U);
    for (int i = 0; i != 20'000; ++i)
      ASSERT_EQ(got.lines[static_cast<std::size_t>(i)], "line " + std::to_string(i));
  }
}

TEST(LineReader, ReadsSeveralFilesAtOnce) {
  const Files files;
  Runtime runtime({.workers = 2, .log = silence()});
  std::vector<Ref<LineReader>> readers;
  for (int file = 0; file != 5; ++file) {
    std::string text;
    for (int i = 0; i != 1000; ++i) text += std::to_string(file) + " " + std::to_string(i) + "\n";
    const bool packed = file % 2 == 0;
    const std::string name = "file" + std::to_string(file) + (packed ? ".gz" : ".txt");
    readers.push_back(
        start(runtime, line_reader(files.write(name, packed ? gzip(text) : text), {.block = 512})));
  }
  std::map<std::string, int> next;
  for (const Text& line : all(runtime, readers).lines) {
    std::vector<std::string> words;
    for (const std::string_view word : flow::words(line.view())) words.emplace_back(word);
    ASSERT_EQ(words.at(1), std::to_string(next[words.at(0)]++));
  }
  for (const auto& [file, count] : next) EXPECT_EQ(count, 1000) << file;
  EXPECT_EQ(next.size(), 5U);
}

TEST(LineReader, FailsOnItsThreadAsInASimulation) {
  const Files files;
  Runtime runtime({.workers = 2, .log = silence()});
  const std::string path = files.write("a.txt", numbered(100) + "much too long a line\n");
  const Got got = all(runtime, {start(runtime, line_reader(path, {.block = 64, .max_line = 10}))});
  EXPECT_EQ(got.lines.size(), 100U);
  EXPECT_EQ(got.failure, Reason::failure(path + ": at byte " + std::to_string(numbered(100).size()) +
                                         ": a line is longer than max_line = 10 bytes"));
}

TEST(LineReader, EmitsLinesOfAPipeAsTheyCome) {
  const Files files;
  const std::string path = files.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Runtime runtime({.workers = 2, .log = silence()});
  const auto reader = runtime.start(line_reader(path));
  const int pipe = ::open(path.c_str(), O_WRONLY);
  const auto write = [pipe](const std::string& bytes) {
    ASSERT_EQ(::write(pipe, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
  int count = 0;
  write("line 0\nli");
  for (const Text& line : runtime.to_range<Text>({{reader, few}})) {
    ASSERT_EQ(line, "line " + std::to_string(count++));
    if (count == 200) ::close(pipe);
    if (count < 200) write("ne " + std::to_string(count) + "\nli");
    if (count == 200) break;
  }
  EXPECT_EQ(count, 200);
}

TEST(LineReader, StopsWhileItWaitsForAPipe) {
  const Files files;
  const std::string path = files.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Runtime runtime({.workers = 1, .log = silence()});
  const auto reader = runtime.start(line_reader(path));
  ConsumerProbe<Text> consumer(runtime);
  consumer.subscribe_to(reader);
  consumer.ask(1);
  runtime.settle();
  reader.stop();
  EXPECT_FALSE(reader.alive());
}

TEST(LineReader, IsLeftHalfWay) {
  const Files files;
  const std::string path = files.write("a.txt", numbered(10'000));
  Runtime runtime({.workers = 2, .log = silence()});
  const auto reader = runtime.start(line_reader(path, {.block = 100, .on_last_cancel = OnLastCancel::stop}));
  for (const Text& line : runtime.to_range<Text>({{reader, few}})) {
    if (line == "line 100") break;
  }
  EXPECT_EQ(runtime.wait(reader), Reason::normal());
}

TEST(LineReader, IsKilledWhileItsThreadReads) {
  const Files files;
  const std::string path = files.write("a.txt", numbered(10'000));
  for (int round = 0; round != 20; ++round) {
    Runtime runtime({.workers = 2, .log = silence()});
    const auto reader = runtime.start(line_reader(path, {.block = 64, .ahead = 2}));
    ConsumerProbe<Text> consumer(runtime);
    consumer.subscribe_to(reader);
    consumer.ask(5000);
    reader.kill();
    EXPECT_TRUE(runtime.wait(reader));
  }
}

TEST(LineReader, ReadsStandardInput) {
  const Files files;
  const int input = ::dup(STDIN_FILENO);
  const int file = ::open(files.write("in.txt", "from\nstandard\ninput").c_str(), O_RDONLY);
  ASSERT_EQ(::dup2(file, STDIN_FILENO), STDIN_FILENO);
  {
    Runtime runtime({.workers = 2, .log = silence()});
    EXPECT_THAT(all(runtime, {start(runtime, line_reader("-"))}).lines,
                ElementsAre("from", "standard", "input"));
  }
  ::close(file);
  ASSERT_EQ(::dup2(input, STDIN_FILENO), STDIN_FILENO);
  ::close(input);
}

}  // namespace
}  // namespace sluice::tests
