#pragma once

// The one place for what our actors say to each other: message structs, atoms, typed handles, type IDs.
// Everything that crosses the wire between two nodes is a `sync_frame` (our own codec's bytes) or one of the
// membership messages below.

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/first_type_id.hpp"
#include "crdt/codec_versions.hpp"
#include "crdt/shared_bytes.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/type_id.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ariadne {

/// About how many bytes a page of an answer has that may be of any length.
inline constexpr std::size_t page_bytes = std::size_t{64} << 10;

// -- the replicated map ----------------------------------------------------------------------------------------------

/// Bytes of the replication protocol (crdt/codec.hpp), from one replica to another.
struct sync_frame {
  std::string bytes;
};

/// One write event, as actors name it: see crdt::dot.
struct event_id {
  std::uint64_t replica = 0;
  std::uint64_t counter = 0;
};

/// A page of keys in ascending order. The next page begins after the last of them.
struct keys_page {
  std::vector<std::string> keys;
  bool is_last = false;
};

/// What is read from the map.
struct map_entry {
  bool found = false;
  /// Within a process shared with the map: however many wait for the same value, it is there once.
  crdt::shared_bytes value;
  /// The write that the value comes from.
  event_id event;
  /// The replica has caught up with all nodes that it knows; if not, `found == false` proves nothing.
  bool caught_up = false;
};

enum class concern_level : std::uint8_t { one, local, count, majority, all };

/// How many nodes have to hold a write before it is answered.
struct write_concern {
  /// - `one`: one node besides this one; none, if no other is up.
  /// - `local`: this node.
  /// - `count`: `count` nodes, this one among them.
  /// - `majority`, `all`: that many of the nodes of the cluster file, this one among them; if there is no such list, of
  ///   the nodes that this one knows. Nodes that are down count, clients never do.
  concern_level level = concern_level::one;
  std::uint32_t count = 0;
  /// Each of these nodes is to have the event on its disk, so that it outlives the end of all processes, or a power
  /// cut, as the mode of its storage says. With `one` where no other node is up, and with `local`, that is this node.
  ///
  /// To a node of before, such a concern is one that is never met.
  bool durable = false;
  /// A node without a journal counts as well, with what it holds. It is not told to other nodes.
  bool where_kept = false;
};

/// How a write is to be made.
struct write_options {
  write_concern concern;
  /// How long to wait for the concern to be met, in milliseconds.
  std::uint64_t timeout_ms = 5'000;
  /// After how long nobody reads the value any more, in milliseconds; 0 for never.
  std::uint64_t time_to_live_ms = 0;
};

/// What a write answers: the event, and the replicas that held it at that time, this node's own first.
struct receipt {
  event_id event;
  std::vector<std::uint64_t> holders;
  /// Where a durable concern was asked for: those among them that had it on their disks.
  std::vector<std::uint64_t> durable_holders = {};
};

enum class wait_end : std::uint8_t { arrival, certainty };

/// How long a read waits for a key that is not there.
struct wait_options {
  /// In milliseconds.
  std::uint64_t wait_ms = 0;
  /// - `arrival`: until the key arrives, even if it is certain that nobody has stashed it so far.
  /// - `certainty`: at most until it is certain that nobody has.
  wait_end until = wait_end::arrival;
};

/// One incarnation of a replica.
struct neighbour {
  std::uint64_t replica = 0;
  /// A `crdt_replica_actor`.
  caf::strong_actor_ptr handle;
  /// What it reads and writes.
  crdt::version_range codec_versions = crdt::codec_versions;
};

/// Whether a node is there. `unknown`: nothing has been heard of it yet, good or bad. `forgotten`: nobody waits for it
/// any more, and it only counts where a majority is counted of the nodes that this one knows.
enum class node_presence : std::uint8_t { unknown, up, down, forgotten };

/// Another node, as its state matters to a replica.
struct known_node {
  std::string node;
  node_presence presence = node_presence::unknown;
  /// Its replica, if it is up.
  neighbour replica;
  /// Changes are sent straight to it, not by way of others.
  bool is_neighbour = true;
};

