#include "sluice/flow/note.hpp"

#include <fmt/format.h>

namespace sluice::inline v0::flow {

Note::Note(std::string_view name) : name_(name) {}

Note& Note::keeps(std::string_view what) {
  kept_ = what;
  return *this;
}
Note& Note::keeps_all(std::string_view what) {
  bounded_ = false;
  return keeps(what);
}
Note& Note::keeps_keys(const KeyedLimits& limits) {
  bounded_ = limits.max_keys || limits.max_bytes;
  std::string what = "an entry for each key";
  if (limits.max_keys) what += fmt::format(", at most {} a stage", *limits.max_keys);
  if (limits.max_bytes) what += fmt::format(", at most {} bytes a stage", *limits.max_bytes);
  if (limits.expire_after)
    what += fmt::format(", forgotten after {} ms", limits.expire_after->count() / 1'000'000);
  return keeps(what);
}
Note& Note::drops(std::string_view what) {
  dropped_ = what;
  return *this;
}
Note& Note::ends_windows() {
  has_ends_ = true;
  return *this;
}
Note& Note::mixes() {
  in_order_ = false;
  return *this;
}

Note& Notes::add(std::string_view name) { return all_.emplace_back(name); }

Note& Notes::add(std::string_view name, const Notes& inside) {
  Note made(name);
  std::string names;
  for (const Note& one : inside.all_) {
    if (!names.empty()) names += " | ";
    names += one.name_;
    if (!one.kept_.empty()) made.kept_ = one.kept_;
    if (!one.dropped_.empty()) made.dropped_ = one.dropped_;
    made.bounded_ = made.bounded_ && one.bounded_;
    made.in_order_ = made.in_order_ && one.in_order_;
  }
  made.name_ += "(" + names + ")";
  return all_.emplace_back(std::move(made));
}

}  // namespace sluice::inline v0::flow
