#pragma once

#include "app/commands/command_line.hpp"
#include "app/config/cluster_file.hpp"
#include "app/output/exit_code.hpp"

namespace ariadne {

/// Plays as the command and the standard input say, and prints what has come of it: to stdout a line when the games run
/// and when a part begins, and a table at the end; to stderr what should not have happened.
///
/// Answers `done`; `failed` if the games cannot be started or something happened that should not have; `usage` if a
/// line of the standard input is not understood.
exit_code run_play(const play_command& command, const cluster_config& cluster);

} // namespace ariadne
