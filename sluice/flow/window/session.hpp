#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/core/hash.hpp"
#include "sluice/flow/window/event_clock.hpp"
#include "sluice/flow/window/late.hpp"
#include "sluice/flow/window/trigger_by.hpp"
#include "sluice/flow/window/wake_up.hpp"

namespace sluice::inline v0::flow {

struct SessionOptions {
  /// `every`: counted when the session closes, as its events are reduced then. No periods.
  Triggers trigger = {};
  /// A session closes when the watermark is so far beyond its end. Whole milliseconds; `forever`: at the end.
  Duration allowed_lateness = Duration::zero();
  /// See AlignedOptions::idle_after.
  Duration idle_after = forever;
  /// Counts the events that came too late.
  LateCount late = {};
};

/// Throws OptionError naming the field and the value.
void check(const SessionOptions& options);

/// What such a window says of itself in a plan.
void note_sessions(Note& window, const SessionOptions& options, bool drops_late);

/// The events of one key, each less than the gap from the next; held until the session closes.
template <class T>
struct Session {
  struct Timed {
    EventTime time;
    std::uint64_t came;  ///< a number that grows with each event of the stage
    T event;
  };
  EventTime first;
  EventTime last;
  std::uint64_t opened = 0;  ///< a number that no other session of the stage has
  std::vector<Timed> events = {};

  /// Takes in the events of another one.
  void join(Session&& other) {
    first = std::min(first, other.first);
    last = std::max(last, other.last);
    if (events.size() < other.events.size()) events.swap(other.events);
    for (Timed& one : other.events) events.push_back(std::move(one));
  }
  /// The events by their time, those of equal times as they came.
  [[nodiscard]] std::vector<T> in_order() && {
    std::ranges::sort(events, {}, [](const Timed& one) { return std::pair(one.time, one.came); });
    std::vector<T> all;
    all.reserve(events.size());
    for (Timed& one : events) all.push_back(std::move(one.event));
    return all;
  }
};

namespace detail {

/// Throws std::invalid_argument.
[[noreturn]] void refuse_session_key();

/// sluice::Hash as the standard containers want it.
template <class Key>
struct SessionHash {
  [[nodiscard]] std::size_t operator()(const Key& key) const {
    return static_cast<std::size_t>(Hash<Key>{}(key));
  }
};

}  // namespace detail

/// Sessions of one stage. Their events go to the operators when they close, so the windows have no state
/// before.
template <class T, class Pane, class By, class Key, class Late>
class SessionMachine {
  using K = std::remove_cvref_t<std::invoke_result_t<Key&, const T&>>;
  using Open = Session<T>;
  using Sessions = std::vector<Open>;  // of one key: few
  /// When a session ends at the earliest, and which one; it may have become longer or joined a later opened
  /// one since.
  using Due = std::pair<EventTime, std::uint64_t>;

 public:
  SessionMachine(Millis gap, const SessionOptions& options, By by, Key key, Late late)
      : gap_(gap),
        by_(std::move(by)),
        key_(std::move(key)),
        late_(std::move(late), options.late),
        clock_({.lateness = lateness_of(options.allowed_lateness), .idle_after = options.idle_after}) {}

  template <class Run>
  void begin(Run& run) {
    clock_.start(run.now());
  }
  void opened(SubscriptionId from) { clock_.opened(from); }
  template <class Run>
  void events(std::span<T> events, SubscriptionId /*from*/, Run& /*run*/) {
    for (T& event : events) put(event);
  }
  template <class Run>
  void batch_end(SubscriptionId from, Run& run) {
    clock_.saw(from, std::exchange(latest_, long_ago), run.now());
    move_on(run);
  }
  template <class Run>
  void closed(SubscriptionId from, Run& run) {
    clock_.closed(from);
    move_on(run);
  }
  template <class Run>
  void alarm(std::int64_t /*key*/, Run& run) {
    wake_up_.rang(run.now());
    move_on(run);
  }
  template <class Run>
  void finish(Run& run) {
    close_up_to(EventTime::max(), run);
    finished_ = true;
    if (std::string loss = late_.loss(); !loss.empty()) run.warn(std::move(loss));
  }
  template <class F>
  void each_open(F /*f*/) {}

 private:
  void put(T& event) {
    const EventTime time = time_by(by_, event);
    latest_ = std::max(latest_, time);
    const auto& key = std::invoke(key_, std::as_const(event));
    if (!(key == key)) detail::refuse_session_key();
    const auto of_key = keys_.try_emplace(key).first;
    Open made{.first = time, .last = time};
    take_neighbours(of_key->second, made);
    if (end_of(made) <= clock_.horizon()) {
      if (of_key->second.empty()) keys_.erase(of_key);
      late_.take(std::span(&event, 1));
    } else {
      made.events.push_back({time, ++came_, std::move(event)});
      keep(*of_key, std::move(made));
    }
  }
  /// Joins into `made` all that is less than the gap away: out of order, one event may join two sessions.
  void take_neighbours(Sessions& sessions, Open& made) {
    const EventTime time = made.first;
    std::erase_if(sessions, [&](Open& open) {
      if (time - open.last >= gap_ || open.first - time >= gap_) return false;
      made.opened = std::max(made.opened, open.opened);  // so that what is due of the others comes before
      made.join(std::move(open));
      return true;
    });
  }
  void keep(std::pair<const K, Sessions>& of_key, Open made) {
    if (made.opened == 0) {
      made.opened = ++opened_;
      due_.emplace(Due(end_of(made), made.opened), &of_key);
    }
    of_key.second.push_back(std::move(made));
  }

