#include "app/commands/status.hpp"

#include "app/client/node_request.hpp"
#include "app/client/report_request.hpp"
#include "app/output/output.hpp"

#include <nlohmann/json.hpp>

namespace ariadne {

CLI::App* status_command::declare(CLI::App& parent) {
  return declare_as(parent, "status", "Show a node, its replica, the members that it knows, and the sessions of each");
}

fallible<exit_code> status_command::run_at(const contact_points& points) const {
  const auto visit = [this](caf::actor_system&, node_connection& client) {
    return ask_report(client)
      .and_then(
        [this](const node_report& report) { return write_out(json ? json_line(to_json(report)) : to_table(report)); })
      .map([] { return exit_code::done; });
  };
  return carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, timeout);
}

} // namespace ariadne
