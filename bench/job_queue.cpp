// What does a durable job cost? Jobs of 100 bytes through a queue in a SQLite file, in calls of 1, 100 and
// 1,000, beside plain INSERTs of as many rows in transactions of the same size. With "full" each commit waits
// for the disk.

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "sluice/connect/sqlite/job_queue.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
namespace sqlite = sluice::sqlite;

const std::string payload(100, 'x');

/// A folder on a disk, where the temporary files are.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path file() const { return path_ / "jobs.db"; }

 private:
  std::filesystem::path path_;
};

struct Load {
  std::size_t jobs;
  std::size_t batch;
  sqlite::Synchronous synchronous;
};

void must(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "SQLite: %s\n", sqlite3_errstr(code));
  std::abort();
}

double plain_inserts(const Load& load) {
  const Folder folder;
  sqlite3* database = nullptr;
  must(sqlite3_open(folder.file().c_str(), &database));
  const auto run = [&](const char* sql) { must(sqlite3_exec(database, sql, nullptr, nullptr, nullptr)); };
  run("PRAGMA journal_mode = WAL; CREATE TABLE job (id INTEGER PRIMARY KEY, payload BLOB)");
  run(load.synchronous == sqlite::Synchronous::full ? "PRAGMA synchronous = FULL"
                                                    : "PRAGMA synchronous = NORMAL");
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(database, "INSERT INTO job (payload) VALUES (?)", -1, &insert, nullptr));
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t done = 0; done < load.jobs; done += load.batch) {
    run("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < load.batch; ++i) {
      must(sqlite3_bind_blob(insert, 1, payload.data(), static_cast<int>(payload.size()), SQLITE_STATIC));
      must(sqlite3_step(insert));
      must(sqlite3_reset(insert));
    }
    run("COMMIT");
  }
  const double seconds = seconds_since(start);
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return static_cast<double>(load.jobs) / seconds;
}

void fill(sqlite::JobQueue& queue, std::size_t count, std::size_t batch) {
  const std::vector<sqlite::NewJob> jobs(batch, {.payload = sqlite::bytes_of(payload)});
  for (std::size_t done = 0; done < count; done += batch) queue.enqueue(jobs);
}

double enqueue(const Load& load) {
  const Folder folder;
  sqlite::JobQueue queue(folder.file(), {.synchronous = load.synchronous});
  const auto start = std::chrono::steady_clock::now();
  fill(queue, load.jobs, load.batch);
  return static_cast<double>(load.jobs) / seconds_since(start);
}

double lease_and_ack(const Load& load) {
  const Folder folder;
  sqlite::JobQueue queue(folder.file(), {.synchronous = load.synchronous});
  fill(queue, load.jobs, std::max<std::size_t>(load.batch, 100));
  std::size_t done = 0;
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    const auto jobs = queue.lease(load.batch, 1min, "bench");
    if (jobs.empty()) break;
    done += queue.ack(sqlite::leases_of(jobs)).done;
  }
  const double seconds = seconds_since(start);
  if (done != load.jobs) std::abort();
  return static_cast<double>(done) / seconds;
}

void add(Question& question, sqlite::Synchronous synchronous, std::size_t batch) {
  const std::size_t jobs = batch == 1 ? 500 : 20'000;
  const std::string suffix = std::string(synchronous == sqlite::Synchronous::full ? ", full" : ", normal") +
                             ", batch " + std::to_string(batch);
  const auto row = [&](const std::string& name, double (*work)(const Load&)) {
    question.add(name + suffix, [=](double scale) {
      const auto scaled = static_cast<std::size_t>(static_cast<double>(jobs) * scale) / batch * batch;
      return Values{work({.jobs = std::max(scaled, batch), .batch = batch, .synchronous = synchronous})};
    });
  };
  row("plain inserts", plain_inserts);
  row("enqueue", enqueue);
  row("lease and ack", lease_and_ack);
  for (const char* name : {"enqueue", "lease and ack"}) {
    question.hold({.row = name + suffix, .factor = 0, .peers = {"plain inserts" + suffix}});
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Question question("Jobs through a file", {{.name = "jobs/s"}});
  for (const auto synchronous : {bench::sqlite::Synchronous::full, bench::sqlite::Synchronous::normal}) {
    for (const std::size_t batch : {1U, 100U, 1000U}) bench::add(question, synchronous, batch);
  }
  return question.run(argc, argv);
}
