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

struct value_writer_options {
  state_handoff_actor handoff;
  /// Who sends the value.
  caf::strong_actor_ptr client;
  std::string key;
  /// Without its bytes, of which there will be so many.
  snapshot state;
  std::uint64_t total_bytes = 0;
  /// What it takes in from a client of another node is counted here.
  std::shared_ptr<answer_budget> answers;
  std::chrono::milliseconds idle_max{30'000};
};

/// Takes in one value, and stashes it when it is told to. An error if the client has no room left for it.
caf::expected<value_writer_actor> spawn_value_writer(caf::actor_system& system, value_writer_options options);

} // namespace ariadne
