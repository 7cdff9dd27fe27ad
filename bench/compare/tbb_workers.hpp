#pragma once

#include <tbb/global_control.h>

#include <cstddef>

namespace bench {

/// While it lives, TBB works on so many threads, the calling one among them.
class TbbWorkers {
 public:
  explicit TbbWorkers(int count)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count)) {}

 private:
  tbb::global_control limit_;
};

}  // namespace bench
