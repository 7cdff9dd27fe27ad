#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "flow/flow.hpp"

/// What windows fire, as lines of text.
namespace sluice::flow_tests {

[[nodiscard]] inline std::string shown(long number) { return std::to_string(number); }
[[nodiscard]] inline std::string shown(const std::string& text) { return text; }
template <class T>
[[nodiscard]] std::string shown(const std::vector<T>& list) {
  std::string text = "[";
  for (const T& one : list) text += (text.size() == 1 ? "" : " ") + shown(one);
  return text + "]";
}

/// Emits "ACCUMULATOR TRIGGER" at each trigger, for instance "[1 2] every 2"; keeps the accumulator.
template <class Acc>
[[nodiscard]] auto fired() {
  return flow::on_trigger([](Acc& acc, const flow::Trigger& trigger, flow::Emit<std::string>& out) {
    out(shown(acc) + " " + to_string(trigger.name));
  });
}
/// "ACCUMULATOR TRIGGER WINDOW", for instance "[1 2] done fixed 1000".
template <class Acc>
[[nodiscard]] auto fired_where() {
  return flow::on_trigger([](Acc& acc, const flow::Trigger& trigger, flow::Emit<std::string>& out) {
    out(shown(acc) + " " + to_string(trigger.name) + " " + to_string(trigger.window));
  });
}
/// As fired, and begins the accumulator anew.
template <class Acc>
[[nodiscard]] auto fired_and_reset() {
  return flow::on_trigger([](Acc& acc, const flow::Trigger& trigger, flow::Emit<std::string>& out) {
    out(shown(acc) + " " + to_string(trigger.name));
    acc = Acc();
  });
}

/// What a flow that was started has emitted. Thread rule: any thread.
template <class T>
class Seen {
 public:
  void add(T event) const {
    const std::lock_guard lock(state_->mutex);
    state_->events.push_back(std::move(event));
  }
  /// The operator that writes it down.
  [[nodiscard]] auto record() const {
    return flow::map([note = *this](T event) {
      note.add(event);
      return event;
    });
  }
  [[nodiscard]] std::vector<T> events() const {
    const std::lock_guard lock(state_->mutex);
    return state_->events;
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<T> events;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace sluice::flow_tests
