#include "sluice/supervise/job.hpp"

#include "sluice/stage/protocol.hpp"

namespace sluice::inline v0 {

Start Job::handle_start() {
  host().post(make_errand([this](Host& at) {
    if (at.run([this] { run(); })) at.stop({});
  }));
  return Start::ok;
}

}  // namespace sluice::inline v0
