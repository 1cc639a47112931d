#include "app/commands/node.hpp"

#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/node/node.hpp"
#include "app/output/output.hpp"

#include <CLI/CLI.hpp>

namespace ariadne {

CLI::App* node_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("node", "Run one node of a cluster until SIGTERM or Ctrl-C");
  sub->add_option("--cluster", cluster_file, "The cluster file")->required()->type_name("FILE");
  sub->add_option("--name", name, "Which node of the file")->required()->type_name("NAME");
  add_endpoint(*sub, "--listen", listen,
               "Join the cluster as a node that the file does not list, and accept connections here");
  return sub->footer(
    "SIGTERM, Ctrl-C or the end of its terminal stops the node gracefully; Ctrl-C once more, or SIGQUIT, ends\n"
    "it at once, by that signal. Without a terminal, SIGHUP is ignored.");
}

exit_code node_command::run() const {
  return with_cluster(cluster_file, node_needs, [&](const program_config& cluster) {
    const auto self = select_node(cluster, name, listen);
    if (self)
      return run_node(cluster, *self);
    complain(self.error());
    return exit_code::usage;
  });
}

} // namespace ariadne
