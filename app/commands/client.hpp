#pragma once

#include "app/commands/command_line.hpp"
#include "app/output/exit_code.hpp"

#include <vector>

namespace ariadne {

/// Runs a command against a running node and prints the answer: the answer alone to stdout, one line to stderr if
/// there is something else to say. Ends after the command's timeout at the latest, whatever the peer does.
///
/// The nodes are asked in turn: the next one, if it is certain that the former has not done what it was asked for, and
/// for commands that only read also if contact to it was lost. Precondition: there is a node.
exit_code run_client(const client_command& command, const std::vector<endpoint>& nodes);

} // namespace ariadne
