#pragma once

#include "app/play/game_ledger.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::minotaur {

/// What happened to the cluster while games were played.
enum class disturbance : std::uint8_t {
  /// Nodes were stopped gracefully, at most: no move may be lost.
  drain,
  /// Nodes may have been killed: moves may be lost that came after a checkpoint.
  crash,
};

/// All games, in one part of a play.
struct play_part {
  std::string name;
  disturbance what = disturbance::drain;
  std::uint64_t games = 0;
  /// Those that did not answer at the end of the part.
  std::uint64_t games_lost = 0;
  /// The sum of all games; of `loss_rounds` and `longest_gap`, the greatest.
  game_tally sum = {};
  /// The longest gap of each game.
  std::vector<std::chrono::microseconds> gaps = {};
};

void add(play_part& part, const game_tally& tally);

/// What should not have happened, one sentence each.
std::vector<std::string> broken_promises(const play_part& part);

/// A column for each part.
std::string to_table(const std::vector<play_part>& parts);

} // namespace ariadne::minotaur
