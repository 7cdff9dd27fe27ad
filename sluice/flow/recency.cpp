#include "sluice/flow/recency.hpp"

#include <algorithm>

namespace sluice::inline v0::flow {

Recency::Seat Recency::add(Instant when, std::uint64_t hash) {
  Seat seat = free_;
  if (seat != none) {
    free_ = places_[seat].behind;
  } else {
    seat = static_cast<Seat>(places_.size());
    places_.emplace_back();
  }
  places_[seat].hash = hash;
  append(seat, when);
  return seat;
}

void Recency::use(Seat seat, Instant when) {
  if (seat == last_) {
    places_[seat].when = std::max(places_[seat].when, when);
    return;
  }
  unlink(seat);
  append(seat, when);
}

void Recency::remove(Seat seat) {
  unlink(seat);
  places_[seat].behind = free_;
  free_ = seat;
}

void Recency::clear() {
  places_.clear();
  first_ = last_ = free_ = none;
}

void Recency::append(Seat seat, Instant when) {
  Place& place = places_[seat];
  place.when = last_ == none ? when : std::max(when, places_[last_].when);
  place.before = last_;
  place.behind = none;
  (last_ == none ? first_ : places_[last_].behind) = seat;
  last_ = seat;
}

void Recency::unlink(Seat seat) {
  const Place& place = places_[seat];
  (place.before == none ? first_ : places_[place.before].behind) = place.behind;
  (place.behind == none ? last_ : places_[place.behind].before) = place.before;
}

}  // namespace sluice::inline v0::flow
