#pragma once

#include "app/config/cluster_file.hpp"
#include "app/output/exit_code.hpp"

#include <string>

namespace ariadne {

/// Runs all nodes of the cluster as child processes of this one, `ariadne node --cluster cluster_file`, and passes
/// their output on to stdout, each line behind the name of the node.
///
/// SIGTERM, SIGINT, and SIGHUP if the terminal has gone, stop the nodes gracefully, in the order of the file, each
/// after the former has ended. A second Ctrl-C at the terminal, or SIGQUIT, kills those that are left. When this
/// process is killed, the nodes stop gracefully by themselves, all at once.
///
/// A node that crashes is started again, see `cluster_keeper`. `restart_cluster`, called in another process, has the
/// nodes restarted one after the other, by the file as it is then: each is stopped gracefully, started anew, and has
/// caught up before the next one stops. What does not run is started first, what the file has no more is stopped.
///
/// Returns when no node runs, and none is to be started again. Answers `done` if each has ended so, else
/// `drain_incomplete` if that was the worst that a node ended with, else `failed`. To be called by a process with a
/// single thread.
exit_code run_cluster(const cluster_config& cluster, const std::string& cluster_file);

/// Has the nodes restarted that a process of the same user runs with `run_cluster` from the same file, and prints how
/// that goes on. It goes on also if this process ends meanwhile. Answers `done` once all have been restarted;
/// `drain_incomplete` if all were, but one had not handed over everything; `failed` if nobody runs them, or the restart
/// has broken off: then it can be asked for again.
exit_code restart_cluster(const std::string& cluster_file);

/// Prints which nodes a cluster file has that is right: see `file_check`.
exit_code check_cluster(const cluster_config& cluster);

} // namespace ariadne
