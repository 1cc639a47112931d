#pragma once

#include "crdt/dot.hpp"
#include "session/peer_message.hpp"
#include "session/run_id.hpp"
#include "session/session_record.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace ariadne::session {

// What a session_host wants to be done. The order of commands is that in which they are to be carried out.

/// Who holds a record besides the writer.
enum class record_holders {
  /// Nobody has to.
  any,
  /// Another member, if any is up.
  another,
  /// So many of the configured nodes that they are a majority with this one, whether they are up or not.
  majority,
};

/// Write the record of a session as `fenced_write` does, then call `write_done`; or `write_failed` if the map refuses.
/// One at a time for each session.
struct write_record {
  session_key key;
  std::string value;
  std::vector<crdt::dot> expected;
  /// When the record is to expire; 0 for never.
  std::uint64_t lifetime_ms = 0;
  /// `write_done` is to wait until these hold the record, ...
  record_holders holders = record_holders::any;
  /// ... each of them that keeps a journal on its disk, this host's node as well if it counts, ...
  bool durable = false;
  /// ... but no longer than this; 0: as long as it takes.
  std::uint64_t hold_timeout_ms = 0;
};

/// Write under this key of the map as `fenced_write` does, until this host's node has it on its disk, then call
/// `reservation_done`; or `reservation_failed` if that takes longer than `hold_timeout_ms`, or the map refuses. One at
/// a time.
struct write_reservation {
  std::string map_key;
  std::string value;
  std::vector<crdt::dot> expected;
  std::uint64_t hold_timeout_ms = 0;
};

/// Start the session from its state (version 0: from nothing). `run` names this start of it, on this host for ever.
/// `epoch` is for the session to mark what it does outside: a greater one is always the later one. Call `session_ended`
/// if it ends, for whatever reason, before it is told to.
struct start_session {
  session_key key;
  run_id run;
  std::uint64_t epoch = 0;
  snapshot state;
};

/// Stop the session once it has handled what was handed to it, and call `session_stopped` with its last state.
struct stop_session {
  session_key key;
  run_id run;
};

/// Hand the session a message, then call `handled`; in the order of the commands.
struct hand_message {
  session_key key;
  run_id run;
  host_id origin;
  std::uint64_t number = 0;
  std::string payload;
};

/// Make one state of two of a session that has run in two places, and call `resolved`.
struct resolve_conflict {
  session_key key;
  run_id run;
  snapshot winner;
  snapshot loser;
};

/// Send the frame to another host. If that is down, forget it.
struct send_frame {
  host_id to;
  std::string bytes;
};

/// Answer the request of this number.
struct answer_request {
  std::uint64_t request = 0;
  outcome result = outcome::done;
  /// Where the session runs, if that is what has been asked.
  host_id place;
  /// What the session has answered to a message; if the request was not served, why, as far as that is known.
  std::string payload;
};

/// Something happened that people and programs may want to know.
struct host_event {
  enum class type {
    /// The session runs here, from now on.
    started,
    /// The session has gone to `other`.
    moved,
    /// The session could be left to nobody. Its state is in the map, and whoever can take it does.
    stranded,
    /// The session goes on on `other`, without the last state of this host, which is `state`. With the policy `run` it
    /// may have run on both.
    lost,
    /// The session has been ended.
    ended,
    /// This node does not see a majority and has stopped its sessions, or does again.
    paused,
    resumed,
    /// Nothing is left to be moved from this host.
    drained,
    /// `other` counts a majority of `voters`, which differ from those of this host by more than one name: it gets no
    /// lease from here.
    voters_differ,
  };
  type what = type::started;
  session_key key = {};
  host_id other = {};
  snapshot state = {};
  /// Of one that has started here: on which host it ran before; nobody, if it is new, or was started again.
  host_id taken_from = {};
  /// Of one that has moved: how long ago it was told to stop.
  std::uint64_t took_ms = 0;
  std::set<std::string> voters = {};
};

using command = std::variant<write_record, write_reservation, start_session, stop_session, hand_message,
                             resolve_conflict, send_frame, answer_request, host_event>;

} // namespace ariadne::session
