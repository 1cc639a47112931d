#pragma once

#include "app/commands/client_identity.hpp"
#include "app/commands/command.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace ariadne {

/// `ariadne game play`: scripted players play many games on all nodes of a cluster, as the command and the standard
/// input say. To stdout goes a line when the games run and when a part of the play begins, and a table at the end; to
/// stderr what should not have happened.
///
/// Answers `done`; `failed` if the games cannot be started or something happened that should not have; `usage` if a
/// line of the standard input is not understood.
struct game_play_command final : command {
  CLI::App* declare(CLI::App& parent) override;
  exit_code run() const override;

  std::string cluster_file;
  client_identity identity;
  std::size_t games = 200;
  /// From an answer of a game to the next message to it.
  std::chrono::milliseconds pause{50};
  /// For how long, as one part; none: as the standard input says.
  std::optional<std::chrono::milliseconds> time;
};

/// Has the commands `ariadne game start | resume | show | stop`, which 0.2.0 had, say what does the same now.
void add_removed_game_commands(CLI::App& game);

} // namespace ariadne
