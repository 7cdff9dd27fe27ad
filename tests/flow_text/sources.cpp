#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "files.hpp"
#include "sluice/core/random.hpp"
#include "sluice/flow/text/file_bytes.hpp"
#include "sluice/flow/text/gzip_bytes.hpp"
#include "sluice/flow/text/memory_bytes.hpp"
#include "sluice/flow/text/open_bytes.hpp"
#include "sluice/flow/text/text_error.hpp"

namespace sluice::tests {
namespace {

using flow::ByteSource;
using flow::Compression;
using flow::FileBytes;
using flow::GzipBytes;
using flow::MemoryBytes;
using flow::open_bytes;
using flow::TextError;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ReadAll {
  std::string bytes = {};
  std::string error = {};
  std::uint64_t offset = 0;
};
ReadAll read_all(ByteSource& source, std::size_t at_once = 100) {
  ReadAll all;
  std::string room(at_once, '\0');
  try {
    while (const std::size_t count = source.read(room)) all.bytes.append(room, 0, count);
  } catch (const TextError& error) {
    all.error = error.what();
    all.offset = error.offset();
  }
  return all;
}
ReadAll unpack(std::string packed, std::size_t at_once = 100) {
  GzipBytes bytes(std::make_unique<MemoryBytes>(std::move(packed), "a.gz"));
  return read_all(bytes, at_once);
}
std::string error_of_opening(const std::string& path) {
  try {
    const FileBytes file(path);
  } catch (const TextError& error) {
    return error.what();
  }
  return "";
}

/// Bytes that deflate cannot make much smaller.
std::string noise(std::size_t size) {
  Random random(3);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

TEST(MemoryBytes, AreThoseOfAString) {
  MemoryBytes bytes("some bytes");
  EXPECT_EQ(read_all(bytes, 3).bytes, "some bytes");
  EXPECT_EQ(read_all(bytes, 3).bytes, "");
}

TEST(FileBytes, AreThoseOfAFile) {
  const Files files;
  const std::string content = noise(10'000);
  FileBytes file(files.write("a.txt", content));
  EXPECT_EQ(read_all(file).bytes, content);
  EXPECT_EQ(file.name(), files.path("a.txt"));
}

TEST(FileBytes, OfAMissingFileAreAnErrorThatNamesIt) {
  EXPECT_EQ(error_of_opening("/no/such/file.txt"),
            "/no/such/file.txt: cannot be opened: No such file or directory");
}

TEST(FileBytes, OfAFolderAreAnErrorThatNamesIt) {
  const Files files;
  EXPECT_THAT(error_of_opening(files.folder()), StartsWith(files.folder() + ": "));
  EXPECT_THAT(error_of_opening(files.folder()), HasSubstr("cannot be opened: Is a directory"));
}

TEST(FileBytes, OfAFileThatIsDeletedAreReadAllTheSame) {
  const Files files;
  FileBytes file(files.write("a.txt", "still there"));
  std::filesystem::remove(files.path("a.txt"));
  EXPECT_EQ(read_all(file).bytes, "still there");
}

TEST(FileBytes, EndWhereTheFileEndsNow) {
  const Files files;
  const std::string path = files.write("a.txt", "0123456789");
  std::array<char, 4> four;
  FileBytes shrinks(path);
  EXPECT_EQ(shrinks.read(four), 4U);
  std::filesystem::resize_file(path, 6);
  EXPECT_EQ(read_all(shrinks).bytes, "45");

  FileBytes grows(path);
  EXPECT_EQ(grows.read(four), 4U);
  std::ofstream(path, std::ios::app) << "more";
  EXPECT_EQ(read_all(grows).bytes, "45more");

  FileBytes vanishes(path);
  EXPECT_EQ(vanishes.read(four), 4U);
  std::filesystem::resize_file(path, 2);
  EXPECT_EQ(read_all(vanishes).bytes, "");
}

TEST(FileBytes, ThatCannotBeReadAreAnErrorWithFileAndOffset) {
  FileBytes memory("/proc/self/mem");  // nothing is mapped at address 0
  const ReadAll all = read_all(memory);
  EXPECT_THAT(all.error, StartsWith("/proc/self/mem: at byte 0: cannot be read: "));
}

TEST(FileBytes, ThatWaitForAWriterAreInterrupted) {
  const Files files;
  ASSERT_EQ(::mkfifo(files.path("pipe").c_str(), 0600), 0);
  FileBytes pipe(files.path("pipe"));
  std::thread reader([&] { EXPECT_EQ(read_all(pipe).bytes, ""); });
  pipe.interrupt();
  reader.join();
}

TEST(FileBytes, OfANamedPipeAreWhatIsWritten) {
  const Files files;
  ASSERT_EQ(::mkfifo(files.path("pipe").c_str(), 0600), 0);
  FileBytes pipe(files.path("pipe"));
  std::thread writer([&] { std::ofstream(files.path("pipe")) << "through the pipe"; });
  EXPECT_EQ(read_all(pipe).bytes, "through the pipe");
  writer.join();
}

TEST(GzipBytes, AreUnpacked) {
  const std::string content = noise(200'000) + std::string(500'000, 'a');
  EXPECT_EQ(unpack(gzip(content), 1000).bytes, content);
  EXPECT_EQ(unpack(gzip("one byte at a time"), 1).bytes, "one byte at a time");
  EXPECT_EQ(unpack(gzip("")).error, "");
}

TEST(GzipBytes, MayComeInSeveralMembers) {
  const ReadAll all = unpack(gzip("one ") + gzip("") + gzip("two"));
  EXPECT_EQ(all.bytes, "one two");
  EXPECT_EQ(all.error, "");
}

TEST(GzipBytes, MayBePaddedWithZeros) {
  EXPECT_EQ(unpack(gzip("one") + std::string(100'000, '\0')).bytes, "one");
  EXPECT_EQ(unpack(gzip("one") + std::string(100'000, '\0')).error, "");
  EXPECT_EQ(unpack(gzip("one") + std::string(100'000, '\0') + gzip("two")).bytes, "onetwo");
}

TEST(GzipBytes, ThatAreBrokenAreAnErrorWithFileAndOffset) {
  std::string packed = gzip(noise(50'000));
  packed[30'000] = static_cast<char>(~packed[30'000]);
  const ReadAll all = unpack(packed);
  EXPECT_THAT(all.error, StartsWith("a.gz: at byte "));
  EXPECT_THAT(all.error, HasSubstr("broken gzip data"));
  EXPECT_GT(all.offset, 30'000U);
  EXPECT_FALSE(all.bytes.empty());
}

TEST(GzipBytes, ThatAreNoGzipAreAnError) {
  EXPECT_THAT(unpack("plain text").error, StartsWith("a.gz: at byte 2: broken gzip data"));
  EXPECT_THAT(unpack("").error, StartsWith("a.gz: at byte 0: the gzip data ends too early"));
}

TEST(GzipBytes, FollowedByGarbageAreAnErrorBehindThem) {
  const ReadAll all = unpack(gzip("one") + "garbage");
  EXPECT_EQ(all.bytes, "one");
  EXPECT_THAT(all.error, HasSubstr("broken gzip data"));
}

TEST(GzipBytes, CutOffAnywhereAreAnErrorAndNothingBeforeItIsLost) {
  const std::string content = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, and b";
  const std::string packed = gzip(content);
  for (std::size_t size = 0; size != packed.size(); ++size) {
    const ReadAll all = unpack(packed.substr(0, size), 7);
    ASSERT_EQ(all.error, "a.gz: at byte " + std::to_string(size) + ": the gzip data ends too early");
    ASSERT_TRUE(content.starts_with(all.bytes));
    if (size + 8 >= packed.size()) {
      ASSERT_EQ(all.bytes, content) << "only the checksum is missing";
    }
  }
}

TEST(OpenBytes, UnpacksByExtensionOrByOrder) {
  const Files files;
  const std::string packed = gzip("packed");
  const auto content = [](const std::string& path, Compression compression) {
    return read_all(*open_bytes(path, compression)).bytes;
  };
  const std::string gz = files.write("a.gz", packed);
  EXPECT_EQ(content(gz, Compression::by_name), "packed");
  EXPECT_EQ(content(gz, Compression::none), packed);
  const std::string other = files.write("a.txt", packed);
  EXPECT_EQ(content(other, Compression::by_name), packed);
  EXPECT_EQ(content(other, Compression::gzip), "packed");
}

}  // namespace
}  // namespace sluice::tests
