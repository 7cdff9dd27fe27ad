#include "ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace packages {

std::vector<Sum> top(const std::vector<Sum>& all, Key key, std::size_t count) {
  std::vector<Sum> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
               [key](const Sum& sum) { return sum.key == key; });
  std::sort(chosen.begin(), chosen.end(), [](const Sum& a, const Sum& b) {
    return std::tie(b.installed_kib, a.name) < std::tie(a.installed_kib, b.name);
  });
  chosen.resize(std::min(count, chosen.size()));
  return chosen;
}

void print_top(const std::vector<Sum>& all, Key key, const char* title) {
  fmt::print("{}\n         KiB    records\n", title);
  for (const Sum& sum : top(all, key, 10)) {
    fmt::print("{:>12} {:>10}  {}\n", sum.installed_kib, sum.records, sum.name);
  }
  fmt::print("\n");
}

}  // namespace packages
