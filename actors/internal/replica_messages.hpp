#pragma once

// What the replica of a node (actors/internal/crdt_replica.hpp) says to other replicas and to the actors of its node.
// What crosses the wire of that is a `sync_frame`: bytes of our own codec.

#include "actors/handoff_messages.hpp"
#include "crdt/codec_versions.hpp"
#include "crdt/live_entry.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ariadne::crdt {

template <class Inspector>
auto inspect(Inspector& f, version_range& x) {
  return inspect_fields(f, "version_range", x.min, x.max);
}

template <class Inspector>
auto inspect(Inspector& f, shared_bytes& x) {
  std::string bytes{x.view()};
  if constexpr (is_loading<Inspector>) {
    auto result = inspect_fields(f, "shared_bytes", bytes);
    x = shared_bytes{bytes};
    return result;
  } else {
    return inspect_fields(f, "shared_bytes", bytes);
  }
}

/// A dot as an event_id.
template <class Inspector>
auto inspect(Inspector& f, live_entry& x) {
  return inspect_fields(f, "live_value", x.dot.replica.value, x.dot.counter, x.value);
}

} // namespace ariadne::crdt

namespace ariadne {

/// About how many bytes a page of an answer has that may be of any length.
inline constexpr std::size_t page_bytes = std::size_t{64} << 10;

/// Bytes of the replication protocol (crdt/codec.hpp), from one replica to another.
struct sync_frame {
  std::string bytes;

  template <class Inspector>
  friend auto inspect(Inspector& f, sync_frame& x) {
    return inspect_fields(f, "sync_frame", x.bytes);
  }
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

  template <class Inspector>
  friend auto inspect(Inspector& f, map_entry& x) {
    return inspect_fields(f, "map_entry", x.found, x.value, x.event, x.caught_up);
  }
};

/// One incarnation of a replica.
struct neighbour {
  std::uint64_t replica = 0;
  /// A `crdt_replica_actor`.
  caf::strong_actor_ptr handle;
  /// What it reads and writes.
  crdt::version_range codec_versions = crdt::codec_versions;

  template <class Inspector>
  friend auto inspect(Inspector& f, neighbour& x) {
    return inspect_fields(f, "neighbour", x.replica, x.handle, x.codec_versions);
  }
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

  template <class Inspector>
  friend auto inspect(Inspector& f, known_node& x) {
    return inspect_fields(f, "known_node", x.node, x.presence, x.replica, x.is_neighbour);
  }
};

/// All values that can be read under a key; none, if there is nothing (any more).
struct live_values {
  std::string key;
  std::vector<crdt::live_entry> values;

  template <class Inspector>
  friend auto inspect(Inspector& f, live_values& x) {
    return inspect_fields(f, "live_values", x.key, x.values);
  }
};

/// What a replica tells those who watch all values of its keys.
struct live_changes {
  /// Of each key that has changed, what stands there now.
  std::vector<live_values> keys;
  /// Every node that is known is either down, or up and caught up with.
  bool has_met_all = false;
  /// The node agrees with most of the others on the time, and on what may be taken in.
  bool is_in_service = true;

  template <class Inspector>
  friend auto inspect(Inspector& f, live_changes& x) {
    return inspect_fields(f, "live_changes", x.keys, x.has_met_all, x.is_in_service);
  }
};

/// The condition and the options of a write that must not supersede what the writer has not seen.
struct write_fence {
  /// The write is made only if no other values than those of these events stand under the key.
  std::vector<event_id> expected = {};
  /// To be answered once so many nodes hold the write (`count` makes no sense here), ...
  concern_level holders = concern_level::local;
  /// ... each of them that keeps a journal on its disk, ...
  bool durable = false;
  /// ... but after this time at the latest, in milliseconds; 0: as late as any request may be.
  std::uint64_t hold_timeout_ms = 0;
  /// After how long nobody reads the value any more, in milliseconds; 0 for never.
  std::uint64_t time_to_live_ms = 0;

  template <class Inspector>
  friend auto inspect(Inspector& f, write_fence& x) {
    return inspect_fields(f, "write_fence", x.expected, x.holders, x.durable, x.hold_timeout_ms, x.time_to_live_ms);
  }
};

/// What a fenced write answers.
struct fenced_receipt {
  bool written = false;
  /// So many nodes hold it as were asked for.
  bool held = false;
  /// What stands under the key now.
  live_values now;

  template <class Inspector>
  friend auto inspect(Inspector& f, fenced_receipt& x) {
    return inspect_fields(f, "fenced_receipt", x.written, x.held, x.now);
  }
};

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

/// The handoff actor, as the other actors of its node know it.
using node_handoff_actor = state_handoff_actor::extend<
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

} // namespace ariadne
