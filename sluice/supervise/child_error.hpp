#pragma once

#include <stdexcept>
#include <string>

namespace sluice::inline v0 {

/// A supervisor cannot do this with that child; what() names the child.
class ChildError : public std::runtime_error {
 public:
  enum class Kind : unsigned char {
    not_found,        ///< it has no child of this id
    already_present,  ///< it has one, running or not
    running,          ///< the child would have to be stopped first
    restarting,       ///< the child is about to be started anew
    not_running,      ///< there is a specification, but no stage at the moment
    shutting_down,    ///< the supervisor is ending
  };
  ChildError(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

}  // namespace sluice::inline v0
