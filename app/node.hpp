#pragma once

#include "app/config.hpp"
#include "app/exit_code.hpp"

#include <string>

namespace ariadne {

/// Runs the node `name` of the cluster until SIGTERM or SIGINT, and then stops it gracefully: the sessions stash their
/// games and end, the handoff actor drains, the other nodes are told that this one leaves. A second signal ends the
/// process at once, by that signal.
///
/// Prints `ariadne: node NAME of cluster CLUSTER ready at HOST:PORT` to stdout once the port is open, and its log to
/// stderr: the time in UTC, the level, the name of the node, and one event for each line.
///
/// Answers `done`; `drain_incomplete` if not everything could be handed over, having listed the keys on stderr; `usage`
/// if the cluster has no such node; `failed` if the port cannot be opened or the actors do not stay alive. To be called
/// from the main thread before others are started, since it blocks both signals for all of them.
exit_code run_node(const cluster_config& cluster, const std::string& name);

} // namespace ariadne
