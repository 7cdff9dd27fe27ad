#pragma once

#include "sluice/connect/sqlite/database.hpp"

namespace sluice::inline v0::sqlite {

/// Makes the tables in a new file, or sees that those in an old one are ours and of this version. Every table
/// is there for queues and logs alike. Throws QueueError(foreign, too_new, …) before it changes anything.
void prepare_file(Database& database);

}  // namespace sluice::inline v0::sqlite
