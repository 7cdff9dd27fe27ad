#include "sluice/stage/run_queue.hpp"

namespace sluice::inline v0 {

thread_local constinit RunQueue* RunQueue::current_ = nullptr;

}  // namespace sluice::inline v0
