#pragma once

// What the session hosts of two nodes say to each other, and sessions to their host.

#include "actors/session_messages.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

namespace ariadne {

/// One start of a session host, as others know it.
struct session_peer {
  std::string node;
  std::uint64_t incarnation = 0;
  /// A `peer_host_actor`; null if there is none.
  caf::strong_actor_ptr handle;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_peer& x) {
    return inspect_fields(f, "session_peer", x.node, x.incarnation, x.handle);
  }
};

/// How two session hosts begin to talk to each other. Of the two, the one with the lesser incarnation begins; the other
/// one asks it to.
struct session_introduction {
  session_peer sender;
  /// Counts the connections of the one that begins. In a request to begin: the last one, which is no more.
  std::uint64_t link = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_introduction& x) {
    return inspect_fields(f, "session_introduction", x.sender, x.link);
  }
};

/// Bytes of session/peer_message.hpp, from one session host to another.
struct session_frame {
  std::uint64_t incarnation = 0;
  /// That of the introduction. A frame of another link is dropped.
  std::uint64_t link = 0;
  std::string bytes;

  template <class Inspector>
  friend auto inspect(Inspector& f, session_frame& x) {
    return inspect_fields(f, "session_frame", x.incarnation, x.link, x.bytes);
  }
};

/// The session host, as those of other nodes and its own sessions know it.
using peer_host_actor = session_host_actor::extend<
  // From a session of this host, which is of this run: its state as it is now.
  takes<snapshot_atom, std::string, std::string, std::uint64_t, snapshot>,
  // From another host: the actor of a session that runs here; null if it does not.
  answers<caf::strong_actor_ptr, get_atom, std::string, std::string>,
  // From another host, which has found this one: who it is; without a handle until it serves.
  answers<session_peer, host_atom>,
  // From another host: a connection begins. Answers this host's name.
  answers<session_peer, introduce_atom, session_introduction>,
  // From another host, which waits for this one to begin a connection.
  takes<connect_atom, session_introduction>,
  // From another host.
  takes<session_frame>>;

} // namespace ariadne
