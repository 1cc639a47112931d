#pragma once

#include "app/commands/command.hpp"

#include <string>

namespace ariadne {

/// `ariadne cluster`: runs all nodes of a cluster file.
struct cluster_command final : command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string cluster_file;
  /// Instead, have the one that runs them restart them one by one.
  bool rolling_restart = false;
  /// Instead, only check the file.
  bool check_only = false;
};

} // namespace ariadne
