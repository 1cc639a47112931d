#pragma once

#include "actors/endpoint.hpp"
#include "actors/settings.hpp"
#include "app/commands/command.hpp"
#include "app/config/program_config.hpp"

#include <map>
#include <optional>
#include <string>

namespace ariadne {

/// `ariadne node`: runs one node of a cluster file.
struct node_command final : command {
  CLI::App* declare(CLI::App& parent) override;
  void check() override;
  exit_code run() const override;

  /// What the node is started with, of which the cluster file says `listed`, and where each of it comes from.
  node_settings settings_of(const program_config& cluster, const node_config& listed) const;

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
  /// Of the options that are given, by their names.
  std::map<std::string, setting_origin> origins;

private:
  /// The node, as it is to listen and to be found.
  node_config placed(node_config listed) const;

  /// Valid until the command line has been read.
  const CLI::App* declared_ = nullptr;
};

} // namespace ariadne
