#include "app/commands/session.hpp"

#include "app/client/value_mover.hpp"
#include "app/output/output.hpp"
#include "crdt/printable_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace ariadne {

CLI::App* session_command::declare_session(CLI::App& parent, const char* command, const char* description) {
  auto* sub = declare_as(parent, command, description);
  add_bytes(*sub, "KIND/ID", name, "Which session, such as minotaur/7");
  return sub;
}

void session_command::check() {
  client_command::check();
  const auto slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size())
    throw CLI::ValidationError(
      "KIND/ID",
      fmt::format("{} lacks the kind or the id of a session; an example is minotaur/7", crdt::escaped_briefly(name)));
  kind = name.substr(0, slash);
  id = name.substr(slash + 1);
}

fallible<exit_code> session_command::ask_host(const contact_points& points, const host_visit& visit,
                                              node_request about) const {
  about.visit = [&visit](caf::actor_system& system, node_connection& client) {
    return client.session_host().and_then([&](const session_host_actor& host) { return visit(system, client, host); });
  };
  about.is_about_session = true;
  return carry_out(about, points, timeout).map_error([this](failure problem) {
    problem.text.insert(0, crdt::escaped_briefly(name) + ": ");
    return problem;
  });
}

CLI::App* session_start_command::declare(CLI::App& parent) {
  return declare_session(parent, "start", "Start a session, unless it runs");
}

fallible<exit_code> session_start_command::run_at(const contact_points& points) const {
  const auto start = [this](caf::actor_system&, node_connection& client, const session_host_actor& host) {
    return client.ask<session_place>(host, start_atom_v, kind, id, client.remaining_ms())
      .map([this](const session_place& place) {
        // The exit code says so, too.
        write_receipt(fmt::format("{} runs on {}\n", crdt::escaped_briefly(name), crdt::escaped(place.node)));
        return exit_code::done;
      });
  };
  return ask_host(points, start, {});
}

CLI::App* session_deliver_command::declare(CLI::App& parent) {
  auto* sub = declare_session(parent, "deliver", "Have a session handle a message");
  add_bytes(*sub, "MESSAGE", message, "What it is to handle");
  return sub;
}

fallible<exit_code> session_deliver_command::run_at(const contact_points& points) const {
  const auto deliver = [this](caf::actor_system& system, node_connection& client, const session_host_actor&) {
    value_mover mover{system, client};
    return mover.deliver(kind, id, message)
      .and_then([](const std::string& answer) {
        // It is the session's own affair: a program gets it as it is, a terminal without what it would take for
        // commands.
        const auto line = answer + '\n';
        return write_out(::isatty(STDOUT_FILENO) == 1 ? crdt::printable_lines(line) : line);
      })
      .map([] { return exit_code::done; });
  };
  return ask_host(points, deliver, {.is_answer_wanted = true, .in_doubt = "the message may have been handled"});
}

CLI::App* session_stop_command::declare(CLI::App& parent) {
  return declare_session(parent, "stop", "End a session; its state is gone");
}

fallible<exit_code> session_stop_command::run_at(const contact_points& points) const {
  const auto stop = [this](caf::actor_system&, node_connection& client, const session_host_actor& host) {
    return client.ask<bool>(host, stop_atom_v, kind, id, client.remaining_ms()).map([this](bool) {
      write_receipt(fmt::format("{} has ended\n", crdt::escaped_briefly(name)));
      return exit_code::done;
    });
  };
  return ask_host(points, stop, {});
}

} // namespace ariadne
