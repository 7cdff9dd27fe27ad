#pragma once

/// Everything of sluice::flow: parallel, partitioned, windowed data flows over stages (docs/flow.md).

#include "sluice/flow/flow.hpp"
#include "sluice/flow/from.hpp"
#include "sluice/flow/join.hpp"
#include "sluice/flow/merge.hpp"
#include "sluice/flow/operators/departition.hpp"
#include "sluice/flow/operators/each.hpp"
#include "sluice/flow/operators/filter.hpp"
#include "sluice/flow/operators/flat_map.hpp"
#include "sluice/flow/operators/group_by.hpp"
#include "sluice/flow/operators/map.hpp"
#include "sluice/flow/operators/map_batch.hpp"
#include "sluice/flow/operators/reduce.hpp"
#include "sluice/flow/operators/take_sort.hpp"
#include "sluice/flow/operators/uniq.hpp"
#include "sluice/flow/partition.hpp"
#include "sluice/flow/terminal/start.hpp"
#include "sluice/flow/terminal/to_range.hpp"
#include "sluice/flow/window/count.hpp"
#include "sluice/flow/window/global.hpp"
