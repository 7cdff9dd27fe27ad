#include "sluice/supervise/child.hpp"

#include <fmt/format.h>

#include "sluice/core/errors.hpp"

namespace sluice::inline v0 {

void check(const ChildSpec& spec) {
  if (spec.id.empty()) throw OptionError("id", "must not be empty, got \"\"");
  if (!spec.make) throw OptionError("make", fmt::format("child \"{}\" has none", spec.id));
  if (spec.options.name && spec.options.name->empty())
    throw OptionError("name", fmt::format(R"(of child "{}" must not be empty, got "")", spec.id));
  try {
    if (spec.shutdown) check(*spec.shutdown);
  } catch (const OptionError& error) {
    throw OptionError(error.field(), fmt::format("of child \"{}\": {}", spec.id, error.what()));
  }
}

}  // namespace sluice::inline v0
