#pragma once

#include "session/peer_message.hpp"

#include <string>

namespace ariadne::session_simulation {

/// What a message between hosts says, in a line of a trace.
std::string describe(const session::peer_message& message);

} // namespace ariadne::session_simulation