/// How replication with another replica stands.
struct replication_status {
  /// Empty until it has said its name.
  std::string node;
  std::uint64_t replica = 0;
  /// Changes are sent straight to it.
  bool is_neighbour = false;
  /// All that it held when the connection came up has arrived here.
  bool caught_up = false;
  /// Events known here that it has not acknowledged, and the most that their keys and values can amount to.
  std::uint64_t lag_events = 0;
  std::uint64_t lag_bytes_max = 0;
  /// Sent, and not yet acknowledged.
  std::uint64_t in_flight_bytes = 0;
  /// How long ago it last sent a frame, in milliseconds.
  std::uint64_t last_frame_ms = 0;
  /// Keys of it that are refused here, keys of this node that it refuses, and why, in one sentence without a final
  /// stop.
  std::uint64_t refused_here = 0;
  std::uint64_t refused_there = 0;
  std::string refusal;
  /// How far the time that it goes by is ahead of the one of this node, in milliseconds, as far as is known.
  std::int64_t clock_ahead_ms = 0;
};

/// What a replica has done since its start. Counters only grow.
struct replica_counters {
  std::uint64_t puts = 0;
  std::uint64_t erases = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t registers_sent = 0;
  std::uint64_t registers_received = 0;
  /// Whole maps sent, to neighbours that had been away for too long for less.
  std::uint64_t full_states_sent = 0;
  std::uint64_t refusals = 0;
  /// Replicas that differed although they had seen the same events: must stay 0.
  std::uint64_t divergences = 0;
};

/// What a replica reports of itself.
struct replica_status {
  std::uint64_t replica = 0;
  bool caught_up = false;
  /// Of all that it holds; each session that is known has a record, which counts as one, too.
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  /// Neighbours that changes are sent to.
  std::uint64_t neighbours = 0;
  /// Writes that wait for their concern to be met, and reads that wait for their key.
  std::uint64_t waiting_writes = 0;
  std::uint64_t waiting_reads = 0;
  replica_counters counters;
  std::vector<replication_status> links;
  /// Why the wall clock of this node is not believed, in one sentence without a final stop; empty if it is. How far it
  /// is ahead of the time that this node goes by, in milliseconds.
  std::string clock_doubt;
  std::int64_t wall_ahead_ms = 0;
  /// Why this node hosts no sessions: it does not agree with most of the others. Empty if it does.
  std::string out_of_service;
};

// -- handoff ---------------------------------------------------------------------------------------------------------

/// A session's state as it is kept: the name and schema version of its type, and its serialised bytes.
struct snapshot {
  std::string type_name;
  std::uint32_t schema_version = 0;
  std::string bytes;
};

/// Whether a key was there. `pending`: this node has not yet caught up with the members it knows, so absence proves
/// nothing.
enum class pickup_outcome : std::uint8_t { found, absent, pending };

/// What `pickup` and `take` answer; `state` and `event` are set if the outcome is `found`.
struct pickup_result {
  pickup_outcome outcome = pickup_outcome::absent;
  snapshot state;
  event_id event;
};

/// What a discard of one event did.
struct discard_receipt {
  /// The event stood under the key, and has been erased.
  bool discarded = false;
  /// What is read under the key now: something that was stashed side by side with the event, or after it. The counter
  /// is 0 if there is nothing.
  event_id standing;
};

/// What a stopping node could not hand over.
struct leftover {
  /// A key, or whatever else names the state: "session KIND/ID", "service NAME".
  std::string key;
  /// Why, in one sentence without a final stop.
  std::string reason;
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
  std::vector<leftover> leftovers;
  /// Where the next page begins; 0 if there is none.
  std::uint64_t next_leftover = 0;
};

/// A page of what a stopping node could not hand over.
struct leftovers_page {
  std::vector<leftover> leftovers;
  /// Where the next page begins; 0 if there is none.
  std::uint64_t next = 0;
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
};

/// Some events, the oldest first.
struct handoff_events {
  std::vector<handoff_event> events;
  /// How many events were dropped before these, since the watcher was too slow: it has to read again what it watches.
  std::uint64_t missed = 0;
};

enum class member_state : std::uint8_t { up, down, left };

/// A node of the cluster as this node sees it; this node itself is among them.
struct member_status {
  std::string name;
  /// HOST:PORT.
  std::string address;
  member_state state = member_state::down;
  /// The incarnation of its replica; 0 if it was never up.
  std::uint64_t replica = 0;
  /// The time that a message takes there and back, in microseconds; 0 if it is not known.
  std::uint64_t round_trip_us = 0;
  /// How long ago it was last heard of, in milliseconds; 0 if it never was.
  std::uint64_t last_contact_ms = 0;
  /// Why it is down; empty if it is not, or if no attempt to connect to it has failed yet.
  std::string problem;
};

