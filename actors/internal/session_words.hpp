#pragma once

#include "actors/error.hpp"
#include "actors/snapshot.hpp"
#include "session/peer_message.hpp"
#include "session/session_command.hpp"

#include <string>

namespace ariadne {

// What the state machine of session/ says, in the words of errors, logs and messages between actors.

std::string in_words(const session::session_key& key);
const char* to_text(session::session_phase phase);

/// Why a request was not served; `result` is not `done`.
ec to_code(session::outcome result);

/// The first byte of what travels as the answer to a message: the rest is the answer, or why it is refused.
namespace session_answer {
inline constexpr char handled = 0;
inline constexpr char refused = 1;
} // namespace session_answer

} // namespace ariadne
