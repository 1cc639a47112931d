#pragma once

#include "actors/caf_edition.hpp"
#include "actors/first_type_id.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ariadne {

/// What our actors refuse, and why. The numbers cross the wire: they are never reused.
enum class ec : std::uint8_t {
  /// A key has at least one byte.
  key_empty = 1,
  /// The key is longer than the cluster's limit.
  key_too_long,
  /// The snapshot, with the name of its type, is longer than the cluster's limit for values.
  value_too_long,
  /// All keys and values together have reached the node's limit.
  map_full,
  /// The node is about to stop and takes no new state; another node does.
  draining,
  /// The node's handoff actor is being restarted; it will be back shortly.
  replica_restarting,
  /// The node is not, or no longer, in service.
  not_in_service,
  /// The snapshot is of another type than the one asked for.
  type_mismatch,
  /// The snapshot's schema version is newer than the one that this program knows.
  newer_version,
  /// The snapshot's schema version is older, and no upgrade from it is registered.
  no_upgrade,
  /// The snapshot's bytes are not a value of its type.
  snapshot_damaged,
  /// Nobody answers at the address.
  unreachable,
  /// The request makes no sense as things are; the context says why.
  refused,
  /// Fewer nodes than the write concern asks for have acknowledged the write in time. It is written all the same.
  too_few_holders,
  /// No such session is known, or it has been ended.
  session_unknown,
  /// No node that is up knows the kind of the session, or the version of its state; the context says which.
  no_session_host,
  /// Too much waits for the session already.
  session_queue_full,
  /// The session was not to be reached in time; the context says why. The request was not handled.
  session_timed_out,
  /// Contact was lost, or time was up, before the session answered: the request may have been handled or not.
  session_unanswered,
  /// The kind or the id of a session is empty or too long, or has a control character, or the kind has a slash.
  session_name_invalid,
  /// The session has answered with an error, which the context describes.
  session_refused,
  /// What answers at the address speaks another version of CAF's protocol, or another protocol.
  foreign_protocol,
  /// Another node that is up has the name of this one.
  name_taken,
  /// Answers that have not been taken yet, by this client or by all together, fill the memory set aside for them. What
  /// was asked for has not been done.
  too_many_answers,
  /// Too many listings are under way, for this client or for all together.
  too_many_listings,
  /// So many requests or watches wait on the node, of one client or in all, that it takes no more of them.
  too_many_requests,
  /// A request is to wait for longer than any may.
  wait_too_long,
  /// The key begins as the library's own do (session/reserved_keys.hpp).
  key_reserved,
  // Why a session did not run until the time of a request was up, which was not handled. The context says which node is
  // in the way. It may go better when it is asked again.
  /// All nodes that could run the session are about to stop.
  session_hosts_draining,
  /// All nodes that could run the session, and do not stop, are cordoned.
  session_hosts_cordoned,
  /// The nodes that could run the session see no majority, and `minority` is `pause`.
  session_hosts_paused,
  /// Nodes that are up have just been started, or have yet to be met: who runs the session cannot be told yet.
  session_hosts_not_ready,
  /// Another node does not let the session be taken over.
  session_claim_refused,
  /// The session fails whenever it is started.
  session_failing,
  /// The map does not take the record of the session.
  session_not_recorded,
  /// The name of a host cannot be resolved; the context says which, and why. It may be resolved later.
  host_unresolved,
  /// No connections can be accepted at the address; the context has the system's reason.
  port_not_opened,
  /// The session's interface has no such clause, or it takes no messages of this form.
  clause_unknown,
  /// The contents of a message, or of an answer, are not what its clause has.
  message_damaged,
  // Why a node does not start from the directory of its journal. The context says where and what, and what to do.
  /// It is another node's, or another cluster's.
  storage_foreign,
  /// Another process uses it.
  storage_in_use,
  /// It was written by another version of the program.
  storage_format_unknown,
  /// What was on the disk is not there, or not as it was written.
  storage_damaged,
  /// It cannot be made, read or written.
  storage_unusable,
  /// The clock is behind the time at which it was last written.
  storage_clock_behind,
  /// Fewer nodes keep a journal than a durable write concern asks for. Nothing has been written.
  too_few_journals,
};

/// One sentence without a final stop, for people.
std::string_view to_string(ec code);

} // namespace ariadne

ARIADNE_ERROR_CODES(ariadne::ec, "ariadne")

// The last of our IDs.
CAF_BEGIN_TYPE_ID_BLOCK(ariadne_errors, ::ariadne::end_of_type_ids - 1)

  CAF_ADD_TYPE_ID(ariadne_errors, (ariadne::ec))

CAF_END_TYPE_ID_BLOCK(ariadne_errors)

static_assert(caf::id_block::ariadne_errors::end == ariadne::end_of_type_ids);

namespace ariadne {

/// An error of our category. `context` is added to the sentence of `code`: which key, which limit, which address.
caf::error make_error(ec code, std::string context = {});

/// An error in words, ours or one of CAF's: one printable line, whoever has made it.
std::string describe(const caf::error& error);

} // namespace ariadne