/// A page of members. The next page begins after the last of them.
struct members_page {
  std::vector<member_status> members;
  bool is_last = false;
};

/// What a handoff actor reports of itself. Of the members, ask the membership actor.
struct node_status {
  std::string node;
  std::string cluster;
  replica_status replica;
};

// -- sessions --------------------------------------------------------------------------------------------------------

/// One of the values that stand side by side under a key: see crdt::causal_register.
struct live_value {
  event_id event;
  std::string value;
};

/// All values that can be read under a key; none, if there is nothing (any more).
struct live_values {
  std::string key;
  std::vector<live_value> values;
};

/// What a replica tells those who watch all values of its keys.
struct live_changes {
  /// Of each key that has changed, what stands there now.
  std::vector<live_values> keys;
  /// Every node that is known is either down, or up and caught up with.
  bool has_met_all = false;
  /// The node agrees with most of the others on the time, and on what may be taken in.
  bool is_in_service = true;
};

/// The condition and the options of a write that must not supersede what the writer has not seen.
struct write_fence {
  /// The write is made only if no other values than those of these events stand under the key.
  std::vector<event_id> expected;
  /// To be answered once so many nodes hold the write (`count` makes no sense here), ...
  concern_level holders = concern_level::local;
  /// ... each of them that keeps a journal on its disk, ...
  bool durable = false;
  /// ... but after this time at the latest, in milliseconds; 0: as late as any request may be.
  std::uint64_t hold_timeout_ms = 0;
  /// After how long nobody reads the value any more, in milliseconds; 0 for never.
  std::uint64_t time_to_live_ms = 0;
};

/// What a fenced write answers.
struct fenced_receipt {
  bool written = false;
  /// So many nodes hold it as were asked for.
  bool held = false;
  /// What stands under the key now.
  live_values now;
};

/// One start of a session host, as others know it.
struct session_peer {
  std::string node;
  std::uint64_t incarnation = 0;
  /// A `session_host_actor`; null if there is none.
  caf::strong_actor_ptr handle;
};

/// How two session hosts begin to talk to each other. Of the two, the one with the lesser incarnation begins; the other
/// one asks it to.
struct session_introduction {
  session_peer sender;
  /// Counts the connections of the one that begins. In a request to begin: the last one, which is no more.
  std::uint64_t link = 0;
};

/// Bytes of session/peer_message.hpp, from one session host to another.
struct session_frame {
  std::uint64_t incarnation = 0;
  /// That of the introduction. A frame of another link is dropped.
  std::uint64_t link = 0;
  std::string bytes;
};

/// Where a session runs.
struct session_place {
  std::string node;
  /// A `session_actor`, on this node or on another. What is sent to it directly is lost if the session moves; `deliver`
  /// is not.
  caf::strong_actor_ptr session;
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
};

/// A page of sessions by kind and id.
struct sessions_page {
  std::vector<session_info> sessions;
  /// The kind and the id after which the next page begins, if this is not the last one. That session need not be in
  /// the page.
  std::string last_kind;
  std::string last_id;
  bool is_last = false;
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
};

// -- membership ------------------------------------------------------------------------------------------------------

/// What one node tells others of a third one: see membership::news.
struct member_news {
  std::string name;
  /// HOST:PORT at which it is reached; may be empty if it is not up.
  std::string address;
  /// `left`: it has left or has been forgotten, this incarnation of it.
  member_state state = member_state::down;
  std::uint64_t replica = 0;
  /// How long ago it last gave the sender a sign of life, or has left or was forgotten, in milliseconds.
  std::uint64_t age_ms = 0;
};

/// How a node introduces itself to another node, as request and as answer. Its sender is the node's
/// `cluster_membership_actor`.
struct node_introduction {
  /// The versions of the protocol between nodes that it speaks.
  crdt::version_range protocols;
  std::string cluster;
  std::string node;
  /// HOST:PORT at which the node accepts connections.
  std::string address;
  /// If that names no host, but all interfaces (0.0.0.0 or ::): HOST:PORT at which the receiver reaches the node. Empty
  /// if the node does not know it.
  std::string reached_at;
  /// Its replica, with the incarnation; the handle is null while the node has none (it is restarting the pair).
  neighbour replica;
  /// The other nodes that it knows, so that joiners are learnt of.
  std::vector<member_news> members;
};

