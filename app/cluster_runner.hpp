#pragma once

#include "app/config.hpp"
#include "app/exit_code.hpp"

#include <string>

namespace ariadne {

/// Runs all nodes of the cluster as child processes of this one, `ariadne node --cluster cluster_file`, and passes
/// their output on to stdout, each line behind the name of the node.
///
/// SIGTERM and SIGINT stop the nodes gracefully, in the order of the file, each after the former has ended. A second
/// signal kills those that are left. A node that ends by itself is reported, and the others go on. Returns when all
/// have ended; none outlives this process, whatever ends it.
///
/// `restart_cluster`, called in another process, makes it restart the nodes one after the other: each is stopped
/// gracefully, started anew, and has caught up before the next one stops.
///
/// Answers `done` if all nodes did, else `drain_incomplete` if that was the worst that a node ended with, else
/// `failed`. To be called by a process with a single thread.
exit_code run_cluster(const cluster_config& cluster, const std::string& cluster_file);

/// Has the nodes restarted that a process of the same user runs with `run_cluster` from the same file, and prints how
/// that goes on. Answers `done` once all have been restarted; `drain_incomplete` if all were, but one had not handed
/// over everything; `failed` if nobody runs them, or the restart has broken off.
exit_code restart_cluster(const std::string& cluster_file);

} // namespace ariadne
