#pragma once

#include "sluice/testing/tck/producer_asks.hpp"
#include "sluice/testing/tck/producer_ends.hpp"
#include "sluice/testing/tck/producer_subject.hpp"
#include "sluice/testing/tck/report.hpp"

namespace sluice::inline v0::tck {

namespace detail {

/// All scenarios of a producer, or of the producer's side of a transform.
template <class Factory>
void run_as_producer(Findings& findings, Factory& factory, const ProducerTerms& terms) {
  run(findings, ProducerAsks<Factory>(factory, terms).all(), terms.effort);
  run(findings, ProducerEnds<Factory>(factory, terms).all(), terms.effort);
}

}  // namespace detail

/// Puts a producer through the rules of the producer's side: subscribers come, ask in all ways, leave, and
/// come back, under many seeds and under threads. `factory` is called for every run: see StageFactoryLike.
/// Nothing is thrown for a broken rule; the report says which one, and how to see it again.
template <StageFactoryLike Factory>
[[nodiscard]] Report verify_producer(Factory factory, ProducerTerms terms = {}) {
  Findings findings;
  detail::run_as_producer(findings, factory, terms);
  return findings.report("producer");
}

}  // namespace sluice::inline v0::tck
