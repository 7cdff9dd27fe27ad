#include "sluice/core/reason.hpp"

#include <utility>

namespace sluice::inline v0 {

Reason::Reason(Kind kind, std::string text, std::any payload) {
  if (kind == Kind::normal && text.empty() && !payload.has_value()) return;
  details_ = std::make_shared<const Details>(Details{kind, std::move(text), std::move(payload), nullptr});
}

Reason Reason::of(std::exception_ptr exception) {
  std::string text = "an exception that is no std::exception";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& e) {
    text = e.what();
  } catch (...) {
  }
  Reason reason;
  reason.details_ =
      std::make_shared<const Details>(Details{Kind::failure, std::move(text), {}, std::move(exception)});
  return reason;
}

std::string_view Reason::text() const noexcept {
  return details_ ? std::string_view(details_->text) : std::string_view();
}

std::exception_ptr Reason::exception() const noexcept { return details_ ? details_->exception : nullptr; }

const std::any& Reason::payload() const noexcept {
  static const std::any none;
  return details_ ? details_->payload : none;
}

std::string Reason::to_string() const {
  std::string out(sluice::to_string(kind()));
  if (!text().empty()) out.append(": ").append(text());
  return out;
}

std::string_view to_string(Reason::Kind kind) noexcept {
  switch (kind) {
    case Reason::Kind::normal: return "normal";
    case Reason::Kind::shutdown: return "shutdown";
    case Reason::Kind::failure: return "failure";
    case Reason::Kind::killed: return "killed";
    case Reason::Kind::noproc: return "noproc";
    case Reason::Kind::timeout: return "timeout";
    case Reason::Kind::noconnection: return "noconnection";
  }
  return "unknown";
}

}  // namespace sluice::inline v0
