#include <cstdio>

#include "sluice/core/version.hpp"

int main() {
  std::printf("sluice %d.%d.%d\n", SLUICE_VERSION_MAJOR, SLUICE_VERSION_MINOR, SLUICE_VERSION_PATCH);
}
