// says: sluice needs exceptions
// Undefining the macro stands for -fno-exceptions.
#ifdef WRONG
#undef __cpp_exceptions
#endif
#include "sluice/core/version.hpp"
