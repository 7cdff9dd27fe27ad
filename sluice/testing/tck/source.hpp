#pragma once

#include <cstddef>
#include <utility>

#include "sluice/stage/producer.hpp"
#include "sluice/testing/tck/subject.hpp"

namespace sluice::inline v0::tck {

/// Emits the first `count` events of a sample as they are asked for, and ends.
template <class T>
class SampleSource final : public Producer<T> {
 public:
  SampleSource(Sample<T> sample, Demand count) : sample_(std::move(sample)), left_(count) {}

 private:
  void handle_demand(Demand n) override {
    const Demand now = std::min(n, left_);
    this->emit_n(now, [this] { return sample_(next_++); });
    left_ = take_demand(left_, now);
    if (left_ == 0) this->info([this] { this->stop(); });
  }
  Sample<T> sample_;
  Demand left_;
  std::size_t next_ = 0;
};

}  // namespace sluice::inline v0::tck
