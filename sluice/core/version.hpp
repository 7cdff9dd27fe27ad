#pragma once

// Nothing is ABI-stable before 1.0: build the library and its users from the same release.
#define SLUICE_VERSION_MAJOR 0
#define SLUICE_VERSION_MINOR 1
#define SLUICE_VERSION_PATCH 0

#if !defined(__cpp_exceptions)
#error "sluice needs exceptions: a callback that throws ends its stage. Remove -fno-exceptions."
#endif
#if !defined(__cpp_rtti)
#error "sluice needs run-time type information: edges compare event types. Remove -fno-rtti."
#endif

namespace sluice {
inline namespace v0 {}
}  // namespace sluice
