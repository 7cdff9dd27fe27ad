#pragma once

// Everything a program needs that runs stages.

#include "sluice/core/version.hpp"
#include "sluice/dispatch/broadcast.hpp"
#include "sluice/dispatch/demand.hpp"
#include "sluice/dispatch/partition.hpp"
#include "sluice/dispatch/round_robin.hpp"
#include "sluice/dispatch/where.hpp"
#include "sluice/runtime/runtime.hpp"
#include "sluice/stage/consumer.hpp"
#include "sluice/stage/from_range.hpp"
#include "sluice/stage/inlet.hpp"
#include "sluice/stage/one_line.hpp"
#include "sluice/stage/producer.hpp"
#include "sluice/stage/producer_consumer.hpp"
#include "sluice/stage/to_range.hpp"
#include "sluice/supervise/child.hpp"
#include "sluice/supervise/child_info.hpp"
#include "sluice/supervise/restart.hpp"
#include "sluice/supervise/restart_window.hpp"
#include "sluice/supervise/shutdown.hpp"
#include "sluice/supervise/supervisor.hpp"
