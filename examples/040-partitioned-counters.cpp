// Counting words in parallel: a word always goes to the same counter, so the counters share nothing.
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"

constexpr std::size_t counter_count = 3;

std::optional<std::size_t> by_word(const std::string& word) {
  if (word == "the") return std::nullopt;  // not worth counting: dropped
  return sluice::bucket_of(sluice::Hash<std::string>{}(word), counter_count);
}

class Words : public sluice::ProducerConsumer<std::string, std::string> {
 public:
  Words() : ProducerConsumer({.dispatcher = sluice::partition(counter_count, by_word)}) {}

 private:
  void handle_events(sluice::Events<std::string> lines, const sluice::Subscription&) override {
    for (const std::string& line : lines) {
      std::istringstream words(line);
      for (std::string word; words >> word;) emit(word);
    }
  }
};

using Count = std::pair<std::string, int>;

class Counter : public sluice::ProducerConsumer<std::string, Count> {
  void handle_events(sluice::Events<std::string> words, const sluice::Subscription&) override {
    for (std::string& word : words.mine()) ++counts_[std::move(word)];
  }
  void handle_upstream_done() override { emit_all(counts_); }  // all words are in

  std::map<std::string, int> counts_;
};

int main() {
  const std::vector<std::string> lines = {"the quick fox", "the lazy dog", "the dog and the fox",
                                          "and the fox again"};

  sluice::Runtime runtime;
  auto source = runtime.start(sluice::from_range(lines, {.demand = sluice::DemandFlow::accumulate}));
  auto words = runtime.start<Words>();
  std::vector<sluice::SubscribeTo<Count>> counters;
  for (std::size_t i = 0; i != counter_count; ++i) {
    auto counter = runtime.start<Counter>();
    counter.subscribe_to(words, {.partition = i});
    counters.emplace_back(counter, sluice::SubscribeOptions{.on_cancel = sluice::OnCancel::transient});
  }
  words.subscribe_to(source);

  // Stages as a range: asks while the loop runs; ends when all counters have ended politely.
  std::map<std::string, int> counts;
  auto results = runtime.to_range<Count>(std::move(counters));
  source.demand_flow(sluice::DemandFlow::forward);  // everybody is connected: begin
  for (const Count& count : results) counts.insert(count);
  for (const auto& [word, count] : counts) std::printf("%s %d\n", word.c_str(), count);
}
