#include "sluice/pipeline/settlements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "sluice/runtime/cell.hpp"

namespace sluice::inline v0::pipeline {

namespace {

void tell_group(Acknowledger& who, std::span<const Settled> messages) noexcept {
  try {
    who.settle(messages);
  } catch (...) {
    const std::string text = fmt::format("the acknowledger of {} messages threw: {}", messages.size(),
                                         Reason::of(std::current_exception()).to_string());
    if (const Cell* const here = Cell::current()) {
      here->log(Severity::error, text);
    } else {
      std::fputs((text + '\n').c_str(), stderr);
    }
  }
}

}  // namespace

void Settlements::add_to_group(std::shared_ptr<Acknowledger> who, const Settled& what) {
  group_of_.resize(all_.size(), 0);
  auto found = std::ranges::find(groups_, who);
  if (found == groups_.end()) found = groups_.insert(found, std::move(who));
  group_of_.push_back(static_cast<std::size_t>(found - groups_.begin()));
  all_.push_back(what);
}

void Settlements::tell() {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    std::span<const Settled> messages = all_;
    if (!uniform_) {
      one_group_.clear();
      for (std::size_t i = 0; i < all_.size(); ++i)
        if (group_of_[i] == group) one_group_.push_back(all_[i]);
      messages = one_group_;
    }
    tell_group(*groups_[group], messages);
  }
  all_.clear();
  group_of_.clear();
  groups_.clear();
  uniform_ = true;
}

void tell_alone(Acknowledger& who, const Settled& what) noexcept { tell_group(who, {&what, 1}); }

std::string holder_name() {
  const Cell* const here = Cell::current();
  return here != nullptr ? here->label() : std::string("no stage");
}

}  // namespace sluice::inline v0::pipeline
