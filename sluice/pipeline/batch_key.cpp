#include "sluice/pipeline/batch_key.hpp"

#include "sluice/core/hash.hpp"

namespace sluice::inline v0::pipeline {

std::string BatchKey::to_string() const {
  if (const auto* const number = std::get_if<std::int64_t>(&value_)) return std::to_string(*number);
  if (const auto* const text = std::get_if<std::string>(&value_)) return *text;
  return {};
}

std::uint64_t BatchKey::hash() const noexcept {
  if (const auto* const number = std::get_if<std::int64_t>(&value_)) return Hash<std::int64_t>{}(*number);
  if (const auto* const text = std::get_if<std::string>(&value_)) return Hash<std::string>{}(*text);
  return 0;
}

}  // namespace sluice::inline v0::pipeline
