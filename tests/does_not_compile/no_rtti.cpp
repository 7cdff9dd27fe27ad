// says: sluice needs run-time type information
// Undefining the macro stands for -fno-rtti.
#ifdef WRONG
#undef __cpp_rtti
#endif
#include "sluice/core/version.hpp"
