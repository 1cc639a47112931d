#pragma once

#include "actors/endpoint.hpp"
#include "app/client/contact_points.hpp"
#include "app/commands/client_identity.hpp"
#include "app/commands/command.hpp"
#include "app/output/failure.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ariadne {

/// Where client commands look for a node if the command line does not say.
constexpr std::uint16_t default_node_port = 4100;

/// A command to a running node: prints the answer alone to stdout, and one line to stderr if there is something else to
/// say. Ends after the timeout at the latest, whatever the node does.
struct client_command : command {
  void check() override;
  exit_code run() const final;
  /// Runs the command by way of one of these nodes. There is one.
  virtual fallible<exit_code> run_at(const contact_points& points) const = 0;

  /// Which node to talk to. If there is none: those of `cluster_file`, in turn, until one can do it. There is either.
  std::optional<endpoint> node;
  std::string cluster_file;
  client_identity identity;
  /// For everything together: connecting, asking, being answered. While a large value is moved, it begins anew with
  /// each piece.
  std::chrono::milliseconds timeout{5'000};
  bool json = false;

protected:
  /// Adds the command, with the options above; in a group there is no JSON.
  CLI::App* declare_as(CLI::App& parent, const char* name, const char* description);
  /// Adds an argument that may be any bytes; to be given as they are shown with --escaped.
  void add_bytes(CLI::App& sub, const char* name, std::string& target, const char* description);
  /// Adds an optional one, that of a list.
  void add_prefix(CLI::App& sub, std::string& target, const char* description);
  /// Adds the name of a node.
  void add_node_name(CLI::App& sub, std::string& target);

private:
  /// For the node, or the cluster file, if the command line names neither.
  void look_into_environment();
  void allow_escapes(CLI::App& sub, std::string& argument);

  bool are_escaped_ = false;
  std::vector<std::string*> escapable_;
};

} // namespace ariadne