/// A sign of life from one membership actor to another. The times are of a monotonic clock of one node each.
struct heartbeat {
  /// When this was sent, in microseconds.
  std::uint64_t sent_us = 0;
  /// `sent_us` of the last heartbeat that came from the other side, and how long ago that was; 0 if none has.
  std::uint64_t echo_us = 0;
  std::uint64_t echo_age_us = 0;
};

/// What the answering node makes of an introduction: its own, or a refusal with the reason, one sentence without a
/// final stop.
struct introduction_result {
  bool accepted = false;
  std::string reason;
  node_introduction node;
  /// It is refused since another node that is up has its name.
  bool is_name_taken = false;
};

// Inspection: one line for each message.

} // namespace ariadne

namespace ariadne::crdt {

template <class Inspector>
auto inspect(Inspector& f, version_range& x) {
  return inspect_fields(f, "version_range", x.min, x.max);
}

} // namespace ariadne::crdt

namespace ariadne {

template <class Inspector>
auto inspect(Inspector& f, sync_frame& x) {
  return inspect_fields(f, "sync_frame", x.bytes);
}
template <class Inspector>
auto inspect(Inspector& f, event_id& x) {
  return inspect_fields(f, "event_id", x.replica, x.counter);
}
template <class Inspector>
auto inspect(Inspector& f, map_entry& x) {
  std::string value{x.value.view()};
  if constexpr (is_loading<Inspector>) {
    auto result = inspect_fields(f, "map_entry", x.found, value, x.event, x.caught_up);
    x.value = crdt::shared_bytes{value};
    return result;
  } else {
    return inspect_fields(f, "map_entry", x.found, value, x.event, x.caught_up);
  }
}
template <class Inspector>
auto inspect(Inspector& f, write_concern& x) {
  // Programs of before know no level with this bit.
  constexpr std::uint8_t durable_bit = 0x80;
  if constexpr (is_loading<Inspector>) {
    concern_level level{};
    auto result = inspect_fields(f, "write_concern", level, x.count);
    x.level = static_cast<concern_level>(static_cast<std::uint8_t>(level) & ~durable_bit);
    x.durable = (static_cast<std::uint8_t>(level) & durable_bit) != 0;
    return result;
  } else {
    auto level = static_cast<concern_level>(static_cast<std::uint8_t>(x.level) | (x.durable ? durable_bit : 0));
    return inspect_fields(f, "write_concern", level, x.count);
  }
}
template <class Inspector>
auto inspect(Inspector& f, write_options& x) {
  return inspect_fields(f, "write_options", x.concern, x.timeout_ms, x.time_to_live_ms);
}
template <class Inspector>
auto inspect(Inspector& f, receipt& x) {
  // Those that have it on their disks stand behind a 0, which is no replica. Programs of before never ask for them.
  if constexpr (is_loading<Inspector>) {
    auto result = inspect_fields(f, "receipt", x.event, x.holders);
    const auto end = std::find(x.holders.begin(), x.holders.end(), 0u);
    x.durable_holders.assign(end == x.holders.end() ? end : end + 1, x.holders.end());
    x.holders.erase(end, x.holders.end());
    return result;
  } else {
    auto all = x.holders;
    if (!x.durable_holders.empty()) {
      all.push_back(0);
      all.insert(all.end(), x.durable_holders.begin(), x.durable_holders.end());
    }
    return inspect_fields(f, "receipt", x.event, all);
  }
}
template <class Inspector>
auto inspect(Inspector& f, wait_options& x) {
  return inspect_fields(f, "wait_options", x.wait_ms, x.until);
}
template <class Inspector>
auto inspect(Inspector& f, neighbour& x) {
  return inspect_fields(f, "neighbour", x.replica, x.handle, x.codec_versions);
}
template <class Inspector>
auto inspect(Inspector& f, known_node& x) {
  return inspect_fields(f, "known_node", x.node, x.presence, x.replica, x.is_neighbour);
}
template <class Inspector>
auto inspect(Inspector& f, replication_status& x) {
  return inspect_fields(f, "replication_status", x.node, x.replica, x.is_neighbour, x.caught_up, x.lag_events,
                        x.lag_bytes_max, x.in_flight_bytes, x.last_frame_ms, x.refused_here, x.refused_there, x.refusal,
                        x.clock_ahead_ms);
}
template <class Inspector>
auto inspect(Inspector& f, replica_counters& x) {
  return inspect_fields(f, "replica_counters", x.puts, x.erases, x.frames_sent, x.frames_received, x.bytes_sent,
                        x.bytes_received, x.registers_sent, x.registers_received, x.full_states_sent, x.refusals,
                        x.divergences);
}
template <class Inspector>
auto inspect(Inspector& f, replica_status& x) {
  return inspect_fields(f, "replica_status", x.replica, x.caught_up, x.keys, x.bytes, x.neighbours, x.waiting_writes,
                        x.waiting_reads, x.counters, x.links, x.clock_doubt, x.wall_ahead_ms, x.out_of_service);
}
template <class Inspector>
auto inspect(Inspector& f, snapshot& x) {
  return inspect_fields(f, "snapshot", x.type_name, x.schema_version, x.bytes);
}
template <class Inspector>
auto inspect(Inspector& f, pickup_result& x) {
  return inspect_fields(f, "pickup_result", x.outcome, x.state, x.event);
}
template <class Inspector>
auto inspect(Inspector& f, discard_receipt& x) {
  return inspect_fields(f, "discard_receipt", x.discarded, x.standing);
}
template <class Inspector>
auto inspect(Inspector& f, leftover& x) {
  return inspect_fields(f, "leftover", x.key, x.reason);
}
template <class Inspector>
auto inspect(Inspector& f, drain_report& x) {
  return inspect_fields(f, "drain_report", x.complete, x.members, x.leftovers, x.next_leftover);
}
template <class Inspector>
auto inspect(Inspector& f, leftovers_page& x) {
  return inspect_fields(f, "leftovers_page", x.leftovers, x.next);
}
template <class Inspector>
auto inspect(Inspector& f, keys_page& x) {
  return inspect_fields(f, "keys_page", x.keys, x.is_last);
}
template <class Inspector>
auto inspect(Inspector& f, handoff_event& x) {
  return inspect_fields(f, "handoff_event", x.kind, x.subject, x.event);
}
template <class Inspector>
auto inspect(Inspector& f, handoff_events& x) {
  return inspect_fields(f, "handoff_events", x.events, x.missed);
}
template <class Inspector>
auto inspect(Inspector& f, live_value& x) {
  return inspect_fields(f, "live_value", x.event, x.value);
}
template <class Inspector>
auto inspect(Inspector& f, live_values& x) {
  return inspect_fields(f, "live_values", x.key, x.values);
}
template <class Inspector>
auto inspect(Inspector& f, live_changes& x) {
  return inspect_fields(f, "live_changes", x.keys, x.has_met_all, x.is_in_service);
}
template <class Inspector>
auto inspect(Inspector& f, write_fence& x) {
  return inspect_fields(f, "write_fence", x.expected, x.holders, x.durable, x.hold_timeout_ms, x.time_to_live_ms);
}
template <class Inspector>
auto inspect(Inspector& f, fenced_receipt& x) {
  return inspect_fields(f, "fenced_receipt", x.written, x.held, x.now);
}
template <class Inspector>
auto inspect(Inspector& f, session_peer& x) {
  return inspect_fields(f, "session_peer", x.node, x.incarnation, x.handle);
}
template <class Inspector>
auto inspect(Inspector& f, session_introduction& x) {
  return inspect_fields(f, "session_introduction", x.sender, x.link);
}
template <class Inspector>
auto inspect(Inspector& f, session_frame& x) {
  return inspect_fields(f, "session_frame", x.incarnation, x.link, x.bytes);
}
template <class Inspector>
auto inspect(Inspector& f, session_place& x) {
  return inspect_fields(f, "session_place", x.node, x.session);
}
template <class Inspector>
auto inspect(Inspector& f, session_info& x) {
  return inspect_fields(f, "session_info", x.kind, x.id, x.node, x.epoch, x.phase, x.is_here, x.waiting_messages);
}
template <class Inspector>
auto inspect(Inspector& f, sessions_page& x) {
  return inspect_fields(f, "sessions_page", x.sessions, x.last_kind, x.last_id, x.is_last);
}
template <class Inspector>
auto inspect(Inspector& f, hosting_node& x) {
  return inspect_fields(f, "hosting_node", x.node, x.kinds, x.is_cordoned, x.is_draining, x.running);
}
template <class Inspector>
auto inspect(Inspector& f, session_host_status& x) {
  return inspect_fields(f, "session_host_status", x.node, x.is_paused, x.is_cordoned, x.hosts, x.running, x.started,
                        x.moved, x.stranded, x.lost, x.failed, x.waiting_requests);
}
template <class Inspector>
auto inspect(Inspector& f, member_status& x) {
  return inspect_fields(f, "member_status", x.name, x.address, x.state, x.replica, x.round_trip_us, x.last_contact_ms,
                        x.problem);
}
template <class Inspector>
auto inspect(Inspector& f, members_page& x) {
  return inspect_fields(f, "members_page", x.members, x.is_last);
}
template <class Inspector>
auto inspect(Inspector& f, node_status& x) {
  return inspect_fields(f, "node_status", x.node, x.cluster, x.replica);
}
template <class Inspector>
auto inspect(Inspector& f, member_news& x) {
  return inspect_fields(f, "member_news", x.name, x.address, x.state, x.replica, x.age_ms);
}
template <class Inspector>
auto inspect(Inspector& f, node_introduction& x) {
  return inspect_fields(f, "node_introduction", x.protocols, x.cluster, x.node, x.address, x.reached_at, x.replica,
                        x.members);
}
template <class Inspector>
auto inspect(Inspector& f, heartbeat& x) {
  return inspect_fields(f, "heartbeat", x.sent_us, x.echo_us, x.echo_age_us);
}
template <class Inspector>
auto inspect(Inspector& f, introduction_result& x) {
  return inspect_fields(f, "introduction_result", x.accepted, x.reason, x.node, x.is_name_taken);
}

} // namespace ariadne

