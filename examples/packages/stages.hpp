#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "block_reader.hpp"
#include "parse.hpp"
#include "progress.hpp"
#include "sluice/sluice.hpp"

namespace packages {

/// Reads as many blocks as it is asked for. Reading may block, so it has a thread of its own.
class Reader final : public sluice::Producer<Block> {
 public:
  /// Demand waits until all parsers have subscribed: who comes after the end would find nobody.
  Reader(BlockReader blocks, Progress& progress)
      : Producer({.demand = sluice::DemandFlow::accumulate}),
        blocks_(std::move(blocks)),
        progress_(progress) {}

 private:
  void handle_demand(sluice::Demand demand) override {
    for (; demand != 0 && !stopping(); --demand) {
      std::optional<Block> block = blocks_.next();
      if (!block) {
        info([this] { stop(); });  // behind the last block
        return;
      }
      progress_.bytes.fetch_add(block->size, std::memory_order_relaxed);
      emit(std::move(*block));
      flush();  // it can be parsed while the next one is read
    }
  }

  BlockReader blocks_;
  Progress& progress_;
};

/// Several of them run at once; everybody behind them gets every table, and nobody a copy.
class BlockParser final : public sluice::ProducerConsumer<Block, TablePtr> {
 public:
  BlockParser() : ProducerConsumer({.dispatcher = sluice::broadcast()}) {}

 private:
  void handle_events(sluice::Events<Block> blocks, const sluice::Subscription&) override {
    for (Block& block : blocks.mine()) emit(parse(std::move(block)));
  }
};

/// What sums are made over.
enum class Key : unsigned char { section, maintainer };

inline std::string_view key_of(const Row& row, Key key) {
  const std::string_view text = key == Key::section ? row.section : row.maintainer;
  return text.empty() ? "(none)" : text;
}

/// One record on its way to the stage that sums up its key.
struct Entry {
  TablePtr table = {};  ///< keeps the text alive
  std::string_view key = {};
  std::uint64_t installed_kib = 0;
};

/// Takes tables apart and sends each record where its key belongs.
class Splitter final : public sluice::ProducerConsumer<TablePtr, Entry> {
 public:
  Splitter(Key key, std::size_t parts)
      : ProducerConsumer({.dispatcher = sluice::partition(
                              parts,
                              [parts](const Entry& entry) -> std::optional<std::size_t> {
                                return sluice::bucket_of(sluice::Hash<std::string_view>{}(entry.key), parts);
                              })}),
        key_(key) {}

 private:
  void handle_events(sluice::Events<TablePtr> tables, const sluice::Subscription&) override {
    for (const TablePtr& table : tables) {
      const Row* row = table->rows.data();
      emit_n(table->rows.size(), [&] {
        const Row& next = *row++;
        return Entry{table, key_of(next, key_), next.installed_kib};
      });
    }
  }
  /// Its parsers have ended, each at its own time.
  void handle_upstream_done() override {
    info([this] { stop(); });
  }

  Key key_;
};

/// All there is to say about one section or maintainer.
struct Sum {
  Key key = Key::section;
  std::string name = {};
  std::uint64_t installed_kib = 0;
  std::uint64_t records = 0;
};

/// Sums up the keys of its partition, and hands the sums on when no more records come.
class Tally final : public sluice::ProducerConsumer<Entry, Sum> {
 public:
  explicit Tally(Key key) : key_(key) {}

 private:
  struct HashText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return sluice::Hash<std::string_view>{}(text); }
  };

  void handle_events(sluice::Events<Entry> entries, const sluice::Subscription&) override {
    for (const Entry& entry : entries) {
      auto found = sums_.find(entry.key);
      if (found == sums_.end())
        found = sums_.emplace(entry.key, Sum{key_, std::string(entry.key), 0, 0}).first;
      found->second.installed_kib += entry.installed_kib;
      ++found->second.records;
    }
  }
  void handle_upstream_done() override {
    for (auto& [name, sum] : sums_) emit(std::move(sum));
  }

  Key key_;
  std::unordered_map<std::string, Sum, HashText, std::equal_to<>> sums_;
};

}  // namespace packages
