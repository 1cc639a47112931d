#include "app/commands/cordon.hpp"

#include "app/client/named_node.hpp"
#include "app/client/node_request.hpp"
#include "app/output/output.hpp"

#include <fmt/format.h>

namespace ariadne {

namespace {

const char* in_words(bool was_cordoned, bool is_cordoned) {
  if (was_cordoned == is_cordoned)
    return is_cordoned ? "was cordoned already" : "was not cordoned";
  return is_cordoned ? "is cordoned" : "is not cordoned any more";
}

} // namespace

CLI::App* cordon_command::declare(CLI::App& parent) {
  auto* sub = is_cordoned
                ? declare_as(parent, "cordon",
                             "Have a node take over no sessions, until it is uncordoned or restarts; it keeps those "
                             "that it runs")
                : declare_as(parent, "uncordon", "Have a node take over sessions again");
  add_node_name(*sub, cordoned_node);
  return sub;
}

fallible<exit_code> cordon_command::run_at(const contact_points& points) const {
  const auto ask = [this](node_connection& there) {
    return there.session_host()
      .and_then([&](const session_host_actor& host) { return there.ask<bool>(host, cordon_atom_v, is_cordoned); })
      .map([this](bool was_cordoned) {
        write_receipt(fmt::format("{} {}\n", cordoned_node, in_words(was_cordoned, is_cordoned)));
        return exit_code::done;
      });
  };
  const auto visit = [&](caf::actor_system& system, node_connection& client) {
    return visit_named(system, client, cordoned_node, ask);
  };
  return carry_out({.visit = visit}, points, timeout);
}

} // namespace ariadne
