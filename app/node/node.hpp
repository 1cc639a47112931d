#pragma once

#include "actors/endpoint.hpp"
#include "actors/settings.hpp"
#include "app/config/program_config.hpp"
#include "app/output/exit_code.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace ariadne {

/// The node `name` of the cluster; one that the cluster file does not list, if it is given an address to listen at. The
/// error is one sentence without a final stop.
tl::expected<node_config, std::string> select_node(const cluster_config& cluster, const std::string& name,
                                                   const std::optional<endpoint>& listen);

/// Runs the node `self` of the cluster until it is to stop, and then stops it gracefully: the sessions stash their
/// games and end, the handoff actor drains, the other nodes are told that this one leaves. Clients that ask for its
/// status are told `settings`. SIGTERM and SIGINT ask it to stop, and SIGHUP if the process was started with a
/// terminal; without one, SIGHUP has it read `file` again (see file_reader.hpp). Further ones change nothing, but for a
/// second Ctrl-C at the terminal, which ends the process at once, by that signal, as SIGQUIT does.
///
/// Prints `ariadne: node NAME of cluster CLUSTER ready at HOST:PORT` to stdout once the port is open, `ariadne: node
/// NAME of cluster CLUSTER caught up` once it holds all that the others held, and its log to stderr: the time in UTC,
/// the level, the name of the node, and one event for each line. Never waits for whoever reads either: see
/// node_log.hpp. A service manager that has started the process is told when it is ready, what it does, how long its
/// stop may take, and, if it wants to know, that it is alive.
///
/// Answers `done`; `drain_incomplete` if not everything could be handed over, having listed the keys on stderr; `usage`
/// if another node has its name; `failed` if the port cannot be opened or the actors do not stay alive. To be called
/// from the main thread before others are started, since it blocks the signals for all of them.
exit_code run_node(const program_config& cluster, const node_config& self, const std::string& file,
                   node_settings settings);

} // namespace ariadne
