#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sluice/stage/ref.hpp"

namespace sluice::inline v0 {

/// A start failed: see what() and cause(). Nothing of the stage is left.
class StartError : public std::runtime_error {
 public:
  enum class Kind : unsigned char {
    already_started,  ///< the name is taken; by holder(), unless that one is still being constructed
    failed,           ///< the constructor or handle_start threw or stopped; why: cause()
    timeout,          ///< handle_start did not return in time
    shutting_down,    ///< the runtime takes no new stages
  };
  StartError(Kind kind, const std::string& text, Reason cause, AnyRef holder = {})
      : std::runtime_error(text), kind_(kind), cause_(std::move(cause)), holder_(std::move(holder)) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] const Reason& cause() const noexcept { return cause_; }
  [[nodiscard]] const AnyRef& holder() const noexcept { return holder_; }

 private:
  Kind kind_;
  Reason cause_;
  AnyRef holder_;
};

/// What a shutdown left behind.
struct ShutdownReport {
  struct Lost {
    std::string stage;
    std::uint64_t events = 0;
    friend bool operator==(const Lost&, const Lost&) = default;
  };
  bool drained = true;                          ///< every event was handled before the deadline
  std::vector<Lost> lost = {};                  ///< events that were not, by stage
  std::vector<std::string> still_running = {};  ///< stages whose callback had not returned at the deadline
};

namespace detail {
template <class... Args>
struct FirstIsOptions : std::false_type {};
template <class First, class... Rest>
struct FirstIsOptions<First, Rest...> : std::is_same<std::remove_cvref_t<First>, StartOptions> {};
}  // namespace detail
template <class... Args>
concept StartsWithOptions = detail::FirstIsOptions<Args...>::value;

}  // namespace sluice::inline v0
