#include "sluice/stage/run_queue.hpp"

#include "sluice/stage/host.hpp"
#include "sluice/stage/intake.hpp"

namespace sluice::inline v0 {

thread_local constinit RunQueue* RunQueue::current_ = nullptr;

void RunQueue::queue_hand_over() {
  Host& host = *hand_over_.to();
  host.mail_.push_front(host.intake()->to_message(hand_over_));  // what is there came later
  push(host);
}

}  // namespace sluice::inline v0
