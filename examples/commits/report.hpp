#pragma once

#include <string_view>
#include <vector>

#include "activity.hpp"

namespace commits {

/// Each window in a line, and below it its ten most active authors.
void print_activity(std::string_view title, const std::vector<Activity>& windows);
/// How many there are, and the ten largest.
void print_sessions(std::vector<Session> sessions);

}  // namespace commits
