#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "commit.hpp"

namespace commits {

/// What one author, or all of them, did in a window.
struct Sum {
  std::uint64_t commits = 0;
  std::uint64_t added = 0;
  std::uint64_t deleted = 0;
  std::chrono::seconds longest_wait = {};  ///< from being written to being committed

  [[nodiscard]] std::uint64_t churn() const noexcept { return added + deleted; }
  void add(const Commit& commit);
  void add(const Sum& other);
};

/// The accumulator of a window: what each author did in it.
using Authors = std::map<std::string, Sum>;
void add_commit(Authors& authors, const Commit& commit);
void add_authors(Authors& authors, Authors more);

/// The result of a window.
struct Activity {
  struct Author {
    std::string name;
    Sum sum;
  };
  std::chrono::sys_days start = {};
  Sum all = {};
  std::size_t authors = 0;
  std::vector<Author> top = {};  ///< the ten with most churn, ties by name
};
Activity activity_of(Authors authors, std::chrono::sys_days start);

/// Commits of one author without a long pause between them.
struct Session {
  std::string author = {};
  std::chrono::sys_seconds first = {};
  std::chrono::sys_seconds last = {};
  Sum sum = {};
};
/// Commits come in the order of their times.
void extend(Session& session, const Commit& commit);
/// Whether `a` comes after `b` in the list of the largest: by commits, then churn, then the earlier one.
bool ranks_lower(const Session& a, const Session& b);

}  // namespace commits
