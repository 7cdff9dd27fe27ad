#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sluice/flow/keyed_limits.hpp"

namespace sluice::inline v0::flow {

/// What an operator says of itself in the plan of its flow.
class Note {
 public:
  explicit Note(std::string_view name);

  /// It keeps no more than this.
  Note& keeps(std::string_view what);
  /// It keeps this, and nothing bounds how much that is.
  Note& keeps_all(std::string_view what);
  /// It keeps accumulators of the user. What has no fixed size is as large as the user's function makes it.
  template <class Acc>
  Note& keeps_accumulators() {
    constexpr std::string_view what = "an accumulator for each window";
    return std::is_trivially_copyable_v<Acc> ? keeps(what) : keeps_all(what);
  }
  /// It keeps something for each key, as far as these limits let it.
  Note& keeps_keys(const KeyedLimits& limits);
  /// Events may come to it that neither go on nor become part of what does.
  Note& drops(std::string_view what);
  /// It is a window that ends before the flow does; what is kept behind it is kept for so long.
  Note& ends_windows();
  /// Events do not leave it in the order of those they are made of.
  Note& mixes();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Empty: nothing.
  [[nodiscard]] const std::string& kept() const noexcept { return kept_; }
  [[nodiscard]] bool bounded() const noexcept { return bounded_; }
  [[nodiscard]] const std::string& dropped() const noexcept { return dropped_; }
  [[nodiscard]] bool has_ends() const noexcept { return has_ends_; }
  [[nodiscard]] bool in_order() const noexcept { return in_order_; }

 private:
  friend class Notes;

  std::string name_;
  std::string kept_;
  std::string dropped_;
  bool bounded_ = true;
  bool has_ends_ = false;
  bool in_order_ = true;
};

/// The notes of the operators of one layer, in their order.
class Notes {
 public:
  Note& add(std::string_view name);
  /// `inside` as part of an operator of this name: "guard(map)".
  Note& add(std::string_view name, const Notes& inside);

  [[nodiscard]] const std::vector<Note>& all() const noexcept { return all_; }

 private:
  std::vector<Note> all_;
};

/// Adds what `op` says of itself by `void note(Notes&) const`; an operator of the user need not have one.
template <class Op>
void note_of(const Op& op, Notes& notes) {
  if constexpr (requires { op.note(notes); }) {
    op.note(notes);
  } else {
    notes.add("operator");
  }
}

}  // namespace sluice::inline v0::flow
