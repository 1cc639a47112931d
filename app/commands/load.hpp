#pragma once

#include "app/commands/client_command.hpp"
#include "app/load/load_run.hpp"

#include <optional>

namespace ariadne {

/// `ariadne load`: makes requests of a cluster for a while, and tells how many there were, and how long they took.
struct load_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  void check() override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  load_options load;

private:
  std::optional<load_operation> operation_;
};

} // namespace ariadne
