#include "activity.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace commits {

void Sum::add(const Commit& commit) {
  add(Sum{.commits = 1,
          .added = commit.added,
          .deleted = commit.deleted,
          .longest_wait = commit.committed - commit.written});
}

void Sum::add(const Sum& other) {
  commits += other.commits;
  added += other.added;
  deleted += other.deleted;
  longest_wait = std::max(longest_wait, other.longest_wait);
}

void add_commit(Authors& authors, const Commit& commit) { authors[commit.author].add(commit); }

void add_authors(Authors& authors, Authors more) {
  for (const auto& [name, sum] : more) authors[name].add(sum);
}

Activity activity_of(Authors authors, std::chrono::sys_days start) {
  Activity made{.start = start, .authors = authors.size()};
  for (auto& [name, sum] : authors) {
    made.all.add(sum);
    made.top.push_back({name, sum});
  }
  std::ranges::sort(made.top, {}, [](const Activity::Author& author) {
    return std::tuple(~author.sum.churn(), std::string_view(author.name));
  });
  made.top.resize(std::min<std::size_t>(made.top.size(), 10));
  return made;
}

void extend(Session& session, const Commit& commit) {
  if (session.sum.commits == 0) {
    session.author = commit.author;
    session.first = commit.written;
  }
  session.last = commit.written;
  session.sum.add(commit);
}

bool ranks_lower(const Session& a, const Session& b) {
  const auto rank = [](const Session& one) { return std::pair(one.sum.commits, one.sum.churn()); };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return std::tie(a.first, a.author) > std::tie(b.first, b.author);
}

}  // namespace commits
