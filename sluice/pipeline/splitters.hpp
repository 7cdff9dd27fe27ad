#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sluice/pipeline/batching.hpp"

namespace sluice::inline v0::pipeline {

/// So many messages.
template <class T>
class SplitBySize final : public Splitter<T> {
 public:
  explicit SplitBySize(std::size_t size) noexcept : left_(size) {}
  [[nodiscard]] Split next(const T& /*data*/) override { return --left_ == 0 ? Split::emit : Split::more; }

 private:
  std::size_t left_;
};

/// So many messages, or so much weight and never more.
template <class T>
class SplitByWeight final : public Splitter<T> {
 public:
  using Weigher = std::function<std::size_t(const T&)>;
  SplitByWeight(std::size_t size, Weigher weigh, std::size_t most) noexcept
      : left_(size), weigh_(std::move(weigh)), most_(most), room_(most) {}

  [[nodiscard]] Split next(const T& data) override {
    const std::size_t weight = weigh_(data);
    if (weight > most_) detail::refuse_weight(weight, most_);
    if (weight > room_) return Split::emit_before;
    room_ -= weight;
    return --left_ == 0 || room_ == 0 ? Split::emit : Split::more;
  }

 private:
  std::size_t left_;
  Weigher weigh_;
  std::size_t most_;
  std::size_t room_;
};

/// As a function of the user's says, message by message.
template <class T, class Acc, class F>
class SplitByFunction final : public Splitter<T> {
 public:
  SplitByFunction(const Acc& initial, const F& f) : acc_(initial), f_(f) {}
  [[nodiscard]] Split next(const T& data) override { return std::invoke(f_, acc_, data); }
  [[nodiscard]] bool starts_anew() const noexcept override { return false; }

 private:
  Acc acc_;
  F f_;
};

}  // namespace sluice::inline v0::pipeline
