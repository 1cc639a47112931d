#include "app/commands/node.hpp"

#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/node/node.hpp"
#include "app/output/output.hpp"

#include <CLI/CLI.hpp>

namespace ariadne {

CLI::App* node_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("node", "Run one node of a cluster until SIGTERM or Ctrl-C");
  sub->add_option("--cluster", cluster_file, "The cluster file")
    ->required()
    ->envname("ARIADNE_CLUSTER")
    ->type_name("FILE");
  sub->add_option("--name", name, "Which node of the file")->required()->envname("ARIADNE_NAME")->type_name("NAME");
  add_endpoint(*sub, "--listen", listen,
               "Join the cluster as a node that the file does not list, and accept connections here");
  add_endpoint(*sub, "--admin", admin,
               "Where it can be looked at by HTTP: a page, /livez, /readyz, /metrics; instead of what the file "
               "says");
  sub->get_option("--admin")->envname("ARIADNE_ADMIN");
  return sub->footer(
    "SIGTERM, Ctrl-C or the end of its terminal stops the node gracefully; Ctrl-C once more, or SIGQUIT, ends\n"
    "it at once, by that signal. Without a terminal, SIGHUP is ignored.");
}

exit_code node_command::run() const {
  return with_cluster(cluster_file, node_needs, [&](const program_config& cluster) {
    auto self = select_node(cluster, name, listen);
    if (!self) {
      complain(self.error());
      return exit_code::usage;
    }
    if (admin)
      self->admin = admin;
    return run_node(cluster, *self);
  });
}

} // namespace ariadne
