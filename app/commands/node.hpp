#pragma once

#include "actors/endpoint.hpp"
#include "app/commands/command.hpp"
#include "app/config/cluster_file.hpp"

#include <optional>
#include <string>

namespace ariadne {

/// `ariadne node`: runs one node of a cluster file.
struct node_command final : command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string cluster_file;
  std::string name;
  /// Where a node that the file does not list accepts connections.
  std::optional<endpoint> listen;
  /// Where it accepts connections, and where the others find it, instead of what the file, or `listen`, says.
  std::optional<endpoint> bind;
  std::optional<endpoint> advertise;
  /// Where it can be looked at by HTTP, instead of what the file says.
  std::optional<endpoint> admin;
  /// How its log is written, instead of what the file says.
  std::optional<log_format> format;
};

} // namespace ariadne
