// A job goes through a queue in a file.
#include <sluice/connect/sqlite/event_log.hpp>
#include <sluice/connect/sqlite/job_queue.hpp>

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

int main() {
  namespace sqlite = sluice::sqlite;
  const auto path =
      std::filesystem::temp_directory_path() / ("sluice-stranger-" + std::to_string(::getpid()) + ".db");
  std::size_t done = 0;
  {
    sqlite::JobQueue queue(path);
    queue.enqueue({.payload = sqlite::bytes_of("a job")});
    const auto jobs = queue.lease(10, std::chrono::seconds(30), "stranger");
    done = queue.ack(sqlite::leases_of(jobs)).done;
    sqlite::EventLog(path).append(sqlite::bytes_of("done"));
  }
  std::filesystem::remove(path);
  return done == 1 ? 0 : 1;
}
