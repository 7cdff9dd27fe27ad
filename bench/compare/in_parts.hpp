#pragma once

#include <cstddef>
#include <thread>
#include <type_traits>

namespace bench {

/// `work(0)` here, and with two workers `work(1)` on a second thread meanwhile; then `add(result, other)`.
template <class Work, class Add>
auto in_parts(int workers, Work work, Add add) {
  if (workers == 1) return work(std::size_t{0});
  std::invoke_result_t<Work, std::size_t> other{};
  std::thread second([&] { other = work(std::size_t{1}); });
  auto result = work(std::size_t{0});
  second.join();
  add(result, other);
  return result;
}

}  // namespace bench
