#include "app/commands/node.hpp"

#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/node/node.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ariadne {

namespace {

log_format parse_format(const std::string& text) {
  if (text == "text")
    return log_format::text;
  if (text == "json")
    return log_format::json;
  if (text == "journal")
    return log_format::journal;
  throw CLI::ValidationError("--log-format",
                             fmt::format("{} is none of text, json and journal", crdt::escaped_briefly(text)));
}

} // namespace

CLI::App* node_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("node", "Run one node of a cluster until SIGTERM or Ctrl-C");
  sub->add_option("--cluster", cluster_file, "The cluster file")
    ->required()
    ->envname("ARIADNE_CLUSTER")
    ->type_name("FILE");
  sub->add_option("--name", name, "Which node of the file")->required()->envname("ARIADNE_NAME")->type_name("NAME");
  add_own_endpoint(*sub, "--listen", listen,
                   "Join the cluster as a node that the file does not list, and accept connections here; port 0 lets "
                   "the system choose one");
  add_own_endpoint(*sub, "--bind", bind,
                   "Where it accepts connections, if that is not where the others find it, such as 0.0.0.0:4100 in a "
                   "container");
  sub->get_option("--bind")->envname("ARIADNE_BIND");
  add_own_endpoint(*sub, "--advertise", advertise,
                   "Where the others find it, instead of what the file, or --listen, says; port 0 stands for the one "
                   "of --bind");
  sub->get_option("--advertise")->envname("ARIADNE_ADVERTISE");
  add_endpoint(*sub, "--admin", admin,
               "Where it can be looked at by HTTP: a page, /livez, /readyz, /metrics; instead of what the file "
               "says");
  sub->get_option("--admin")->envname("ARIADNE_ADMIN");
  sub
    ->add_option_function<std::string>(
      "--log-format", [this](const std::string& text) { format = parse_format(text); },
      "How lines of the log are written, instead of what the file says: text, json or journal")
    ->envname("ARIADNE_LOG_FORMAT")
    ->type_name("FORMAT");
  return sub->footer(
    "SIGTERM, Ctrl-C or the end of its terminal stops the node gracefully; Ctrl-C once more, or SIGQUIT, ends\n"
    "it at once, by that signal. Without a terminal, SIGHUP has it read the cluster file again: nodes that are\n"
    "listed since are connected to, and log_level and what clients may name count at once; the log says what\n"
    "needs a restart.");
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
    if (bind)
      self->bind = bind;
    if (advertise) {
      self->bind = self->bind.value_or(endpoint{self->host, self->port});
      self->host = advertise->host;
      self->port = advertise->port;
    }
    if (!format)
      return run_node(cluster, *self, cluster_file);
    auto changed = cluster;
    changed.log_format = *format;
    return run_node(changed, *self, cluster_file);
  });
}

} // namespace ariadne
