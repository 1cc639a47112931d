#pragma once

// What applications say to the handoff actor of a node (actors/state_handoff.hpp), and hear of it. Functions around
// these messages: actors/handoff_requests.hpp.

#include "actors/node_status.hpp"
#include "actors/write_options.hpp"
#include "session/snapshot.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::session {

template <class Inspector>
auto inspect(Inspector& f, snapshot& x) {
  return inspect_fields(f, "snapshot", x.type_name, x.schema_version, x.bytes);
}

} // namespace ariadne::session

namespace ariadne {

/// A page of keys in ascending order. The next page begins after the last of them.
struct keys_page {
  std::vector<std::string> keys;
  bool is_last = false;

  template <class Inspector>
  friend auto inspect(Inspector& f, keys_page& x) {
    return inspect_fields(f, "keys_page", x.keys, x.is_last);
  }
};

/// Whether a key was there. `pending`: this node has not yet caught up with the members it knows, so absence proves
/// nothing.
enum class pickup_outcome : std::uint8_t { found, absent, pending };

/// What `pickup` and `take` answer; `state` and `event` are set if the outcome is `found`.
struct pickup_result {
  pickup_outcome outcome = pickup_outcome::absent;
  snapshot state;
  event_id event;

  template <class Inspector>
  friend auto inspect(Inspector& f, pickup_result& x) {
    return inspect_fields(f, "pickup_result", x.outcome, x.state, x.event);
  }
};

/// What a discard of one event did.
struct discard_receipt {
  /// The event stood under the key, and has been erased.
  bool discarded = false;
  /// What is read under the key now: something that was stashed side by side with the event, or after it. The counter
  /// is 0 if there is nothing.
  event_id standing;

  template <class Inspector>
  friend auto inspect(Inspector& f, discard_receipt& x) {
    return inspect_fields(f, "discard_receipt", x.discarded, x.standing);
  }
};

/// What a stopping node could not hand over.
struct leftover {
  /// A key, or whatever else names the state: "session KIND/ID", "service NAME".
  std::string key;
  /// Why, in one sentence without a final stop.
  std::string reason;

  template <class Inspector>
  friend auto inspect(Inspector& f, leftover& x) {
    return inspect_fields(f, "leftover", x.key, x.reason);
  }
};

/// What `drain` answers.
struct drain_report {
  /// Every participant has stopped, and the present members have acknowledged every event of this node; if none is
  /// present, those that were have. A node that is alone, since the others have left or have never been there, has
  /// nobody to hand over to, and is done.
  bool complete = false;
  /// How many other members were present at the end.
  std::uint64_t members = 0;
  /// What could not be stashed, and the keys whose last write here not all of these members have acknowledged: the
  /// first of them. Where there are more, the others are asked for page by page.
  std::vector<leftover> leftovers = {};
  /// Where the next page begins; 0 if there is none.
  std::uint64_t next_leftover = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, drain_report& x) {
    return inspect_fields(f, "drain_report", x.complete, x.members, x.leftovers, x.next_leftover);
  }
};

/// A page of what a stopping node could not hand over.
struct leftovers_page {
  std::vector<leftover> leftovers;
  /// Where the next page begins; 0 if there is none.
  std::uint64_t next = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, leftovers_page& x) {
    return inspect_fields(f, "leftovers_page", x.leftovers, x.next);
  }
};

/// What has happened. `stashed`, `discarded` and `expired` are about a key, the others about a node. An expiry is told
/// when the entry is dropped, which is up to the permitted clock drift after nobody reads it any more. `node_left`: the
/// node has said that it leaves, or it was down and has been forgotten.
enum class handoff_event_kind : std::uint8_t { stashed, discarded, expired, node_up, node_down, node_left, caught_up };

struct handoff_event {
  handoff_event_kind kind = handoff_event_kind::stashed;
  /// The key, or the name of the node; `caught_up` is about the node that tells it.
  std::string subject;
  /// What has been stashed.
  event_id event;

  template <class Inspector>
  friend auto inspect(Inspector& f, handoff_event& x) {
    return inspect_fields(f, "handoff_event", x.kind, x.subject, x.event);
  }
};

/// Some events, the oldest first.
struct handoff_events {
  std::vector<handoff_event> events;
  /// How many events were dropped before these, since the watcher was too slow: it has to read again what it watches.
  std::uint64_t missed = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, handoff_events& x) {
    return inspect_fields(f, "handoff_events", x.events, x.missed);
  }
};

