#pragma once

#include <string>

#include "sluice/flow/text/byte_source.hpp"
#include "sluice/flow/text/lines_options.hpp"

namespace sluice::inline v0::flow {

/// The bytes of a file, unpacked as `compression` says; "-" is standard input. Throws TextError.
[[nodiscard]] ByteSourcePtr open_bytes(const std::string& path, Compression compression);

}  // namespace sluice::inline v0::flow
