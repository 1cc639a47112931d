#pragma once

#include "actors/session_host.hpp"

#include <chrono>

namespace ariadne::minotaur {

/// Games as sessions of the session host: rounds end by a timer, and the host moves the game from node to node. It
/// checkpoints at the end of each round. Its messages are lines of text:
///
///     show                            answers the game, as `describe` does
///     act PLAYER move|attack Q R      registers what the player does at the end of this round; answers the round
///
/// Anything else, and what the rules forbid, is an error.
session_kind game_kind(std::chrono::milliseconds round_time = std::chrono::milliseconds{1'000});

} // namespace ariadne::minotaur