CAF_BEGIN_TYPE_ID_BLOCK(ariadne_messages, ::ariadne::first_type_id)

  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::sync_frame))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::event_id))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::map_entry))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::concern_level))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_concern))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_options))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::wait_end))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::wait_options))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::neighbour))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_presence))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::known_node))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::known_node>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replication_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replica_counters))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::replica_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::snapshot))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_outcome))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::pickup_result))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::leftover))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::leftover>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::drain_report))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_event_kind))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_event))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::handoff_events))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_state))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::member_status>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::node_introduction))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::introduction_result))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::heartbeat))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_value))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_values))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::live_values>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::live_changes))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::write_fence))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::fenced_receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_peer))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_introduction))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_frame))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_place))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_info))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::session_info>))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::hosting_node))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::session_host_status))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::keys_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::leftovers_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::members_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::sessions_page))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::discard_receipt))
  CAF_ADD_TYPE_ID(ariadne_messages, (ariadne::member_news))
  CAF_ADD_TYPE_ID(ariadne_messages, (std::vector<ariadne::member_news>))

  CAF_ADD_ATOM(ariadne_messages, ariadne, put_atom, "put")
  CAF_ADD_ATOM(ariadne_messages, ariadne, get_atom, "get")
  CAF_ADD_ATOM(ariadne_messages, ariadne, erase_atom, "erase")
  CAF_ADD_ATOM(ariadne_messages, ariadne, keys_atom, "keys")
  CAF_ADD_ATOM(ariadne_messages, ariadne, status_atom, "status")
  CAF_ADD_ATOM(ariadne_messages, ariadne, neighbours_atom, "neighbours")
  CAF_ADD_ATOM(ariadne_messages, ariadne, stash_atom, "stash")
  CAF_ADD_ATOM(ariadne_messages, ariadne, pickup_atom, "pickup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, take_atom, "take")
  CAF_ADD_ATOM(ariadne_messages, ariadne, discard_atom, "discard")
  CAF_ADD_ATOM(ariadne_messages, ariadne, drain_atom, "drain")
  CAF_ADD_ATOM(ariadne_messages, ariadne, watch_atom, "watch")
  CAF_ADD_ATOM(ariadne_messages, ariadne, register_atom, "register")
  CAF_ADD_ATOM(ariadne_messages, ariadne, contact_atom, "contact")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_up_atom, "nodeup")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_down_atom, "nodedown")
  CAF_ADD_ATOM(ariadne_messages, ariadne, node_left_atom, "nodeleft")
  CAF_ADD_ATOM(ariadne_messages, ariadne, introduce_atom, "introduce")
  CAF_ADD_ATOM(ariadne_messages, ariadne, handoff_atom, "handoff")
  CAF_ADD_ATOM(ariadne_messages, ariadne, replica_atom, "replica")
  CAF_ADD_ATOM(ariadne_messages, ariadne, leave_atom, "leave")
  CAF_ADD_ATOM(ariadne_messages, ariadne, tick_atom, "tick")
  CAF_ADD_ATOM(ariadne_messages, ariadne, work_atom, "work")
  CAF_ADD_ATOM(ariadne_messages, ariadne, start_atom, "start")
  CAF_ADD_ATOM(ariadne_messages, ariadne, stop_atom, "stop")
  CAF_ADD_ATOM(ariadne_messages, ariadne, locate_atom, "locate")
  CAF_ADD_ATOM(ariadne_messages, ariadne, deliver_atom, "deliver")
  CAF_ADD_ATOM(ariadne_messages, ariadne, sessions_atom, "sessions")
  CAF_ADD_ATOM(ariadne_messages, ariadne, cordon_atom, "cordon")
  CAF_ADD_ATOM(ariadne_messages, ariadne, snapshot_atom, "snapshot")
  CAF_ADD_ATOM(ariadne_messages, ariadne, host_atom, "host")
  CAF_ADD_ATOM(ariadne_messages, ariadne, connect_atom, "connect")
  CAF_ADD_ATOM(ariadne_messages, ariadne, name_taken_atom, "nametaken")
  CAF_ADD_ATOM(ariadne_messages, ariadne, leftovers_atom, "leftovers")
  CAF_ADD_ATOM(ariadne_messages, ariadne, hold_atom, "hold")
  CAF_ADD_ATOM(ariadne_messages, ariadne, forget_atom, "forget")
  CAF_ADD_ATOM(ariadne_messages, ariadne, expected_atom, "expected")

