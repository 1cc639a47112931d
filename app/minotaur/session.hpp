#pragma once

#include "actors/log.hpp"
#include "app/minotaur/protocol.hpp"

#include <chrono>
#include <functional>
#include <string>

// A session plays one game:
//
//     host ── start ──▶ session ── pickup game_<id> ──▶ state_handoff
//                       session ◀─ found: plays on at that round; absent: begins; pending: asks again
//                       session ── round ──▶ itself, at the end of each round
//     host ── stop ───▶ session ── stash game_<id> ───▶ state_handoff
//          ◀── game ──  session ends

namespace ariadne::minotaur {

/// What a game that nobody has stashed is to a session that starts.
enum class if_absent : std::uint8_t { begin, refuse };

struct session_options {
  std::string game_id;
  std::chrono::milliseconds round_time{1000};
  if_absent absent = if_absent::begin;
  /// How long a start waits for a clear answer from the handoff actor, and a stop for its state to be stashed.
  std::chrono::milliseconds timeout{4000};
  /// The handoff actor of this node; a null handle while it is being restarted.
  std::function<state_handoff_actor()> handoff;
  log_sink log;
};

/// Spawns a session that waits for `start_atom`. It ends after a failed start and after a successful stop.
session_actor spawn_session(caf::actor_system& sys, session_options options);

} // namespace ariadne::minotaur
