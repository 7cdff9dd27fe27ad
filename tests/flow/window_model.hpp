#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "flow/flow.hpp"

/// What windows in event time must fire, said again in the plainest way: for properties.
namespace sluice::flow_tests {

struct Happened {
  int id = 0;
  int key = 0;
  std::int64_t ms = 0;

  [[nodiscard]] flow::EventTime at() const { return flow::EventTime(flow::Millis(ms)); }
};

/// One window that fired.
struct FiredWindow {
  std::string trigger;
  std::int64_t start = 0;
  std::vector<int> ids = {};

  friend auto operator<=>(const FiredWindow&, const FiredWindow&) = default;
  friend std::ostream& operator<<(std::ostream& out, const FiredWindow& window) {
    out << window.trigger << '@' << window.start << '[';
    for (const int id : window.ids) out << id << ' ';
    return out << ']';
  }
};

using Batches = std::vector<std::vector<Happened>>;

/// An operator that notes which events came in one batch; nothing of the library.
struct NoteBatches : flow::Operator {
  template <class In>
  using Output = In;

  template <class S, class T, class Next>
  void push(S& /*state*/, flow::Context& /*context*/, T&& event, const Next& next) {
    note->back().push_back(event);
    next(std::forward<T>(event));
  }
  template <class S, class Next>
  void batch_end(S& /*state*/, flow::Context& /*context*/, const Next& /*next*/) {
    note->emplace_back();
  }
  std::shared_ptr<Batches> note = std::make_shared<Batches>(1);
};

struct ModelResult {
  std::vector<FiredWindow> fired;
  std::set<int> late;
};

/// Windows of `size` at each `step`; every window there can be is asked about every event.
class GridModel {
 public:
  GridModel(std::int64_t size, std::int64_t step, std::int64_t lateness)
      : size_(size), step_(step), lateness_(lateness) {}

  [[nodiscard]] ModelResult run(const Batches& batches) {
    for (const auto& batch : batches) {
      for (const Happened& event : batch) put(event);
      for (const Happened& event : batch) watermark_ = std::max(watermark_, event.ms);
      if (watermark_ == unknown) continue;
      if (lateness_ > 0) fire_over();
      fire_done(watermark_ - lateness_);
    }
    fire_done(-unknown);
    return std::move(result_);
  }

 private:
  static constexpr std::int64_t unknown = -1'000'000'000'000;
  struct Open {
    std::vector<int> ids;
    bool over = false;
  };

  void put(const Happened& event) {
    for (std::int64_t number = -1000; number != 1000; ++number) {
      const std::int64_t start = number * step_;
      if (event.ms < start || event.ms >= start + size_) continue;
      const bool is_done = watermark_ != unknown && start + size_ <= watermark_ - lateness_;
      if (is_done) {
        result_.late.insert(event.id);
      } else {
        open_[start].ids.push_back(event.id);
      }
    }
  }
  void fire_over() {
    for (auto& [start, open] : open_) {
      if (open.over || start + size_ > watermark_) continue;
      open.over = true;
      result_.fired.push_back({"watermark", start, open.ids});
    }
  }
  void fire_done(std::int64_t time) {
    std::erase_if(open_, [&](const auto& one) {
      if (one.first + size_ > time) return false;
      result_.fired.push_back({"done", one.first, one.second.ids});
      return true;
    });
  }

  std::int64_t size_;
  std::int64_t step_;
  std::int64_t lateness_;
  std::int64_t watermark_ = unknown;
  std::map<std::int64_t, Open> open_;
  ModelResult result_;
};

/// Sessions: after every event all events kept are divided anew.
class SessionModel {
 public:
  SessionModel(std::int64_t gap, std::int64_t lateness) : gap_(gap), lateness_(lateness) {}

  [[nodiscard]] ModelResult run(const Batches& batches) {
    for (const auto& batch : batches) {
      for (const Happened& event : batch) put(event);
      for (const Happened& event : batch) horizon_ = std::max(horizon_, event.ms - lateness_);
      close(horizon_);
    }
    close(never);
    return std::move(result_);
  }

 private:
  static constexpr std::int64_t never = 1'000'000'000'000;
  using Session = std::vector<Happened>;

  void put(const Happened& event) {
    kept_.push_back(event);
    for (const Session& session : sessions()) {
      const bool its = std::ranges::any_of(session, [&](const Happened& one) { return one.id == event.id; });
      if (!its || session.back().ms + gap_ > horizon_) continue;
      kept_.pop_back();
      result_.late.insert(event.id);
      return;
    }
  }
  void close(std::int64_t time) {
    for (const Session& session : sessions()) {
      if (session.back().ms + gap_ > time) continue;
      FiredWindow fired{"done", session.front().ms};
      for (const Happened& one : session) {
        fired.ids.push_back(one.id);
        std::erase_if(kept_, [&](const Happened& other) { return other.id == one.id; });
      }
      result_.fired.push_back(std::move(fired));
    }
  }
  [[nodiscard]] std::vector<Session> sessions() const {
    std::vector<Happened> all = kept_;
    std::ranges::sort(all, {}, [](const Happened& one) { return std::tuple(one.key, one.ms, one.id); });
    std::vector<Session> found;
    for (const Happened& one : all) {
      const bool joins =
          !found.empty() && found.back().back().key == one.key && one.ms - found.back().back().ms < gap_;
      if (!joins) found.emplace_back();
      found.back().push_back(one);
    }
    return found;
  }

  std::int64_t gap_;
  std::int64_t lateness_;
  std::int64_t horizon_ = -never;
  std::vector<Happened> kept_;
  ModelResult result_;
};

}  // namespace sluice::flow_tests
