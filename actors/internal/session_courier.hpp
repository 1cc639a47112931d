#pragma once

#include "actors/answer_budget.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace ariadne {

struct session_courier_options {
  session_host_actor host;
  /// Who speaks to the session.
  caf::strong_actor_ptr client;
  std::string kind;
  std::string id;
  /// What the session is to be started from, without its bytes.
  snapshot state;
  /// Of the message, or of the state.
  std::uint64_t total_bytes = 0;
  /// What it keeps for a client of another node is counted here.
  std::shared_ptr<answer_budget> answers;
  std::chrono::milliseconds idle_max{30'000};
};

/// What the desk passes on to a courier.
using session_messenger_actor = session_courier_actor::extend<
  // The message as a whole, and how long to wait.
  answers<value_opening, deliver_atom, std::string, std::uint64_t>>;

/// Carries one message to a session of a host, and its answer back. An error if the client has no room left for it.
caf::expected<session_messenger_actor> spawn_session_courier(caf::actor_system& system,
                                                             session_courier_options options);

} // namespace ariadne
