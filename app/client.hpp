#pragma once

#include "app/cli.hpp"
#include "app/exit_code.hpp"

namespace ariadne {

/// Runs a command against a running node and prints the answer: the answer alone to stdout, one line to stderr if
/// there is something else to say. Ends after the command's timeout at the latest, whatever the peer does.
/// @pre command.node
exit_code run_client(const client_command& command);

} // namespace ariadne
