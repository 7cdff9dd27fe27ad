#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/sluice.hpp"

namespace sluice::simulation {

/// A property does not hold. The text says which and where.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& property) {
  if (!holds) throw Broken(property);
}

/// How many of a class are alive; counts for one thread.
template <class T>
class Counted {
 public:
  Counted() noexcept { ++alive; }
  Counted(const Counted&) noexcept { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(const Counted&) noexcept = default;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() { --alive; }
  static inline std::int64_t alive = 0;
};

/// Says who emitted it, as the how-many-th of that stage, and what it is about.
struct Event : Counted<Event> {
  std::uint32_t stage = 0;
  std::uint64_t sequence = 0;
  std::uint64_t key = 0;
};

enum class Sharing : unsigned char { demand, round_robin, partition, broadcast };

/// What is true of every event, whoever handles it.
class Book {
 public:
  struct OfStage {
    Sharing sharing = Sharing::demand;
    std::size_t partitions = 1;
    bool unlimited_supply = false;  ///< meets every demand at once, until its limit
    bool exhausted = false;
    std::uint64_t emitted = 0;
    std::vector<bool> handled = {};  ///< by sequence, unless it is a broadcast
    std::optional<StageInfo> last_words = {};
  };
  struct OfEdge {
    std::uint32_t producer = 0;
    std::uint32_t consumer = 0;
    std::optional<std::size_t> partition = {};
    std::uint64_t rejects = 0;  ///< keys that are multiples of it; 0: none
    bool manual = false;
    std::vector<std::uint64_t> sequences = {};
  };

  std::uint32_t add_stage(OfStage stage) {
    stages.push_back(std::move(stage));
    return static_cast<std::uint32_t>(stages.size() - 1);
  }

  void handled(const OfEdge& edge, const Event& event) {
    OfStage& from = stages.at(event.stage);
    const std::string where = "event " + std::to_string(event.sequence) + " of stage " +
                              std::to_string(event.stage) + " at stage " + std::to_string(edge.consumer);
    require(event.stage == edge.producer, where + " came over an edge of another producer");
    require(event.sequence < from.emitted, where + " was never emitted");
    require(event.key == key_of(event.stage, event.sequence), where + " was changed by somebody else");
    require(edge.sequences.empty() || edge.sequences.back() < event.sequence, where + " came out of order");
    if (edge.partition)
      require(event.key % from.partitions == *edge.partition, where + " is of another partition");
    if (edge.rejects != 0) require(event.key % edge.rejects != 0, where + " was not selected");
    if (from.sharing != Sharing::broadcast) {
      if (from.handled.size() <= event.sequence) from.handled.resize(event.sequence + 1);
      require(!from.handled[event.sequence], where + " was handled before");
      from.handled[event.sequence] = true;
    }
    ++events_handled;
    digest = (digest ^ (event.sequence * 31 + event.stage)) * 0x100000001b3U;
  }

  /// Between the first and the last event that two consumers of a broadcast both saw, they saw the same.
  void check_broadcasts() const {
    for (auto a = edges.begin(); a != edges.end(); ++a) {
      if (stages.at(a->second.producer).sharing != Sharing::broadcast) continue;
      for (auto b = std::next(a); b != edges.end(); ++b) {
        if (b->second.producer == a->second.producer) check_twins(a->second, b->second);
      }
    }
  }

  std::vector<OfStage> stages;
  std::map<std::uint64_t, OfEdge> edges;  ///< by subscription
  std::uint64_t events_handled = 0;
  std::uint64_t digest = 0xcbf29ce484222325U;

 private:
  void check_twins(const OfEdge& a, const OfEdge& b) const {
    if (a.sequences.empty() || b.sequences.empty()) return;
    const std::uint64_t first = std::max(a.sequences.front(), b.sequences.front());
    const std::uint64_t last = std::min(a.sequences.back(), b.sequences.back());
    const auto common = [&](const OfEdge& own, const OfEdge& other) {
      std::vector<std::uint64_t> seen;
      for (const std::uint64_t s : own.sequences) {
        const bool wanted = other.rejects == 0 || key_of(own.producer, s) % other.rejects != 0;
        if (s >= first && s <= last && wanted) seen.push_back(s);
      }
      return seen;
    };
    require(common(a, b) == common(b, a),
            "stages " + std::to_string(a.consumer) + " and " + std::to_string(b.consumer) +
                " saw different events of the broadcast of stage " + std::to_string(a.producer));
  }

 public:
  [[nodiscard]] static std::uint64_t key_of(std::uint32_t stage, std::uint64_t sequence) {
    return (sequence * 0x9e3779b97f4a7c15U + stage) >> 33U;
  }
};

}  // namespace sluice::simulation
