#include "sluice/pipeline/batch.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sluice/pipeline/batching.hpp"

namespace sluice::inline v0::pipeline {

std::string_view to_string(BatchTrigger trigger) noexcept {
  switch (trigger) {
    case BatchTrigger::size: return "size";
    case BatchTrigger::timeout: return "timeout";
    case BatchTrigger::flush: return "flush";
  }
  return "?";
}

void detail::refuse_weight(std::size_t weight, std::size_t most) {
  throw std::length_error(fmt::format("its weight is {}, a batch takes {} at most", weight, most));
}

}  // namespace sluice::inline v0::pipeline
