#include "sluice/flow/text/text_error.hpp"

#include <fmt/format.h>

namespace sluice::inline v0::flow {

TextError::TextError(const std::string& file, std::uint64_t offset, const std::string& problem)
    : std::runtime_error(fmt::format("{}: at byte {}: {}", file, offset, problem)),
      file_(file),
      offset_(offset) {}

TextError::TextError(const std::string& file, const std::string& problem)
    : std::runtime_error(fmt::format("{}: {}", file, problem)), file_(file) {}

}  // namespace sluice::inline v0::flow
