#pragma once

#include "sluice/connect/sqlite/file_options.hpp"

namespace sluice::inline v0::sqlite {

/// A log has nothing to set but its file.
using EventLogOptions = FileOptions;

}  // namespace sluice::inline v0::sqlite
