#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "sluice/core/count.hpp"
#include "sluice/core/errors.hpp"
#include "sluice/core/random.hpp"
#include "sluice/core/time.hpp"

namespace sluice::overload_tests {

constexpr Instant at(Duration time) { return Instant(time); }

/// What the OptionError says that `code` throws.
template <class F>
std::string message_of(F code) {
  try {
    code();
  } catch (const OptionError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace sluice::overload_tests
