#pragma once

#include "app/commands/client_command.hpp"

#include <string>

namespace ariadne {

/// `ariadne backup`: writes the journal of a running node, as it is now, into a file.
struct backup_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string file;
};

} // namespace ariadne
