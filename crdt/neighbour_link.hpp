#pragma once

#include "crdt/causal_register.hpp"
#include "crdt/codec_versions.hpp"
#include "crdt/congestion_window.hpp"
#include "crdt/outbound_stream.hpp"
#include "crdt/refused_registers.hpp"
#include "crdt/value_transfers.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_map.h>
#include <absl/container/btree_set.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::crdt {

/// A caller's name for the way to one neighbour. The caller chooses it, and never uses one twice.
struct link_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const link_id&, const link_id&) = default;
};

/// The receiving side of one link.
struct inbound_stream {
  /// As named in our hello; 0 before the first one, and while the stream is void and waits for a new name.
  std::uint64_t id = 0;
  /// The number of the next delta, if none is lost.
  std::uint64_t next_number = 1;
  /// The number of the next piece, likewise, and how many deltas and pieces have come in.
  std::uint64_t next_piece = 1;
  std::uint64_t arrived = 0;
  /// A register has come in to which a value is lacking.
  bool lacks_value = false;
  /// When the last delta or piece came in.
  std::uint64_t progress_ms = 0;
  /// All deltas up to this number have come in, and count in full.
  std::uint64_t acknowledged = 0;
  /// What the cuts of complete batches cover. It counts when no full state of this stream is being worked off.
  version_vector cut;
  /// Registers of the batch that comes in have changed here. Those that the cut does not cover, or all of them if the
  /// link closes before the cut, have to be forwarded (invariant I3).
  bool changed_registers = false;
  /// What of it is not taken in, and which cuts therefore do not count.
  refused_registers refused;
};

/// How long the events of another member have been left to that member.
struct deferral {
  /// The neighbour lacked the events up to this counter...
  std::uint64_t counter = 0;
  /// ... since this time.
  std::uint64_t since_ms = 0;
  /// The patience is over: forward them.
  bool overdue = false;
};

/// All that a replica keeps for one open link.
struct neighbour_link {
  link_id id;
  /// Whether we send our changes over this link.
  bool push = false;
  /// In which version of the format we speak: the one in which the neighbour has spoken last, or is known to
  /// understand.
  std::uint32_t version = codec_versions.max;

  // What the neighbour has said in its hello; an id of 0: it has said none.
  replica_id neighbour;
  std::string node;
  bool pushes = false;
  std::uint64_t stream = 0;
  std::uint64_t retired_digest = 0;
  std::vector<value_progress> staged_values;

  /// Whether all is known of what the neighbour had: it has said hello, and has retired the same incarnations as we or
  /// has said which.
  bool introduced = false;

  /// What the neighbour is known to have, at least. Once it is introduced, it also has all that we have retired.
  version_vector known;
  /// What it is known to have joined of all that has been forgotten anywhere.
  version_vector forgotten;
  /// What it had when it first said hello, and whether all of that has arrived here.
  version_vector target;
  bool caught_up = false;
  /// The replicas that send their changes straight to the neighbour, sorted.
  std::vector<replica_id> sources;

  inbound_stream in;
  std::optional<outbound_stream> out;
  /// What of `out` is on its way, and the large values that go with it.
  congestion_window window;
  value_transfers values;
  std::uint64_t pieces_sent = 0;
  refusal_back_off back_off;
  /// How many keys of the neighbour are refused here, as of the last batch, and how many of ours it refuses; and why.
  std::uint64_t refused_here = 0;
  std::string refused_here_because;
  std::uint64_t refused_there = 0;
  std::string refused_there_because;
  absl::btree_map<replica_id, deferral> deferrals;

  /// Replica ids whose entries in our version vector have risen since we told the neighbour.
  absl::btree_set<replica_id> untold;

  /// When the last part was sent.
  std::uint64_t part_sent_ms = 0;
  /// The replica's count of changed bytes when the last part was sent, and when the neighbour last had everything.
  std::uint64_t changed_bytes_at_send = 0;
  std::uint64_t changed_bytes_at_level = 0;
  /// When the neighbour last got on with what it owes us: a hello, or an acknowledgement; or was last asked to.
  std::uint64_t progress_ms = 0;

  /// When it last acknowledged anything, or a full state for it began.
  std::uint64_t acknowledged_ms = 0;

  // The replica's count of rises of `forgotten` when the neighbour was asked whether it is behind, and when it
  // answered.
  std::uint64_t forgotten_asked = 0;
  std::uint64_t forgotten_answered = 0;
};

} // namespace ariadne::crdt
