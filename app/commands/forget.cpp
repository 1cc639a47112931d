#include "app/commands/forget.hpp"

#include "app/client/node_request.hpp"
#include "app/output/output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ariadne {

CLI::App* forget_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "forget",
                         "Have all nodes forget one that is down, will not return, and is not in the cluster file");
  add_node_name(*sub, forgotten_node);
  return sub;
}

fallible<exit_code> forget_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) {
    return client.forget(forgotten_node).map([this](bool) {
      write_receipt(json ? json_line({{"forgotten", forgotten_node}})
                         : fmt::format("{} is forgotten\n", forgotten_node));
      return exit_code::done;
    });
  };
  return carry_out({.visit = visit}, points, timeout);
}

} // namespace ariadne
