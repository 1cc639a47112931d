#pragma once

#include "app/commands/command.hpp"

#include <string>

namespace ariadne {

/// A command of `ariadne storage`: looks at the directory of a node's journal, or mends it, while no node uses it.
struct storage_command : command {
  std::string directory;

protected:
  /// Adds DIR.
  void add_directory(CLI::App& sub);
};

/// `ariadne storage check`: says whether a node would start from it, and what it has.
struct storage_check_command final : storage_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;
};

/// `ariadne storage dump`: lists what it has.
struct storage_dump_command final : storage_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  bool json = false;
};

/// `ariadne storage repair`: makes one that a node starts from of one that is damaged.
struct storage_repair_command final : storage_command {
  CLI::App* declare(CLI::App& parent) override;
  void check() override;
  exit_code run() const override;

  bool is_salvage = false;
  bool is_discard = false;
  /// With `is_salvage`: what no other node knows is to be written anew.
  bool is_found = false;
};

/// `ariadne storage adopt`: makes it another node's.
struct storage_adopt_command final : storage_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string cluster;
  std::string node;
};

/// `ariadne storage restore`: makes one of a backup.
struct storage_restore_command final : storage_command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string file;
};

} // namespace ariadne
