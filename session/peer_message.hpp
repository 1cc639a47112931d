#pragma once

#include "session/placement.hpp"
#include "session/session_record.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace ariadne::session {

// What hosts say to each other. A frame holds any number of messages, or a piece of a long one; between two hosts
// frames arrive whole and in order, or not at all.

/// The sender's profile, as it is from now on. The first message of a connection.
struct announce {
  host_profile profile;
  /// It takes long messages in pieces (message_piece.hpp). Programs of before neither say nor read this.
  bool takes_pieces = false;
  /// It tells its `voters` to those who announce the same. Programs of before neither say nor read this.
  bool tells_voters = false;
};

/// The sender wants to start the session in this epoch, and asks whether anything speaks against it. `base` is the
/// record that it has seen, or an epoch of 0.
struct claim {
  session_key key;
  std::uint64_t epoch = 0;
  record_rank base;
  session_phase base_phase = session_phase::stopped;
  host_id base_owner;
  host_id base_target;
};

enum class verdict : std::uint8_t {
  /// Nothing does, and from now on nobody else gets this epoch from the sender.
  granted = 1,
  /// The sender knows a later record, which is on its way.
  outdated,
  /// The sender sees the owner, or is about to start the session itself.
  owned,
  /// The sender has granted the epoch, or a later one, to somebody else.
  granted_to_other,
  /// The sender has promised the owner not to let anybody take over yet.
  promised,
  /// The sender has not been up for long enough to know. It has no say in the claim.
  not_ready,
};

struct claim_answer {
  session_key key;
  /// That of the claim.
  std::uint64_t epoch = 0;
  verdict answer = verdict::not_ready;
  /// The latest that the sender has heard of.
  std::uint64_t epoch_known = 0;
};

/// The sender no longer wants to start the session in this epoch.
struct claim_withdrawn {
  session_key key;
  std::uint64_t epoch = 0;
};

/// Start the session there, unless it runs somewhere. Answered by a `response`.
struct start_request {
  std::uint64_t number = 0;
  session_key key;
  snapshot state;
};

/// End the session, which is said to run there. Answered by a `response`.
struct stop_request {
  std::uint64_t number = 0;
  session_key key;
};

/// A message of the sender for the session, if the receiver runs it in this epoch. Answered by a `response`.
struct delivery {
  std::uint64_t number = 0;
  session_key key;
  std::uint64_t epoch = 0;
  std::string payload;
};

/// The sender has given up all sessions and is about to end: it is to be sent no more deliveries. Answered by a
/// `leaving_answer`, which comes behind all that were sent before.
struct leaving {
  std::uint64_t number = 0;
};

struct leaving_answer {
  std::uint64_t number = 0;
};

/// What became of a request.
enum class outcome : std::uint8_t {
  done = 1,
  /// No such session is known, or it has been ended.
  unknown_session,
  /// No node that is up knows the kind, or the version.
  no_host,
  /// Too much waits for the session already.
  queue_full,
  /// It was on the move, or its owner could not be reached, for too long. The request was not handled.
  timed_out,
  /// The message was on its way, or with the session, when contact was lost: it may have been handled or not.
  unanswered,
  /// This node starts no more sessions.
  draining,
  /// The kind or the id is no valid name (is_valid).
  invalid_key,
  /// From one host to another only: not here (any more), look again. A message has not been handled.
  elsewhere,
  // Why the session did not run until the time was up; the request was not handled. See obstacle.hpp.
  /// All that know it are about to stop, ...
  hosts_draining,
  /// ... or cordoned, ...
  hosts_cordoned,
  /// ... or see no majority, ...
  hosts_paused,
  /// ... or have just started, or have yet to be met.
  hosts_not_ready,
  /// Another host did not let it be taken over.
  claim_refused,
  /// It fails whenever it is started.
  failing,
  /// The map does not take its record.
  not_recorded,
};

/// Whether the request was not handled, and may be made again.
bool is_undelivered(outcome o);

std::string_view to_string(outcome o);

struct response {
  std::uint64_t number = 0;
  outcome result = outcome::done;
  /// Where the session runs.
  host_id place;
  /// What the session has answered to a message; if that was not handled, the reason in words.
  std::string payload;
};

/// The sender's clock, to be sent back.
struct lease_question {
  std::uint64_t asked_ms = 0;
};

/// The sender grants nobody the receiver's sessions for the time of the lease and the guard.
struct lease_answer {
  std::uint64_t asked_ms = 0;
};

/// The last state of a session that ran in two places, from the one that had to stop it.
struct loser_state {
  session_key key;
  snapshot state;
};

/// With `pause`: a majority holds the sender's record of this epoch, and it is about to run the session. May it?
struct run_question {
  session_key key;
  std::uint64_t epoch = 0;
};

struct run_answer {
  session_key key;
  std::uint64_t epoch = 0;
  /// The sender knows of no later epoch. It grants no claim any more whose base is an earlier one.
  bool agreed = false;
};

/// Nobody waits any more for the answer to this request of the sender's, a start, a stop or a delivery. What has not
/// begun is dropped, and none of it is answered.
struct request_withdrawn {
  std::uint64_t number = 0;
  session_key key;
};

/// The sender cannot take the session, or cannot keep it running. Only for people who ask why: hosts decide nothing by
/// it.
struct impediment {
  session_key key;
  outcome what = outcome::timed_out;
  std::string detail;
};

/// With `pause`: the nodes of which the sender counts a majority. See voter_agreement.
struct voters {
  std::set<std::string> names;
};

using peer_message = std::variant<announce, claim, claim_answer, claim_withdrawn, start_request, stop_request, delivery,
                                  leaving, leaving_answer, response, lease_question, lease_answer, loser_state,
                                  run_question, run_answer, request_withdrawn, impediment, voters>;

/// A host cuts a frame off where it exceeds this: whoever receives it looks at all of its messages in one go.
inline constexpr std::size_t frame_bytes = 8u << 10;

/// Appends to a frame, which begins empty.
void append(std::string& frame, const peer_message& message);

/// Calls `visit(peer_message&&)` for each message of a frame, once all of it has been checked. Returns what is wrong
/// with it, or nothing; in the first case nothing has been visited.
std::string_view decode_frame(std::string_view frame, const std::function<void(peer_message&&)>& visit);

} // namespace ariadne::session