CAF_END_TYPE_ID_BLOCK(ariadne_messages)

namespace ariadne {

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

/// Whoever watches all values of keys. A message that has been answered makes room for the next one; what changes
/// meanwhile is told together, as it is then.
using live_watcher_actor = caf::typed_actor<
  // What has changed since the last time.
  takes<live_changes>>;

/// The actor around one replica of the map (actors/internal/crdt_replica.hpp). A request that waits is dropped when
/// whoever has sent it ends, or when contact with its node is lost; what has been written stays. How long, and how many
/// may wait, `request_limits` says. Fenced writes, and who watches all values, reach the keys of the library
/// (session/reserved_keys.hpp), too; all other requests refuse these, and neither list nor watch them.
using crdt_replica_actor = caf::typed_actor<
  // Writes the value under the key. Answers once the concern is met; if it is not met in time, the error says so, and
  // the value stays written all the same.
  answers<receipt, put_atom, std::string, std::string, write_options>,
  // Writes the value under the key, unless something else than expected stands there; check and write are one step.
  answers<fenced_receipt, put_atom, std::string, std::string, write_fence>,
  // Reads the key; waits for it if it is not there.
  answers<map_entry, get_atom, std::string, wait_options>,
  // The same, and erases the event that it answers, and no other; nothing, if nobody waits for the answer.
  answers<map_entry, erase_atom, std::string, wait_options>,
  // See state_handoff_actor, which passes them on: so this actor knows who asks.
  answers<pickup_result, pickup_atom, std::string, wait_options>,
  answers<pickup_result, take_atom, std::string, wait_options>,
  answers<pickup_result, hold_atom, std::string, wait_options>, answers<bool, discard_atom, std::string>,
  answers<discard_receipt, discard_atom, std::string, event_id>,
  // A page of the readable keys that start with the prefix, sorted: those that come after the given key, or the first
  // ones, if that is empty. A key that stands while page after page is asked for is listed exactly once.
  answers<keys_page, keys_atom, std::string, std::string>,
  // Replaces what is known of the other nodes. Those that are up are the members: an event is stable, and handed over,
  // once each has acknowledged it.
  takes<neighbours_atom, std::vector<known_node>>,
  // It need not wait any more for nodes that it does not know: see crdt_replica_options::awaits_nodes.
  takes<expected_atom>,
  // Tells the watcher from now on of changes to keys that start with the prefix, until it ends. A request is answered,
  // with an error if there are too many watches.
  takes<watch_atom, std::string, watcher_actor>,
  // Tells the watcher whenever this replica has caught up with all nodes that it knows; at once, if it has.
  takes<watch_atom, watcher_actor>,
  // See state_handoff_actor.
  answers<handoff_events, watch_atom, std::string, std::string>,
  // Tells the watcher what stands under each key that starts with the prefix, and from then on what changes in that.
  takes<watch_atom, std::string, live_watcher_actor>,
  // Answers once all members have acknowledged all events of this replica, or when the time (in milliseconds) is up.
  answers<drain_report, drain_atom, std::uint64_t>,
  // A page of the keys whose last write here not all members have acknowledged, from `next` of the page before on.
  answers<leftovers_page, leftovers_atom, std::uint64_t>,
  // What this replica has and does.
  answers<replica_status, status_atom>,
  // A frame of the replication protocol from another replica.
  takes<sync_frame>>;

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
  answers<node_status, status_atom>,
  // Its replica: what other nodes have to know to replicate with this one.
  answers<neighbour, replica_atom>,
  // The other nodes that it knows, by name, but for those that have left.
  answers<std::vector<known_node>, neighbours_atom>,
  // As many nodes as are expected have been met, or will not come: nobody waits for more. From the membership actor.
  takes<expected_atom>,
  // A node is up, with this replica. Sent by the membership actor.
  takes<node_up_atom, std::string, neighbour>,
  // The node is not connected (any more), or its replica is being restarted; it may come back.
  takes<node_down_atom, std::string>,
  // A node has said that it leaves.
  takes<node_left_atom, std::string>,
  // A node that was down has been forgotten: nobody waits any more for what it may hold.
  takes<forget_atom, std::string>>;

/// The actor that knows the nodes of the cluster and is published at the node's port
/// (actors/cluster_membership.hpp).
using cluster_membership_actor = caf::typed_actor<
  // A node introduces itself; the answer introduces this node, or refuses with a reason.
  answers<introduction_result, introduce_atom, node_introduction>,
  // The sender, which has introduced itself, is alive.
  takes<heartbeat>,
  // Another node, at this address (HOST:PORT), has introduced itself to the sender under the name of this one.
  takes<name_taken_atom, std::string>,
  // The node of this name, which the sender has introduced, leaves. Answers whether it was a member until then.
  answers<bool, leave_atom, std::string>,
  // What the sender, which has introduced itself, knows of other nodes.
  takes<std::vector<member_news>>,
  // For clients: forgets a node that is down and that the cluster file does not list, and has the others do the same.
  // Answers true; an error says why it cannot be forgotten.
  answers<bool, forget_atom, std::string>,
  // For clients: the handoff actor of this node. An error while it is being restarted.
  answers<state_handoff_actor, handoff_atom>,
  // For clients: the actor that is registered on this node under a name, or null: the application's own services.
  answers<caf::strong_actor_ptr, get_atom, std::string>,
  // From the supervisor on this node: the handoff pair has been started, or started anew.
  takes<handoff_atom, state_handoff_actor>,
  // A page of the nodes that this node knows, itself first, the others by name: those that come after the given one, or
  // the first ones, if that is empty.
  answers<members_page, status_atom, std::string>,
  // From the node on its way out: tells the others that this node leaves, and answers once they know. From then on it
  // neither connects to others nor accepts them. Answers false if one of them could not be told.
  answers<bool, leave_atom>>;

/// The same actor, for what is on its own node. It is registered as `membership_name`.
using phone_book_actor = caf::typed_actor<
  // The actor that is registered on another node, which is up, under a name; null if there is none.
  answers<caf::strong_actor_ptr, get_atom, std::string, std::string>>;

inline constexpr auto membership_name = "membership";

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
  answers<std::vector<leftover>, drain_atom>,
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

// Handles that are sent in messages: a block of its own, since they are made of the atoms of the first one. The IDs up
// to ariadne::end_of_type_ids are ours.
CAF_BEGIN_TYPE_ID_BLOCK(ariadne, caf::id_block::ariadne_messages::end)

  CAF_ADD_TYPE_ID(ariadne, (ariadne::state_handoff_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::watcher_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::participant_actor))
  CAF_ADD_TYPE_ID(ariadne, (ariadne::live_watcher_actor))

CAF_END_TYPE_ID_BLOCK(ariadne)

static_assert(caf::id_block::ariadne::end <= caf::id_block::ariadne_errors::begin, "these IDs are taken");
