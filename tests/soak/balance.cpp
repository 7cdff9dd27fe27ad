#include "balance.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::soak {

namespace {

[[nodiscard]] std::uint64_t discarded(const EventCounts& counts) {
  return counts.discarded_buffer_full + counts.discarded_lane_full + counts.routed_away;
}

void expect(std::vector<std::string>& complaints, std::uint64_t one, std::uint64_t other, std::string what) {
  if (one != other) complaints.push_back(fmt::format("{}: {} is not {}", what, one, other));
}

using Group = std::vector<std::size_t>;

/// Who sends to whom: what all of the first deliver, all of the second receive.
[[nodiscard]] std::vector<std::pair<Group, Group>> streams() {
  std::vector<std::pair<Group, Group>> all = {{{source}, {}}, {producers_of(merge), {merge}}};
  for (std::size_t stage = first_of_lane(0); stage < merge; ++stage) {
    const std::size_t producer = producers_of(stage)[0];
    if (producer == source) {
      all[0].second.push_back(stage);
    } else {
      all.push_back({{producer}, {stage}});
    }
  }
  all.push_back({{merge}, {left, right}});
  all.push_back({{left, right}, {sink}});
  return all;
}

}  // namespace

Balance::Balance(const Snapshot& after_the_end, const Account& account) : account_(account) {
  for (const EndedStages& one : after_the_end.ended) {
    for (std::size_t stage = 0; stage < stages; ++stage) {
      if (one.name == names[stage]) ended_[stage] = one;
    }
  }
}

/// The events a stage must have emitted.
std::uint64_t Balance::made(std::size_t stage) const {
  if (stage == source) return account_.drawn();
  if (stage == sink) return 0;
  return ended_[stage].events.handled + account_.torn(stage);
}

Balance::Whole Balance::whole() const {
  Whole all;
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const EventCounts& counts = ended_[stage].events;
    all.discarded += discarded(counts);
    all.lost += counts.lost_received + counts.lost_emitted;
    all.torn += account_.torn(stage);
  }
  return all;
}

std::vector<std::string> Balance::complaints() const {
  std::vector<std::string> all;
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const std::string name = names[stage];
    const EventCounts& counts = ended_[stage].events;
    expect(all, account_.starts(stage), ended_[stage].stages, name + ": starts, ends");
    expect(all, counts.received, counts.handled + counts.lost_received, name + ": received, handled + lost");
    expect(all, counts.emitted, counts.delivered + discarded(counts) + counts.lost_emitted,
           name + ": emitted, delivered + discarded + lost");
    expect(all, counts.emitted, made(stage), name + ": emitted, made");
  }
  for (const auto& [from, to] : streams()) {
    std::uint64_t sent = 0;
    std::uint64_t came = 0;
    for (const std::size_t stage : from) sent += ended_[stage].events.delivered;
    for (const std::size_t stage : to) came += ended_[stage].events.received;
    expect(all, sent, came, fmt::format("delivered by {}, received by {}", names[from[0]], names[to[0]]));
  }
  expect(all, ended_[sink].events.handled, account_.delivered(), "handled by the sink, noted by it");
  const Whole sums = whole();
  expect(all, account_.drawn() + sums.torn, account_.delivered() + sums.discarded + sums.lost,
         "emitted + torn, delivered + discarded + lost");
  expect(all, account_.twice(), 0, "delivered twice");
  expect(all, account_.too_old(), 0, "delivered too late to know whether twice");
  expect(all, account_.astray(), 0, "delivered past a stage");
  return all;
}

std::string Balance::table() const {
  std::string text =
      fmt::format("{:<8}{:>8}{:>14}{:>14}{:>12}{:>12}{:>10}{:>10}{:>10}\n", "stage", "starts", "received",
                  "emitted", "discarded", "routed away", "lost in", "lost out", "torn");
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const EventCounts& counts = ended_[stage].events;
    text += fmt::format("{:<8}{:>8}{:>14}{:>14}{:>12}{:>12}{:>10}{:>10}{:>10}\n", names[stage],
                        ended_[stage].stages, counts.received, counts.emitted,
                        counts.discarded_buffer_full + counts.discarded_lane_full, counts.routed_away,
                        counts.lost_received, counts.lost_emitted, account_.torn(stage));
  }
  return text;
}

std::string Balance::sum() const {
  const Whole sums = whole();
  return fmt::format("emitted {} + torn {} = delivered {} + discarded {} + lost {}\n", account_.drawn(),
                     sums.torn, account_.delivered(), sums.discarded, sums.lost);
}

}  // namespace sluice::soak
