#pragma once

#include "actors/session_host.hpp"
#include "app/minotaur/game_options.hpp"

namespace ariadne::minotaur {

/// Games as sessions of the session host: rounds end by a timer, and the host moves the game from node to node. It
/// checkpoints at the end of each round. Its messages are those of app/minotaur/game_message.hpp; anything else, and
/// what the rules forbid, is an error.
///
/// Of version 1, it knows nothing of version 2, as a program from before: it starts and saves games of version 1 alone.
session_kind game_kind(const game_options& options);

/// The way from version 1 to version 2.
upgrade_registry game_upgrades();

} // namespace ariadne::minotaur
