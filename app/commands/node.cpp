#include "app/commands/node.hpp"

#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/node/node.hpp"
#include "app/node/node_log.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ariadne {

namespace {

log_format parse_format(const std::string& text) {
  for (const auto& [format_name, format] : log_formats)
    if (format_name == text)
      return format;
  throw CLI::ValidationError("--log-format",
                             fmt::format("{} is none of text, json and journal", crdt::escaped_briefly(text)));
}

/// Precondition: it is not left to the node.
std::string to_text(log_format format) {
  const auto* found =
    std::find_if(std::begin(log_formats), std::end(log_formats), [&](const auto& f) { return f.second == format; });
  return std::string{found->first};
}

} // namespace

CLI::App* node_command::declare(CLI::App& parent) {
  auto* sub = parent.add_subcommand("node", "Run one node of a cluster until SIGTERM or Ctrl-C");
  declared_ = sub;
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
  add_own_endpoint(
    *sub, "--admin", admin,
    "Where it can be looked at by HTTP: a page, /livez, /readyz, /metrics; instead of what the file says. With "
    "port 0, the log says which one it is");
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

void node_command::check() {
  const auto typed = declared_->parse_order();
  for (const auto* option : declared_->get_options())
    if (option->count() > 0)
      origins[option->get_name()] = std::find(typed.begin(), typed.end(), option) != typed.end()
                                      ? setting_origin::command_line
                                      : setting_origin::environment;
}

node_config node_command::placed(node_config listed) const {
  if (admin)
    listed.admin = admin;
  if (bind)
    listed.bind = bind;
  if (advertise) {
    listed.bind = listed.bind.value_or(endpoint{listed.host, listed.port});
    listed.host = advertise->host;
    listed.port = advertise->port;
  }
  return listed;
}

node_settings node_command::settings_of(const program_config& cluster, const node_config& listed) const {
  const auto self = placed(listed);
  const endpoint address{self.host, self.port};
  const auto origin = [this](const char* option, setting_origin otherwise) {
    const auto found = origins.find(option);
    return found != origins.end() ? found->second : otherwise;
  };
  const auto listed_at = origin("--listen", setting_origin::file);
  node_settings result;
  const auto add = [&result](const char* of, std::string value, setting_origin from) {
    result.settings.push_back({of, std::move(value), from});
  };
  add("cluster", cluster_file, origin("--cluster", setting_origin::built_in));
  add("name", name, origin("--name", setting_origin::built_in));
  add("advertise", to_string(address), origin("--advertise", listed_at));
  // Where nothing else is said, a node listens at the address that it has without --advertise.
  add("bind", to_string(self.bind.value_or(address)), origin("--bind", listed.bind ? setting_origin::file : listed_at));
  if (self.admin)
    add("admin", to_string(*self.admin), origin("--admin", setting_origin::file));
  add("log_format", to_text(format_for(format.value_or(cluster.log_format))),
      origin("--log-format",
             cluster.log_format == log_format::automatic ? setting_origin::built_in : setting_origin::file));
  return result;
}

exit_code node_command::run() const {
  return with_cluster(cluster_file, node_needs, [&](const program_config& cluster) {
    const auto listed = select_node(cluster, name, listen);
    if (!listed) {
      complain(listed.error());
      return exit_code::usage;
    }
    auto changed = cluster;
    changed.log_format = format.value_or(cluster.log_format);
    return run_node(changed, placed(*listed), cluster_file, settings_of(cluster, *listed));
  });
}

} // namespace ariadne
