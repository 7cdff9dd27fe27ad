#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sluice/core/ids.hpp"

namespace sluice::inline v0 {

/// Spreads 64 bits so that each of the result depends on all of them: the finaliser of splitmix64, one to
/// one.
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t bits) noexcept {
  bits += 0x9E37'79B9'7F4A'7C15;
  bits = (bits ^ (bits >> 30)) * 0xBF58'476D'1CE4'E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D0'49BB'1331'11EB;
  return bits ^ (bits >> 31);
}

/// One hash of two, in this order.
[[nodiscard]] constexpr std::uint64_t combine_hashes(std::uint64_t first, std::uint64_t second) noexcept {
  return mix_bits(first * 0x9FB2'1C65'1E98'DF25 + second);
}

/// Which of `buckets` buckets a hash falls into: its upper half scaled down, evenly and without a division.
/// 1 <= buckets <= 2^32.
[[nodiscard]] constexpr std::size_t bucket_of(std::uint64_t hash, std::size_t buckets) noexcept {
  return static_cast<std::size_t>(((hash >> 32) * buckets) >> 32);
}

/// XXH3 with 64 bits and seed 0.
[[nodiscard]] std::uint64_t hash_bytes(const void* data, std::size_t size) noexcept;
/// Of the value: floats hash like the same double, -0.0 like 0.0, every NaN alike.
[[nodiscard]] std::uint64_t hash_real(double value) noexcept;

/// The hash by which events are divided into partitions: mixed, and the same on every platform, in every run
/// and release with the same version numbers. Never std::hash, which may be the identity or change.
///
/// | keys | hash |
/// |---|---|
/// | integers, bool, characters, enumerations, ids | mix_bits of the value, sign-extended to 64 bits |
/// | float, double | mix_bits of the bits as double, after -0.0 became 0.0 |
/// | strings, string views, C strings | XXH3 of the characters |
/// | pairs, tuples | their elements' hashes, combined from left to right |
///
/// Own types: specialise sluice::Hash<My>, usually by `combine_hashes(Hash<A>{}(my.a), Hash<B>{}(my.b))`.
/// What it throws ends the stage that hashes.
template <class Key>
struct Hash {
  static_assert(
      !std::same_as<Key, Key>,
      "sluice: Hash<Key> knows integers, enumerations, float, double, strings, pairs and tuples; specialise "
      "sluice::Hash<Key> for this type, or say how to route");
  std::uint64_t operator()(const Key& key) const noexcept;  // never defined: the sentence above is enough
};

template <class Key>
  requires(std::integral<Key> || std::is_enum_v<Key>)
struct Hash<Key> {
  [[nodiscard]] constexpr std::uint64_t operator()(Key key) const noexcept {
    return mix_bits(static_cast<std::uint64_t>(key));
  }
};

template <class Key>
  requires(std::same_as<Key, float> || std::same_as<Key, double>)
struct Hash<Key> {
  [[nodiscard]] std::uint64_t operator()(Key key) const noexcept {
    return hash_real(static_cast<double>(key));
  }
};

template <class Key>
  requires std::convertible_to<const Key&, std::string_view>
struct Hash<Key> {
  [[nodiscard]] std::uint64_t operator()(std::string_view key) const noexcept {
    return hash_bytes(key.data(), key.size());
  }
};

template <class Tag>
struct Hash<Id<Tag>> {
  [[nodiscard]] constexpr std::uint64_t operator()(Id<Tag> key) const noexcept { return mix_bits(key.value); }
};

namespace detail {

template <class... Keys>
[[nodiscard]] constexpr std::uint64_t hash_all(const Keys&... keys) noexcept((noexcept(Hash<Keys>{}(keys)) &&
                                                                              ...)) {
  std::uint64_t hash = mix_bits(sizeof...(Keys));
  ((hash = combine_hashes(hash, Hash<Keys>{}(keys))), ...);
  return hash;
}

}  // namespace detail

template <class... Keys>
struct Hash<std::tuple<Keys...>> {
  [[nodiscard]] constexpr std::uint64_t operator()(const std::tuple<Keys...>& key) const
      noexcept((noexcept(Hash<Keys>{}(std::declval<const Keys&>())) && ...)) {
    return std::apply([](const auto&... each) { return detail::hash_all(each...); }, key);
  }
};

template <class First, class Second>
struct Hash<std::pair<First, Second>> {
  [[nodiscard]] constexpr std::uint64_t operator()(const std::pair<First, Second>& key) const
      noexcept(noexcept(detail::hash_all(key.first, key.second))) {
    return detail::hash_all(key.first, key.second);
  }
};

}  // namespace sluice::inline v0
