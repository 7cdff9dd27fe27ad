#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "sluice/core/reason.hpp"

namespace sluice::inline v0 {

/// An option is out of range or contradicts another. Thrown by the call that took it.
class OptionError : public std::invalid_argument {
 public:
  OptionError(const std::string& field, const std::string& problem)
      : std::invalid_argument(field + ": " + problem), field_(field) {}
  [[nodiscard]] const std::string& field() const noexcept { return field_; }

 private:
  std::string field_;
};

/// A call to a stage got no answer.
class CallError : public std::runtime_error {
 public:
  enum class Kind : unsigned char {
    noproc,    ///< the stage had ended before, or its runtime is gone
    timeout,   ///< no answer in time; a late one is discarded
    down,      ///< the stage ended before it answered
    no_reply,  ///< the stage dropped its Reply without answering
  };
  CallError(Kind kind, Reason reason);
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// Why the stage ended; noproc and timeout for the other kinds.
  [[nodiscard]] const Reason& reason() const noexcept { return reason_; }

 private:
  Kind kind_;
  Reason reason_;
};

/// Thrown by a dispatcher's subscribe to turn a consumer away; its producer lives on (genstage.md D11).
class Refused : public std::exception {
 public:
  explicit Refused(Reason reason) : reason_(std::move(reason)), text_(reason_.to_string()) {}
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
  [[nodiscard]] const Reason& reason() const noexcept { return reason_; }

 private:
  Reason reason_;
  std::string text_;
};

/// The stage under a name is not of the class asked for.
class WrongType : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sluice::inline v0
