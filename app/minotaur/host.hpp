#pragma once

#include "app/minotaur/session.hpp"

namespace ariadne::minotaur {

struct host_options {
  std::chrono::milliseconds round_time{1000};
  /// See session_options.
  std::chrono::milliseconds timeout{4000};
  std::function<state_handoff_actor()> handoff;
  log_sink log;
};

/// Spawns the actor that hosts the games of this node: at most one session for each, linked to it. It is a
/// service of the node, named `minotaur_atom`.
host_actor spawn_host(caf::actor_system& sys, host_options options);

} // namespace ariadne::minotaur
