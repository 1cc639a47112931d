#include "app/commands/client_command.hpp"

#include "app/commands/options.hpp"
#include "app/commands/preconditions.hpp"
#include "app/output/output.hpp"
#include "app/process/process_signals.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace ariadne {

namespace {

constexpr auto node_variable = "ARIADNE_NODE";
constexpr auto file_variable = "ARIADNE_CLUSTER";

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

} // namespace

CLI::App* client_command::declare_as(CLI::App& parent, const char* name, const char* description) {
  auto* sub = parent.add_subcommand(name, description);
  add_endpoint(*sub, "--node", node,
               fmt::format("The node to talk to; without it, those of the cluster file in turn, until one can help. "
                           "Without either: what {} or {} of the environment names, or 127.0.0.1:{}",
                           node_variable, file_variable, default_node_port));
  sub->add_option("--cluster", cluster_file, "The cluster file")->type_name("FILE");
  add_identity(*sub, identity);
  add_time(
    *sub, "--timeout", std::chrono::hours{24}, [this](std::chrono::milliseconds time) { timeout = time; },
    "How long to try at most, such as 500ms or 2s; 5s by default. While a large value is moved, to the node and from "
    "there to others, it counts from its last piece");
  if (!parent.get_parent())
    sub->add_flag("--json", json, "Answer in JSON");
  return sub;
}

void client_command::add_bytes(CLI::App& sub, const char* name, std::string& target, const char* description) {
  sub.add_option(name, target, description)->required()->type_name("");
  allow_escapes(sub, target);
}

void client_command::add_prefix(CLI::App& sub, std::string& target, const char* description) {
  sub.add_option("PREFIX", target, description)->type_name("");
  allow_escapes(sub, target);
}

void client_command::add_node_name(CLI::App& sub, std::string& target) {
  const auto problem_of = [](const std::string& name) { return is_name(name) ? std::string{} : name_rule(); };
  sub.add_option("NODE", target, "The name of the node")->required()->check(problem_of)->type_name("");
  allow_escapes(sub, target);
}

void client_command::allow_escapes(CLI::App& sub, std::string& argument) {
  if (escapable_.empty())
    sub.add_flag("-e,--escaped", are_escaped_, "Take the arguments as they are shown: \\n, \\xHH and so on are bytes");
  escapable_.push_back(&argument);
}

void client_command::check() {
  if (are_escaped_)
    for (auto* argument : escapable_) {
      auto bytes = crdt::unescaped(*argument);
      if (!bytes)
        throw CLI::ValidationError("--escaped",
                                   fmt::format("{} has a backslash that begins none of \\\\, \\n, \\r, \\t, \\xHH",
                                               crdt::escaped_briefly(*argument)));
      *argument = std::move(*bytes);
    }
  if (!node && cluster_file.empty())
    look_into_environment();
}

void client_command::look_into_environment() {
  if (const auto address = variable(node_variable); !address.empty()) {
    node = endpoint_from_string(address);
    if (!node)
      throw CLI::ValidationError(node_variable, fmt::format("{} is not HOST:PORT, such as 127.0.0.1:4100", address));
  } else if (cluster_file = variable(file_variable); cluster_file.empty()) {
    node = endpoint{"127.0.0.1", default_node_port};
  }
}

exit_code client_command::run() const {
  unblock_stop_signals();
  const auto run_and_tell = [this](const std::vector<endpoint>& nodes, bool may_be_secured) {
    auto security = may_be_secured ? load_security(identity) : network_security{};
    if (!security) {
      complain(security.error());
      return exit_code::usage;
    }
    const auto result = run_at({nodes, std::move(*security)});
    if (result)
      return *result;
    complain(result.error().text);
    return result.error().code;
  };
  if (node)
    return with_descriptors(client_needs.least, [&] { return run_and_tell({*node}, true); });
  return with_cluster(cluster_file, client_needs, [&](const cluster_config& cluster) {
    const auto nodes = addresses_of(cluster);
    if (nodes)
      return run_and_tell(*nodes, cluster.security.has_value());
    complain(nodes.error().text);
    return nodes.error().code;
  });
}

} // namespace ariadne
