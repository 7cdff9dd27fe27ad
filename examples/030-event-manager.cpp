// An event manager: whoever subscribes hears of every event, or of those it selects.
// The events are shared, not copied, and the slowest subscriber sets the pace.
#include <cstdio>
#include <string>
#include <utility>

#include "sluice/sluice.hpp"

struct Notice {
  enum class Level { info, alarm } level;
  std::string text;
};

// Nobody's demand makes a notice happen: they are pushed from outside and wait in the buffer until asked for.
class EventManager : public sluice::Producer<Notice> {
 public:
  EventManager()
      : Producer({.dispatcher = sluice::broadcast(), .buffer = {.size = 100, .keep = sluice::Keep::last}}) {}
  void notify(Notice notice) { emit(std::move(notice)); }

 private:
  void handle_demand(sluice::Demand) override {}
};

class Handler : public sluice::Consumer<Notice> {
 public:
  explicit Handler(std::string name) : name_(std::move(name)) {}
  std::string heard() const { return heard_; }  // for call(): runs on the handler's own turn

 private:
  void handle_events(sluice::Events<Notice> notices, const sluice::Subscription&) override {
    for (const Notice& notice : notices) heard_ += name_ + ": " + notice.text + "\n";
  }
  std::string name_;
  std::string heard_;
};

int main() {
  sluice::Runtime runtime;
  auto manager = runtime.start<EventManager>();
  auto journal = runtime.start<Handler>("journal");
  auto pager = runtime.start<Handler>("pager");
  journal.subscribe_to(manager);
  pager.subscribe_to(manager, {},
                     sluice::where([](const Notice& n) { return n.level == Notice::Level::alarm; }));

  manager.cast(&EventManager::notify, Notice{Notice::Level::info, "the door opens"});
  manager.cast(&EventManager::notify, Notice{Notice::Level::alarm, "smoke in room 4"});
  manager.cast(&EventManager::notify, Notice{Notice::Level::info, "the door closes"});

  runtime.settle();  // until nobody has anything to do
  std::printf("%s%s", journal.call(&Handler::heard).c_str(), pager.call(&Handler::heard).c_str());
}
