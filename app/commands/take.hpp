#pragma once

#include "app/commands/pickup.hpp"

namespace ariadne {

/// `ariadne take`: writes the state under a key to stdout, and then discards what it has written, and nothing newer.
struct take_command final : pickup_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;
};

} // namespace ariadne
