#pragma once

#include <any>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// Why a stage or a subscription ended. A value: cheap to copy, compared by kind and text.
class Reason {
 public:
  enum class Kind : unsigned char {
    normal,        ///< it was done; polite
    shutdown,      ///< somebody asked it to end; polite
    failure,       ///< an exception, or a reason of the user's own
    killed,        ///< ended by kill(), without terminate
    noproc,        ///< there was no such stage
    timeout,       ///< it did not answer in time
    noconnection,  ///< the other end of a network link is gone
  };

  /// normal
  Reason() noexcept = default;
  /// failure with this text
  Reason(std::string text) : Reason(Kind::failure, std::move(text)) {}
  Reason(const char* text) : Reason(std::string(text)) {}
  Reason(Kind kind, std::string text = {}, std::any payload = {});

  static Reason normal() noexcept { return {}; }
  static Reason shutdown(std::string text = {}) { return {Kind::shutdown, std::move(text)}; }
  static Reason failure(std::string text) { return {Kind::failure, std::move(text)}; }
  static Reason killed() { return {Kind::killed}; }
  static Reason noproc() { return {Kind::noproc}; }
  /// failure with the text of the exception. Not to be called with a null pointer.
  static Reason of(std::exception_ptr exception);

  [[nodiscard]] Kind kind() const noexcept { return details_ ? details_->kind : Kind::normal; }
  /// Empty where the kind says it all.
  [[nodiscard]] std::string_view text() const noexcept;
  [[nodiscard]] std::exception_ptr exception() const noexcept;
  [[nodiscard]] const std::any& payload() const noexcept;
  /// normal and shutdown: nobody needs to hear of it (genstage.md, vocabulary).
  [[nodiscard]] bool polite() const noexcept { return kind() == Kind::normal || kind() == Kind::shutdown; }
  /// "shutdown", "failure: disk full"
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Reason& a, const Reason& b) noexcept {
    return a.kind() == b.kind() && a.text() == b.text();
  }

 private:
  struct Details {
    Kind kind;
    std::string text;
    std::any payload;
    std::exception_ptr exception;
  };
  std::shared_ptr<const Details> details_;  // null: normal
};

[[nodiscard]] std::string_view to_string(Reason::Kind kind) noexcept;

/// How a subscription ended, as handle_cancel hears it.
struct Cancellation {
  enum class Cause : unsigned char {
    cancelled,  ///< one of the two sides said so
    down,       ///< the other stage ended
  };
  Cause cause = Cause::cancelled;
  Reason reason = {};

  friend bool operator==(const Cancellation&, const Cancellation&) = default;
};

}  // namespace sluice::inline v0