  template <class Run>
  void move_on(Run& run) {
    if (finished_) return;
    clock_.advance(run.now());
    close_up_to(clock_.horizon(), run);
    wake_up_.arm(clock_.wake(), run);
  }
  /// Those that end at `time` or before, by their ends, then in the order in which they were opened.
  template <class Run>
  void close_up_to(EventTime time, Run& run) {
    while (!due_.empty() && due_.begin()->first.first <= time) {
      const auto [due, of_key] = *due_.begin();
      due_.erase(due_.begin());
      Sessions& sessions = of_key->second;
      const auto open = std::ranges::find(sessions, due.second, &Open::opened);
      if (open == sessions.end()) continue;  // it has joined another
      if (end_of(*open) != due.first) {
        due_.emplace(Due(end_of(*open), due.second), of_key);
        continue;
      }
      Open closed = std::move(*open);
      sessions.erase(open);
      if (sessions.empty()) keys_.erase(keys_.find(of_key->first));
      fire(std::move(closed), run);
    }
  }
  template <class Run>
  void fire(Open session, Run& run) {
    Pane pane = run.open({WindowKind::session, session.first.time_since_epoch().count()});
    std::vector<T> events = std::move(session).in_order();
    run.reduce(pane, std::span<T>(events));
    run.done(pane);
  }
  [[nodiscard]] EventTime end_of(const Open& session) const noexcept { return session.last + gap_; }

  Millis gap_;
  By by_;
  Key key_;
  LateEvents<Late> late_;
  EventClock clock_;
  WakeUp wake_up_;
  std::unordered_map<K, Sessions, detail::SessionHash<K>> keys_;
  std::map<Due, std::pair<const K, Sessions>*>
      due_;                      // one of each session; nodes of keys_ stay where they are
  EventTime latest_ = long_ago;  // in the batch at hand
  std::uint64_t opened_ = 0;
  std::uint64_t came_ = 0;
  bool finished_ = false;
};

/// See window::session().
template <class By, class Key, class Late = DropLate>
struct SessionWindow : WindowOperator, Triggerable<SessionWindow<By, Key, Late>> {
  void note(Notes& notes) const {
    note_sessions(notes.add("window::session"), options, std::same_as<Late, DropLate>);
  }
  template <class T, class Pane>
  class Machine : public SessionMachine<T, Pane, By, Key, Late> {
   public:
    explicit Machine(const SessionWindow& window)
        : SessionMachine<T, Pane, By, Key, Late>(window.gap, window.options, window.by, window.key,
                                                 window.late) {}
  };

  template <class In>
  static consteval bool takes() {
    constexpr bool keyed = std::is_invocable_v<Key&, const In&>;
    static_assert(keyed, "sluice: the key of a session takes const T&: a pointer to member, or a callable");
    return detail::tells_time<By, In>() && detail::takes_late<Late, In>() && keyed;
  }

  /// `f(T event)` is called with each event that came too late; copied for each stage, on its turn.
  template <class F>
  [[nodiscard]] auto on_late(F f) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    SessionWindow<By, Key, F> made{
        {}, {}, copy.gap, std::move(copy.options), std::move(copy.by), std::move(copy.key), std::move(f)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  /// The same window with wrap(f) in place of its functions, but that for late events.
  template <class Wrap>
  [[nodiscard]] auto asking(Wrap wrap) const {
    auto copy = *this;  // g++ 12 would clean up twice if a copy inside the braces threw
    auto asked = wrap(by);
    auto keyed = wrap(key);
    SessionWindow<decltype(asked), decltype(keyed), Late> made{
        {}, {}, copy.gap, std::move(copy.options), std::move(asked), std::move(keyed), std::move(copy.late)};
    made.triggers = std::move(copy.triggers);
    return made;
  }

  Millis gap;
  SessionOptions options;
  By by;
  Key key;
  Late late;
};

namespace window {

/// The events of one key, each less than `gap` of event time from its neighbour, are a window; its id is the
/// time of the first. `by` as in fixed(), `key` a pointer to member or a callable; partition by it before. A
/// session ends `gap` after its last event, and closes when the watermark is there: then its events come to
/// the operators behind, by their times, and `done` fires. So the result does not depend on the order in
/// which they came, as long as none was late; one that lies between two sessions joins them.
///
/// Keeps all events of open sessions in memory: those of one gap, the allowed lateness and as much as the
/// stages above are apart; a key that never pauses keeps its events until the flow ends. A key that is not
/// equal to itself (NaN) fails the flow. Throws OptionError for a gap that is not a positive number of whole
/// milliseconds. `window::session(30min, &Click::at, &Click::user)`
template <class By, class Key>
[[nodiscard]] auto session(Duration gap, By by, Key key, SessionOptions options = {}) {
  const Millis length = whole_millis("gap", gap);
  check(options);
  SessionWindow<By, Key> made{{}, {}, length, std::move(options), std::move(by), std::move(key), DropLate{}};
  made.triggers = std::move(made.options.trigger);
  return made;
}

}  // namespace window
}  // namespace sluice::inline v0::flow
