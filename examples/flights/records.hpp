#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace flights {

struct Flight {
  std::chrono::sys_seconds time = {};
  std::int64_t delay = 0;  ///< minutes; negative: early
  std::string origin = {};
  std::string destination = {};
};

struct Airport {
  std::string code = {};
  std::string city = {};
  std::string state = {};
};

/// A line that is not what it should be; says which and why.
class BadLine : public std::runtime_error {
 public:
  BadLine(std::string_view line, std::string_view why);
};

inline constexpr std::string_view flights_head = "time,delay,distance,origin,destination";
inline constexpr std::string_view airports_head = "iata,name,city,state,country,latitude,longitude";

/// "2001-01-01 01:10,95,2399,HNL,SFO". Throws BadLine.
Flight parse_flight(std::string_view line);
/// "ABI,Abilene Regional,Abilene,TX,USA,32.41132,-99.68189722". Throws BadLine.
Airport parse_airport(std::string_view line);

}  // namespace flights
