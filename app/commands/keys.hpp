#pragma once

#include "app/commands/client_command.hpp"

namespace ariadne {

/// `ariadne keys`: lists the keys, sorted.
struct keys_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::string prefix;
};

} // namespace ariadne
