#pragma once

/// Everything of sluice::pipeline: messages with acknowledgements through concurrent steps
/// (docs/pipeline.md).

#include "sluice/pipeline/batch_step.hpp"
#include "sluice/pipeline/from.hpp"
#include "sluice/pipeline/handle.hpp"
#include "sluice/pipeline/process_step.hpp"
#include "sluice/pipeline/receipts.hpp"
#include "sluice/pipeline/split.hpp"
#include "sluice/pipeline/start.hpp"
