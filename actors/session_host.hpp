#pragma once

#include "actors/answer_budget.hpp"
#include "actors/checkpoint_policy.hpp"
#include "actors/log.hpp"
#include "actors/request_limits.hpp"
#include "actors/session_clauses.hpp"
#include "actors/session_messages.hpp"
#include "actors/snapshot.hpp"
#include "session/session_command.hpp"
#include "session/session_host_options.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

// The actor that hosts the sessions of a node: each runs on one node of the cluster, moves with its state when that
// node drains, and starts again from its last checkpoint when that node dies. docs/sessions.md says what is promised.
//
//     engine                    session_host              crdt_replica          session_hosts of other nodes
//       | -- start, locate -------> | -- put (fenced) ------> |                         |
//       | <-- place --------------- | <-- live_changes ------ |                         |
//       | -- deliver -------------> | -- session_frame ---------------------------------> |
//       | <-- answer -------------- | <--------------------------------- session_frame -- |
//                                   |
//     session_actor <- message ---- |  and the answer, if the session runs here
//                   <- snapshot --- |  a checkpoint
//                   <- stop ------- |  its last state
//     state_handoff -- drain -----> |  moves all sessions away, and answers what could not be moved
//
// It is a shell around session::session_host, which decides everything. It learns of the map and of other nodes from
// the handoff pair of its node, and goes on while that is being restarted. It finds the hosts of other nodes by the
// membership actor of its own.

namespace ariadne {

/// How a session begins.
struct session_start {
  std::string kind;
  std::string id;
  /// Greater each time that a node takes the session over: to mark what the session does outside, so that what an
  /// earlier owner does too late can be told apart.
  std::uint64_t epoch = 0;
  /// Of the kind's schema version; nothing, if the session starts from nothing.
  std::optional<snapshot> state;
  /// Makes a checkpoint of the state, whenever the session likes, from any thread. Has no effect once the session runs
  /// elsewhere.
  std::function<void(snapshot)> checkpoint;
};

/// What the engine registers for each kind of session. `session_kind_of` (actors/hosted_session.hpp) makes it of a
/// state and a typed behavior; what follows is for sessions that are actors of another make.
struct session_kind {
  /// The newest version of its snapshots that this program knows.
  std::uint32_t schema_version = 1;
  /// Starts a session; called from the host's thread. An error, or an exception, is a failed start, which is tried
  /// again later.
  std::function<caf::expected<session_actor>(caf::actor_system&, session_start)> spawn = {};
  /// Makes one state of two, if a session has run in two parts of a divided network; both are of `schema_version`. If
  /// it is not set, or fails, the winner's state stays.
  std::function<caf::expected<snapshot>(const snapshot& winner, const snapshot& loser)> resolve = {};
  /// How snapshots of older versions are brought up to date, and down again: a state is written in the newest version
  /// that all nodes know that are up and host the kind, as far as there is a way down to it.
  upgrade_registry upgrades = {};
  /// When the host asks a session for its state.
  checkpoint_policy checkpoints = {};
  /// What a session_ref may ask of it. If there are any, the actor takes their messages besides those of
  /// `session_actor`, and `deliver_atom` if texts are among them.
  session_clauses clauses = {};
};

/// A kind whose snapshots are of `State` (see snapshot_traits). `spawn(system, start, state)` gets the restored state,
/// or nothing, and answers a session_actor.
template <class State, class Spawn>
session_kind make_session_kind(Spawn spawn, upgrade_registry upgrades = {}) {
  session_kind kind;
  kind.schema_version = snapshot_traits<State>::schema_version;
  kind.upgrades = std::move(upgrades);
  kind.spawn = [spawn = std::move(spawn)](caf::actor_system& system,
                                          session_start start) -> caf::expected<session_actor> {
    std::optional<State> state;
    if (start.state) {
      auto restored = restore<State>(*start.state);
      if (!restored)
        return std::move(restored.error());
      state = std::move(*restored);
    }
    return spawn(system, std::move(start), std::move(state));
  };
  return kind;
}

/// Something that happened to a session of this host, see session::host_event; `state` is set if it was lost or
/// stranded.
struct session_event {
  session::host_event::type what = session::host_event::type::started;
  std::string kind;
  std::string id;
  std::string other_node;
  snapshot state;
};

struct session_host_options {
  std::string node = {};
  std::map<std::string, session_kind> kinds = {};
  session::minority_policy minority = session::minority_policy::run;
  /// The names of the nodes of which a majority is counted, this one among them.
  std::set<std::string> configured_nodes = {};
  /// Nodes keep a journal (docs/durability.md). `add_session_host` sets it.
  bool keeps_journal = false;
  session::lease_options lease = {};
  /// Sessions that are placed on a node that has come are moved there, so many at a time; 0: they stay.
  std::size_t rebalance_max = 0;
  /// While so many sessions run on all nodes, this host starts no other ones on request.
  std::size_t sessions_max = 1'000'000;
  /// How long a request without a time of its own may take.
  std::chrono::milliseconds request_timeout{5'000};
  request_limits requests = {};
  /// How long a session may take to answer `stop`. Then it is ended, and its last checkpoint counts.
  std::chrono::milliseconds stop_timeout{1'000};
  /// How long a drain may take to move all sessions.
  std::chrono::milliseconds drain_timeout{4'500};
  /// What waits for clients is counted here.
  std::shared_ptr<answer_budget> answers = answer_budget::of_process();
  log_sink log = log_nothing;
  /// Called from the host's thread.
  std::function<void(const session_event&)> on_event = [](const session_event&) {};
};

/// The host takes part in the drain once it is registered with the handoff actor of its node, and serves once it has
/// been told of that by `(handoff_atom, handle)`. It runs until it is told to exit; then its sessions end without a
/// last state.
session_host_actor spawn_session_host(caf::actor_system& system, session_host_options options);

} // namespace ariadne
