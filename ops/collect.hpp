#pragma once

#include "ops/node_report.hpp"

#include <caf/fwd.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <string>

namespace ariadne {

/// Asks the actors of the node that runs in this system what `node_report` has. Blocks for at most `patience`. The
/// error is one sentence without a final stop: the node is not in service yet, or does not answer.
tl::expected<node_report, std::string> collect(caf::actor_system& system, std::chrono::milliseconds patience);

} // namespace ariadne
