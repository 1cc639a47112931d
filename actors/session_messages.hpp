#pragma once

// What applications say to the session host of a node (actors/session_host.hpp), and what that says to sessions.
// Functions around these messages: actors/session_ref.hpp, actors/session_requests.hpp.

#include "actors/handoff_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ariadne {

/// Where a session runs.
struct session_place {
  std::string node;
  /// A `session_actor`, on this node or on another. What is sent to it directly is lost if the session moves; `deliver`
  /// is not.
  caf::strong_actor_ptr session;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_place& x) {
    return inspect_fields(f, "session_place", x.node, x.session);
  }
};

/// A session as one node knows it.
struct session_info {
  std::string kind;
  std::string id;
  /// Of its owner.
  std::string node;
  std::uint64_t epoch = 0;
  /// "running", "moving" or "placing"; see docs/sessions.md.
  std::string phase;
  bool is_here = false;
  /// Messages that wait here for it.
  std::uint64_t waiting_messages = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_info& x) {
    return inspect_fields(f, "session_info", x.kind, x.id, x.node, x.epoch, x.phase, x.is_here, x.waiting_messages);
  }
};

/// A page of sessions by kind and id.
struct sessions_page {
  std::vector<session_info> sessions;
  /// The kind and the id after which the next page begins, if this is not the last one. That session need not be in
  /// the page.
  std::string last_kind;
  std::string last_id;
  bool is_last = false;

  template <class Inspector>
  friend auto inspect(Inspector& f, sessions_page& x) {
    return inspect_fields(f, "sessions_page", x.sessions, x.last_kind, x.last_id, x.is_last);
  }
};

/// A node that hosts sessions, as one host sees it.
struct hosting_node {
  std::string node;
  /// Its kinds, each with the newest version of states that it knows; none before it has said so.
  std::map<std::string, std::uint32_t> kinds;
  bool is_cordoned = false;
  bool is_draining = false;
  /// Sessions that run there.
  std::uint64_t running = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, hosting_node& x) {
    return inspect_fields(f, "hosting_node", x.node, x.kinds, x.is_cordoned, x.is_draining, x.running);
  }
};

/// What a session host reports of itself. Counters only grow.
struct session_host_status {
  std::string node;
  bool is_paused = false;
  bool is_cordoned = false;
  /// This node, then those whose hosts it talks to.
  std::vector<hosting_node> hosts;
  /// Sessions that run here.
  std::uint64_t running = 0;
  std::uint64_t started = 0;
  std::uint64_t moved = 0;
  std::uint64_t stranded = 0;
  std::uint64_t lost = 0;
  std::uint64_t failed = 0;
  /// Requests that wait for an answer.
  std::uint64_t waiting_requests = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_host_status& x) {
    return inspect_fields(f, "session_host_status", x.node, x.is_paused, x.is_cordoned, x.hosts, x.running, x.started,
                          x.moved, x.stranded, x.lost, x.failed, x.waiting_requests);
  }
};

/// A session of an application, as its host speaks to it. It may end by itself: without an error it has done its work
/// and the session is over; with an error it is started again from its last checkpoint.
using session_actor = caf::typed_actor<
  // A message, and the answer to it. An error is passed on to whoever has sent it.
  answers<std::string, deliver_atom, std::string>,
  // Its state as it is now: a checkpoint.
  answers<snapshot, snapshot_atom>,
  // Its last state, once it has answered all messages before; then it has to end.
  answers<snapshot, stop_atom>>;

/// The actor that hosts the sessions of one node (actors/session_host.hpp). Kind and id name a session. Every request
/// is answered, at the latest after the time to wait (in milliseconds, or `session_host_options::request_timeout`); one
/// that the session was not to be reached for, with the reason. But if whoever has sent it ends before, what has not
/// begun is dropped, on all nodes, and a message that has been handed to the session is handled. How many may wait,
/// `request_limits` says.
using session_host_actor = caf::typed_actor<
  // Starts the session from the state, or from none, unless it runs somewhere. Answers where it runs, once another node
  // holds its record, if any other is up.
  answers<session_place, start_atom, std::string, std::string>,
  answers<session_place, start_atom, std::string, std::string, snapshot>,
  answers<session_place, start_atom, std::string, std::string, std::uint64_t>,
  // Ends the session, wherever it runs. Its state is gone. Answers true; an error if there is no such session.
  answers<bool, stop_atom, std::string, std::string>, answers<bool, stop_atom, std::string, std::string, std::uint64_t>,
  // Where the session runs, as soon as it does.
  answers<session_place, locate_atom, std::string, std::string>,
  answers<session_place, locate_atom, std::string, std::string, std::uint64_t>,
  // Has the session handle a message, wherever it runs, and answers what it answers. Messages of one host to one
  // session are handled in order, each at most once.
  answers<std::string, deliver_atom, std::string, std::string, std::string>,
  answers<std::string, deliver_atom, std::string, std::string, std::string, std::uint64_t>,
  // A page of the sessions that this node knows, wherever they run, by kind and id: those that come after the given
  // kind and id, or the first ones, if these are empty.
  answers<sessions_page, sessions_atom, std::string, std::string>,
  // What this host does.
  answers<session_host_status, status_atom>,
  // The node keeps what it runs and takes over nothing, or does again. Answers what it was.
  answers<bool, cordon_atom, bool>,
  // From the supervisor on this node: the handoff pair has been started, or started anew.
  takes<handoff_atom, state_handoff_actor>,
  // The host takes part in a drain: moves its sessions to other nodes, and answers what it could not move.
  answers<std::vector<leftover>, drain_atom>>;

} // namespace ariadne
