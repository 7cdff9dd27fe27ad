#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/connect/sqlite/job_queue.hpp"

namespace sluice::sqlite {

/// A folder that goes with its test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-sqlite-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path file(std::string_view name = "jobs.db") const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A clock that is set by hand.
struct TestClock {
  WallTime time = WallTime(std::chrono::hours(24 * 365 * 50));

  [[nodiscard]] WallClock clock() {
    return [this] { return time; };
  }
};

inline JobQueueOptions quick(TestClock& clock) {
  return {.synchronous = Synchronous::normal, .clock = clock.clock()};
}

inline NewJob job(std::string_view text) { return {.payload = bytes_of(text)}; }

inline std::vector<std::string> texts(const std::vector<LeasedJob>& jobs) {
  std::vector<std::string> result;
  for (const LeasedJob& each : jobs) result.emplace_back(text_of(each.payload));
  return result;
}

}  // namespace sluice::sqlite
