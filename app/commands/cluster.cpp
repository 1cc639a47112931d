#include "app/commands/cluster.hpp"

#include "app/cluster/cluster_runner.hpp"
#include "app/commands/preconditions.hpp"
#include "app/output/output.hpp"
#include "app/process/process_signals.hpp"

#include <CLI/CLI.hpp>

namespace ariadne {

CLI::App* cluster_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("cluster", "Run all nodes of a cluster as child processes");
  sub->add_option("FILE", cluster_file, "The cluster file")->required()->type_name("");
  auto* restart = sub->add_flag("--rolling-restart", rolling_restart,
                                "Have the nodes that another \"ariadne cluster FILE\" runs restarted, one after the "
                                "other, by the file as it is now: what does not run first, then what runs");
  sub->add_flag("--check", check_only, "Only check the file, and list its nodes")->excludes(restart);
  return sub->footer(
    "A node that crashes is started again, after a pause that grows, up to ten times in a row.\n"
    "SIGTERM, Ctrl-C or the end of the terminal stops the nodes gracefully, one after the other; Ctrl-C\n"
    "once more, or SIGQUIT, kills them. A rolling restart that has failed can be asked for again; it goes\n"
    "on if the one who asked is interrupted.");
}

exit_code cluster_command::run() const {
  const auto runs_nodes = !rolling_restart && !check_only;
  if (!runs_nodes)
    unblock_stop_signals();
  return with_cluster(cluster_file, runs_nodes ? runner_needs : check_needs, [&](const cluster_config& cluster) {
    if (check_only)
      return check_cluster(cluster);
    if (cluster.nodes.empty()) {
      complain(cluster_file
               + ": it lists no nodes that could be run here; \"ariadne node\" runs one of those that "
                 "find each other by name");
      return exit_code::usage;
    }
    return rolling_restart ? restart_cluster(cluster_file) : run_cluster(cluster, cluster_file);
  });
}

} // namespace ariadne
