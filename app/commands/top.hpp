#pragma once

#include "app/commands/client_command.hpp"

#include <cstdint>

namespace ariadne {

/// `ariadne top`: shows a cluster as a node sees it, again and again.
struct top_command final : client_command {
  CLI::App* declare(CLI::App& parent) override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  std::chrono::milliseconds interval{1'000};
  /// How often to look; 0 for ever.
  std::uint64_t looks = 0;
};

} // namespace ariadne
