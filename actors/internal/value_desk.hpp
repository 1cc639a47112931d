#pragma once

#include "actors/answer_budget.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

// Clients move large values by the desk of a node, and speak to sessions by it where a message or an answer is long: in
// pieces, so that what others say to the node does not wait behind them. See actors/value_messages.hpp.

namespace ariadne {

struct value_desk_options {
  state_handoff_actor handoff;
  /// Of a state, without its type, and of a message to a session.
  std::size_t value_bytes_max = std::size_t{16} << 20;
  /// A reader, writer or courier that is not asked for anything for so long ends.
  std::chrono::milliseconds idle_max{30'000};
  /// So many of them work for one client, and in all.
  std::size_t client_transfers_max = 64;
  std::size_t transfers_max = 1'024;
  /// What they keep for clients of other nodes, and have taken in, is counted here.
  std::shared_ptr<answer_budget> answers = answer_budget::of_process();
};

/// Starts the desk of a handoff pair. It ends with the pair.
value_desk_actor spawn_value_desk(caf::actor_system& system, value_desk_options options);

} // namespace ariadne
