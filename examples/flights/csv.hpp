#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flights {

/// The fields of one line of CSV; quotes around a field are taken away, doubled ones inside become one.
std::vector<std::string> fields_of(std::string_view line);

}  // namespace flights
