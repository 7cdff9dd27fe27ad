#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/flow/side.hpp"

namespace sluice::inline v0::flow {

/// What a join keeps of one window: the events of both sides in order of arrival, and for each key a list of
/// them through each side, most recent first. Sides are numbered 0, left, and 1, right.
///
/// A key that is not equal to itself (NaN) meets nobody: its events are kept, but no table knows them.
template <class Key, class L, class R>
class JoinTable {
 public:
  JoinTable() = default;
  JoinTable(JoinTable&&) noexcept = default;  // what is kept points into the keys: they move, but never copy
  JoinTable& operator=(JoinTable&&) noexcept = default;
  ~JoinTable() = default;

  /// Calls match(event, other) for all of the other side with this key, most recent first (flow.md F8.2), and
  /// keeps the event. Where `key` points into the event, it may be invalid then.
  template <std::size_t side, class Asked, class T, class Match>
  void meet(const Asked& key, T&& event, Match match) {
    Heads* const heads = heads_of(key);
    auto& mine = std::get<side>(events_);
    if (heads == nullptr) {
      ++lonely_;
      mine.push_back({std::forward<T>(event), none, heads});
      return;
    }
    const auto& others = std::get<1 - side>(events_);
    for (std::size_t at = (*heads)[1 - side]; at != none; at = others[at].older)
      match(std::as_const(event), others[at].event);
    mine.push_back({std::forward<T>(event), (*heads)[side], heads});
    (*heads)[side] = mine.size() - 1;
  }
  /// f(event) for those of one side whose key never came on the other, in order of arrival.
  template <std::size_t side, class F>
  void each_unmatched(F f) const {
    for (const auto& kept : std::get<side>(events_))
      if (kept.heads == nullptr || (*kept.heads)[1 - side] == none) f(kept.event);
  }
  /// How many keys it knows; those that equal nothing count each.
  [[nodiscard]] std::size_t keys() const noexcept { return heads_.size() + lonely_; }
  void clear() { *this = JoinTable(); }

 private:
  static constexpr auto none = static_cast<std::size_t>(-1);
  /// Of one key: where its most recent event of each side is.
  using Heads = std::array<std::size_t, 2>;
  template <class T>
  struct Kept {
    T event;
    std::size_t older;   // the one before with this key
    const Heads* heads;  // null: its key equals nothing
  };

  template <class Asked>
  [[nodiscard]] Heads* heads_of(const Asked& key) {
    if (!(key == key)) return nullptr;
    auto found = heads_.find(key);
    if (found == heads_.end()) found = heads_.emplace(Key(key), Heads{none, none}).first;
    return &found->second;
  }

  std::tuple<std::vector<Kept<L>>, std::vector<Kept<R>>> events_;
  std::unordered_map<Key, Heads, detail::AnyKeyHash, std::equal_to<>> heads_;
  std::size_t lonely_ = 0;
};

}  // namespace sluice::inline v0::flow
