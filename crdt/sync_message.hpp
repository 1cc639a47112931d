#pragma once

#include "crdt/fingerprint.hpp"
#include "crdt/guarded_clock.hpp"
#include "crdt/version_vector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

// The messages of the replication protocol (docs/protocol.md), but for the delta, whose registers are read and written
// one by one: see codec.hpp.
//
// A *stream* carries the deltas of one direction of a link. The receiver names it, in its hello, and the sender numbers
// its deltas 1, 2, 3, ...; a cut counts only if no delta of the stream before it is missing.

/// How much of the value of an entry is here, from its beginning.
struct value_progress {
  crdt::dot dot;
  std::uint64_t bytes = 0;

  friend bool operator==(const value_progress&, const value_progress&) = default;
};

/// How many values a hello names at most.
inline constexpr std::size_t told_values_max = 64;

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
  /// What has come in of large values whose registers have not. From version 4 on.
  std::vector<value_progress> values;
  /// Whether the sender keeps a journal, and all that is durable there. From version 5 on.
  bool has_journal = false;
  version_vector durable;
};

/// Acknowledges all deltas of a stream up to a number, and says what the sender's version vector has come to.
struct ack {
  std::uint64_t stream = 0;
  std::uint64_t number = 0;
  /// The entries of the sender's version vector that the cuts of these deltas name, and those that it has not told this
  /// neighbour before. A cut entry that is not covered by that has not been taken.
  version_vector vector;
  /// How many deltas and pieces of the stream have come in. From version 4 on.
  std::uint64_t arrived = 0;
  /// Of what is durable at the sender, the entries that it has not told this neighbour before. From version 5 on.
  version_vector durable;
};

/// A part of a value that travels apart from its register. It refers to the frame that it was decoded from, or to the
/// value.
struct piece {
  std::uint64_t stream = 0;
  /// 1 for the first piece of a stream, then each one more.
  std::uint64_t number = 0;
  /// The entry that has the value: one dot, one value, for ever.
  crdt::dot dot;
  /// The size of the whole value, and where in it these bytes stand.
  std::uint64_t length = 0;
  std::uint64_t offset = 0;
  std::string_view bytes;
};

/// Acknowledges, at once, that a delta or a piece has come in.
struct arrival {
  std::uint64_t stream = 0;
  /// As in an ack.
  std::uint64_t arrived = 0;
  /// Of the piece: how much of its value is here, or needed no more. A counter of 0 for a delta.
  value_progress value;
  /// The piece has brought something of it. If not, another neighbour sends it as well.
  bool has_added = false;
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
