#pragma once

#include "actors/session_messages.hpp"
#include "app/client/node_request.hpp"
#include "app/commands/client_command.hpp"

#include <functional>

namespace ariadne {

/// `ariadne session`: a command to one session, wherever it runs.
struct session_command : client_command {
  void check() override;

  /// As it was typed, KIND/ID.
  std::string name;
  std::string kind;
  std::string id;

protected:
  using host_visit =
    std::function<fallible<exit_code>(caf::actor_system&, node_connection&, const session_host_actor&)>;

  CLI::App* declare_session(CLI::App& parent, const char* command, const char* description);
  /// Makes a request of the session host of one of the nodes.
  fallible<exit_code> ask_host(const contact_points& points, const host_visit& visit, node_request about) const;
};

/// `ariadne session start`: starts a session, unless it runs.
struct session_start_command final : session_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;
};

/// `ariadne session deliver`: has a session handle a message, and prints what it answers.
struct session_deliver_command final : session_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string message;
};

/// `ariadne session stop`: ends a session; its state is gone.
struct session_stop_command final : session_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;
};

} // namespace ariadne
