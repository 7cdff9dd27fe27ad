#include "sluice/flow/text/reading_thread.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace sluice::inline v0::flow {

struct ReadingThread::Shared {
  std::unique_ptr<LineRuns> runs;  // the thread's, but for interrupt
  std::size_t ahead;
  UniqueFunction<void()> wake;  // the thread's
  std::mutex mutex = {};
  std::condition_variable room = {};
  std::deque<Supplied> waiting = {};
  enum class Reader : unsigned char { busy, waits, gone } reader = Reader::busy;
  std::thread thread = {};

  void read_on() {
    while (wait_for_room() == Reader::busy) {
      Supplied supplied = runs->next();
      const Supplied::State state = supplied.state;
      hand_over(std::move(supplied));
      if (state != Supplied::State::here) return;
    }
  }
  /// Gone, or anything else as busy.
  Reader wait_for_room() {
    std::unique_lock lock(mutex);
    room.wait(lock, [this] { return waiting.size() < ahead || reader == Reader::gone; });
    return reader == Reader::gone ? Reader::gone : Reader::busy;
  }
  void hand_over(Supplied supplied) {
    {
      const std::lock_guard lock(mutex);
      waiting.push_back(std::move(supplied));
      if (reader != Reader::waits) return;
      reader = Reader::busy;
    }
    wake();
  }
};

ReadingThread::ReadingThread(std::unique_ptr<LineRuns> runs, std::size_t ahead, UniqueFunction<void()> wake)
    : shared_(new Shared{.runs = std::move(runs), .ahead = ahead, .wake = std::move(wake)}) {
  shared_->thread = std::thread([shared = shared_.get()] { shared->read_on(); });
}

ReadingThread::~ReadingThread() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->reader = Shared::Reader::gone;
  }
  shared_->room.notify_one();
  shared_->runs->interrupt();
  shared_->thread.join();
}

Supplied ReadingThread::next() {
  Shared& shared = *shared_;
  const std::lock_guard lock(shared.mutex);
  if (shared.waiting.empty()) {
    shared.reader = Shared::Reader::waits;
    return Supplied::later();
  }
  Supplied next = std::move(shared.waiting.front());
  shared.waiting.pop_front();
  shared.room.notify_one();
  return next;
}

}  // namespace sluice::inline v0::flow
