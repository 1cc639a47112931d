#pragma once

#include <chrono>
#include <cstdint>

namespace ariadne::minotaur {

/// How a node plays games.
struct game_options {
  /// The newest version of the game that the node knows, 1 or 2: what states it can start from, and in which it saves
  /// them.
  std::uint32_t version = 2;
  std::chrono::milliseconds round_time{1'000};
};

} // namespace ariadne::minotaur
