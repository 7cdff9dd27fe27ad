#pragma once

// The kit by which a stage or a dispatcher proves itself: docs/verify-your-stage.md.

#include "sluice/testing/tck/report.hpp"
#include "sluice/testing/tck/rule.hpp"
#include "sluice/testing/tck/subject.hpp"
#include "sluice/testing/tck/verify_consumer.hpp"
#include "sluice/testing/tck/verify_dispatcher.hpp"
#include "sluice/testing/tck/verify_producer.hpp"
#include "sluice/testing/tck/verify_transform.hpp"
