#pragma once

#include <vector>

#include "stages.hpp"

namespace packages {

/// Gathers the sums of all tallies. They are in `result` when it has ended.
class Ranking final : public sluice::Consumer<Sum> {
 public:
  explicit Ranking(std::vector<Sum>& result) : result_(result) {}

 private:
  void handle_events(sluice::Events<Sum> sums, const sluice::Subscription&) override {
    for (Sum& sum : sums.mine()) result_.push_back(std::move(sum));
  }
  void handle_upstream_done() override { stop(); }

  std::vector<Sum>& result_;
};

/// Those with the largest sums, ties by name.
std::vector<Sum> top(const std::vector<Sum>& all, Key key, std::size_t count);

void print_top(const std::vector<Sum>& all, Key key, const char* title);

}  // namespace packages