/// Whoever watches what happens. A message that has been answered makes room for the next one; meanwhile, a bounded
/// number of events waits.
using watcher_actor = caf::typed_actor<
  // What has happened since the last time.
  takes<handoff_events>>;

/// Whoever has state to be stashed before its node stops.
using participant_actor = caf::typed_actor<
  // The node is about to stop: stashes all that it has, stops, and answers what could not be stashed. One that ends
  // without an error is done, whether it has answered or not; one that ends with an error before its answer is itself
  // what is left over. It is asked once, however often a drain is requested.
  answers<std::vector<leftover>, drain_atom>>;

/// The actor that applications talk to (actors/state_handoff.hpp). Keys that begin as the library's own do
/// (session/reserved_keys.hpp) are refused with `ec::key_reserved`, and neither listed nor watched.
using state_handoff_actor = caf::typed_actor<
  // Keeps the state under the key, replicates it, and answers a receipt once another node holds it, see
  // `write_concern`. If the concern is not met in time, the error says so, and the state stays stashed all the same.
  answers<receipt, stash_atom, std::string, snapshot>,
  answers<receipt, stash_atom, std::string, snapshot, write_options>,
  // Reads the state under the key and leaves it there; waits for it if it is not there.
  answers<pickup_result, pickup_atom, std::string>, answers<pickup_result, pickup_atom, std::string, wait_options>,
  // Reads the state under the key, and discards the event that it answers, as the answer goes out: whoever ends before
  // it has handled the answer has lost the state. Two nodes that do so at the same time may both get it; the event in
  // their answers is the same then.
  answers<pickup_result, take_atom, std::string>, answers<pickup_result, take_atom, std::string, wait_options>,
  // Reads the state under the key, and keeps it from being taken or held by others on this node until the event has
  // been discarded, the sender has ended, or `request_limits::hold_max` has passed. To be followed by a discard of the
  // event once the state is safe with the sender: then nothing is lost, whatever fails in between.
  answers<pickup_result, hold_atom, std::string, wait_options>,
  // Forgets the state under the key. Answers whether there was one.
  answers<bool, discard_atom, std::string>,
  // Forgets what this event has stashed under the key, and nothing else that stands there or has come since.
  answers<discard_receipt, discard_atom, std::string, event_id>,
  // A page of the keys that start with the prefix, sorted: those that come after the given key, or the first ones, if
  // that is empty. A key that stands while page after page is asked for is listed exactly once.
  answers<keys_page, keys_atom, std::string, std::string>,
  // Tells the watcher from now on of changes to keys that start with the prefix, until it ends. A request is answered,
  // with an error if there are too many watches.
  takes<watch_atom, std::string, watcher_actor>,
  // Tells the watcher which nodes are up and whether this node has caught up with all that it knows, and from then on
  // what changes in that.
  takes<watch_atom, watcher_actor>,
  // For watchers that have lost sight of something: what stands under each key of a page as `keys_atom` answers it, as
  // if it had just been stashed; a key that expires just now has expired. No event: there are no more keys.
  answers<handoff_events, watch_atom, std::string, std::string>,
  // The participant will be asked to stash and stop when the node drains.
  takes<register_atom, participant_actor>,
  // Asks the participants to stash and stop; once they have, refuses new stashes, and answers when every present member
  // has acknowledged all events of this node. Both take no longer than the time (in milliseconds) each.
  answers<drain_report, drain_atom, std::uint64_t, std::uint64_t>,
  // After a drain: a page of what could not be handed over, from `next` of the page before on.
  answers<leftovers_page, leftovers_atom, std::uint64_t>,
  // This node's name and cluster, and its replica.
  answers<node_status, status_atom>>;

/// For our own actors, which watch the replica: here, since it has a type ID in the block below.
///
/// Whoever watches all values of keys. A message that has been answered makes room for the next one; what changes
/// meanwhile is told together, as it is then.
using live_watcher_actor = caf::typed_actor<
  // What has changed since the last time.
  takes<live_changes>>;

} // namespace ariadne

// Handles that are sent in messages: a block of its own, since they are made of the atoms of the first one. The IDs up
// to ariadne::end_of_type_ids are ours.
CAF_BEGIN_TYPE_ID_BLOCK(ariadne, caf::id_block::ariadne_messages::end)

  CAF_ADD_TYPE_ID(ariadne, (ariadne::state_handoff_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::watcher_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::participant_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::live_watcher_actor))

CAF_END_TYPE_ID_BLOCK(ariadne)

static_assert(caf::id_block::ariadne::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");
