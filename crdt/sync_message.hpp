#pragma once

#include "crdt/fingerprint.hpp"
#include "crdt/guarded_clock.hpp"
#include "crdt/version_vector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::crdt {

// The messages of the replication protocol (docs/protocol.md), but for the delta, whose registers are read and written
// one by one: see codec.hpp.
//
// A *stream* carries the deltas of one direction of a link. The receiver names it, in its hello, and the sender numbers
// its deltas 1, 2, 3, ...; a cut counts only if no delta of the stream before it is missing.

/// Opens a link, and asks for a stream of all that lies beyond `vector`.
struct hello {
  std::string cluster;
  std::string node;
  replica_id id;
  /// The stream in which the receiver of this hello shall send its deltas. One that it knows already goes on.
  std::uint64_t stream = 0;
  /// Whether the sender of this hello sends its changes over this link.
  bool push = false;
  /// Whether the receiver shall say hello, too.
  bool answer_wanted = false;
  /// Whether the stream shall begin with a full state, although `vector` does not call for it.
  bool full_state_wanted = false;
  /// The sender's version vector, and what it has forgotten, but for the incarnations that it has retired.
  version_vector vector;
  version_vector forgotten;
  /// A digest of these, with the counter of each; and themselves, if the receiver is not known to have the same.
  std::uint64_t retired_digest = 0;
  std::optional<version_vector> retired;
  clock_reading clock;
};

/// Acknowledges all deltas of a stream up to a number, and says what the sender's version vector has come to.
struct ack {
  std::uint64_t stream = 0;
  std::uint64_t number = 0;
  /// The entries of the sender's version vector that the cuts of these deltas name, and those that it has not told this
  /// neighbour before. A cut entry that is not covered by that has not been taken.
  version_vector vector;
};

/// The replicas that send their changes straight to the sender of this message.
struct sources {
  std::vector<replica_id> ids;
};

/// What two replicas with equal version vectors have to agree on; what the sender refuses, and what it says of the
/// time. A few dozen bytes at any size of the map.
struct heartbeat {
  std::uint64_t vector_digest = 0;
  crdt::fingerprint fingerprint;
  /// Whether the map differs from what the version vector says; then the fingerprint is not comparable.
  bool ahead = false;
  clock_reading clock;
  /// How many keys of the receiver the sender does not take for now, and why: one sentence without a final stop.
  std::uint64_t refused = 0;
  std::string refused_because;
};

enum class refusal_code : std::uint8_t {
  malformed = 1,
  unknown_version,
  other_cluster,
  same_replica,
  clock_drift,
  over_limit,
};

/// The last message on a link: why its sender wants no more of it.
struct refusal {
  refusal_code code = refusal_code::malformed;
  /// One sentence for people, without a final stop.
  std::string reason;
};

} // namespace ariadne::crdt
