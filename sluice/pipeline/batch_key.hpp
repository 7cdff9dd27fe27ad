#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace sluice::inline v0::pipeline {

/// What the messages of one batch have in common: nothing, a number or a text.
class BatchKey {
 public:
  BatchKey() noexcept = default;
  template <class T>
    requires(std::integral<T> || std::is_enum_v<T>)
  BatchKey(T number) noexcept : value_(static_cast<std::int64_t>(number)) {}
  BatchKey(std::string text) noexcept : value_(std::move(text)) {}
  BatchKey(std::string_view text) : value_(std::string(text)) {}
  BatchKey(const char* text) : value_(std::string(text)) {}

  /// Whether messages without a key of their own have it.
  [[nodiscard]] bool empty() const noexcept { return value_.index() == 0; }
  /// Throws std::bad_variant_access for a text, or none.
  [[nodiscard]] std::int64_t number() const { return std::get<std::int64_t>(value_); }
  /// Throws std::bad_variant_access for a number, or none.
  [[nodiscard]] const std::string& text() const { return std::get<std::string>(value_); }
  [[nodiscard]] std::string to_string() const;
  /// The same on every platform and in every run.
  [[nodiscard]] std::uint64_t hash() const noexcept;

  friend bool operator==(const BatchKey&, const BatchKey&) = default;

 private:
  std::variant<std::monostate, std::int64_t, std::string> value_;
};

}  // namespace sluice::inline v0::pipeline

template <>
struct std::hash<sluice::pipeline::BatchKey> {
  std::size_t operator()(const sluice::pipeline::BatchKey& key) const noexcept { return key.hash(); }
};
