#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sluice/testing/tck/crowd.hpp"
#include "sluice/testing/tck/subject.hpp"
#include "sluice/testing/tck/trial.hpp"

namespace sluice::inline v0::tck {

/// What a producer does when it has no more events.
enum class WhenExhausted : unsigned char {
  ends,   ///< it ends, politely
  waits,  ///< it stays: somebody may give it more
};

/// What is expected of a producer under test.
struct ProducerTerms {
  /// How many events it has. `unlimited`: as many as the kit asks for.
  Demand events = unlimited;
  WhenExhausted when_exhausted = WhenExhausted::ends;
  /// Its dispatcher's partitions, each with one consumer; 0: it has none.
  std::size_t partitions = 0;
  Effort effort = {};
};

namespace detail {

/// A producer under test, as its scenarios use it.
template <class Factory>
class ProducerSubject {
 public:
  using T = typename Started<Factory>::Output;

  ProducerSubject(Factory& factory, ProducerTerms terms) : factory_(factory), terms_(terms) {}

 protected:
  using Producer = ProducerRef<T>;

  [[nodiscard]] bool finite() const noexcept { return terms_.events != unlimited; }
  [[nodiscard]] Demand have(Demand n) const noexcept { return std::min(n, terms_.events); }
  Producer start(Trial& trial, StartOptions options = {}) {
    return detail::start(factory_, trial.runtime(), std::move(options));
  }
  Crowd<T> join(Trial& trial, const Producer& producer) { return {trial, producer, terms_.partitions}; }

  /// Whether everything that n asked for on each subscription can bring has come. With partitions it is the
  /// route that decides who gets it, so there only the sum is looked at.
  bool met(const Producer& producer, const Crowd<T>& crowd, Demand n) const {
    if (terms_.partitions == 0) return crowd.received() == have(n);
    if (!producer.alive()) return true;
    try {
      return producer.inspect().events.emitted >= have(n);
    } catch (const CallError&) {
      return true;  // it has just ended
    }
  }
  void expect_met(Trial& trial, std::string_view rule, const Producer& producer, const Crowd<T>& crowd,
                  Demand n) const {
    const bool all = trial.eventually([&] { return met(producer, crowd, n); });
    crowd.check();
    trial.expect(rule, all, "asked for ", n, " events, of which it has ", have(n), ", a consumer got ",
                 crowd.received());
  }

  Factory& factory_;
  ProducerTerms terms_;
};

}  // namespace detail

}  // namespace sluice::inline v0::tck
