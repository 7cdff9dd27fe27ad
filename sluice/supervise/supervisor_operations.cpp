#include <fmt/format.h>

#include "sluice/supervise/supervisor.hpp"

namespace sluice::inline v0 {

namespace {

std::exception_ptr child_error(ChildError::Kind kind, std::string_view id, std::string_view text) {
  return std::make_exception_ptr(ChildError(kind, fmt::format("child \"{}\" {}", id, text)));
}

std::exception_ptr not_found(std::string_view id) {
  return std::make_exception_ptr(
      ChildError(ChildError::Kind::not_found, fmt::format("there is no child \"{}\"", id)));
}

/// For one that is not stopped.
std::exception_ptr in_the_way(const Children::Child& child) {
  return child.state == ChildState::restarting
             ? child_error(ChildError::Kind::restarting, child.spec.id, "is being restarted")
             : child_error(ChildError::Kind::running, child.spec.id,
                           fmt::format("is {}; terminate it first", to_string(child.state)));
}

}  // namespace

template <class R>
bool Supervisor::turned_away(Reply<R>& reply) const {
  if (!no_more_starts()) return false;
  reply.fail(std::make_exception_ptr(
      ChildError(ChildError::Kind::shutting_down, "the supervisor is ending and starts nothing any more")));
  return true;
}

/// True: it will be done when the round is over.
template <class R, class Argument>
bool Supervisor::put_off(void (Supervisor::*operation)(Reply<R>, Argument), Reply<R>& reply,
                         Argument& argument) {
  if (!round_ || leaving_) return false;
  later_.emplace_back([this, operation, to = std::move(reply), what = std::move(argument)]() mutable {
    (this->*operation)(std::move(to), std::move(what));
  });
  return true;
}

void Supervisor::run_later() {
  for (auto& operation : std::exchange(later_, {})) operation();
}

void Supervisor::start_child(Reply<AnyRef> reply, ChildSpec spec) {
  if (turned_away(reply) || put_off(&Supervisor::start_child, reply, spec)) return;
  auto at = children_.end();
  std::exception_ptr error;
  try {
    check(spec);
    at = children_.add(std::move(spec));
    if (launch(at, &error) == Launched::failed) children_.remove(at);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    reply.fail(std::move(error));  // last: whoever asked has the exception to himself
  } else {
    reply(AnyRef(at->host));
  }
}

void Supervisor::restart_child(Reply<AnyRef> reply, std::string id) {
  if (turned_away(reply) || put_off(&Supervisor::restart_child, reply, id)) return;
  const auto at = children_.find(id);
  if (at == children_.end()) {
    reply.fail(not_found(id));
  } else if (at->state != ChildState::stopped) {
    reply.fail(in_the_way(*at));
  } else if (std::exception_ptr error; launch(at, &error) != Launched::failed) {
    reply(AnyRef(at->host));
  } else {
    at->state = ChildState::stopped;  // the caller knows, and decides
    at->cause = {};
    children_.forget(at);
    reply.fail(std::move(error));
  }
}

void Supervisor::terminate_child(Reply<Found> reply, std::string id) {
  if (put_off(&Supervisor::terminate_child, reply, id)) return;
  const auto at = children_.find(id);
  if (at == children_.end()) {
    reply(Found::no);
  } else if (at->incarnation == 0) {
    at->state = ChildState::stopped;
    reply(Found::yes);
  } else {
    at->waiting.push_back(std::move(reply));
    if (at->state == ChildState::running) ask_to_stop(at);
    at->state = ChildState::stopping;  // also one whose start has just failed
  }
}

void Supervisor::delete_child(Reply<Found> reply, std::string id) {
  if (put_off(&Supervisor::delete_child, reply, id)) return;
  const auto at = children_.find(id);
  if (at == children_.end()) {
    reply(Found::no);
  } else if (at->state != ChildState::stopped) {
    reply.fail(in_the_way(*at));
  } else {
    forget_in_round(at);
    children_.remove(at);
    reply(Found::yes);
  }
}

std::optional<ChildInfo> Supervisor::child_info(const std::string& id) {
  const auto at = children_.find(id);
  if (at == children_.end()) return std::nullopt;
  return info_of(*at);
}

HostPtr detail::running_child(const std::optional<ChildInfo>& info, const std::string& id,
                              const std::type_info& wanted) {
  if (!info) std::rethrow_exception(not_found(id));
  if (!info->ref) {
    std::rethrow_exception(
        child_error(ChildError::Kind::not_running, id, fmt::format("is {}", to_string(info->state))));
  }
  const HostPtr& host = info->ref.host();
  if (host->stage_type() != wanted) {
    throw WrongType(
        fmt::format("child: \"{}\" is a {}, not a {}", id, host->stage_type().name(), wanted.name()));
  }
  return host;
}

}  // namespace sluice::inline v0
