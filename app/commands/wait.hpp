#pragma once

#include "app/commands/client_command.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <string>

namespace ariadne {

/// `ariadne wait`: ends when a node is as it is wanted, or with an error when the time is over.
struct wait_command final : client_command {
  wait_command();
  CLI::App* declare(CLI::App& parent) override;
  void check() override;
  fallible<exit_code> run_at(const contact_points& points) const override;

  /// "ready", "met" or "left".
  std::string what;
  /// Which node is to have left.
  std::string leaver;

private:
  /// What is said with --json, also when the time is over: `reason` says what it waits for, and is empty if it is so.
  nlohmann::json answer(const std::string& reason, std::chrono::steady_clock::duration waited) const;
};

} // namespace ariadne
