#pragma once

#include "crdt/codec_versions.hpp"
#include "crdt/congestion_window.hpp"
#include "crdt/deferrals.hpp"
#include "crdt/inbound_stream.hpp"
#include "crdt/knowledge.hpp"
#include "crdt/outbound_stream.hpp"
#include "crdt/refused_registers.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/value_transfers.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_set.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// A caller's name for the way to one neighbour. The caller chooses it, and never uses one twice.
struct link_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const link_id&, const link_id&) = default;
};

/// All that a replica keeps for one open link to a neighbour: what the neighbour has said of itself, what it is known
/// to have, and both directions of the replication.
///
/// Invariants: `known` names no incarnation that is retired here, and no event of this replica that has not happened.
/// What the neighbour had at first has arrived if the link is caught up. Nothing is sent before the neighbour is
/// introduced, and no cut claims more than is known here.
struct neighbour_link {
  neighbour_link(link_id link, const replica_options& options, bool pushes_to_it, std::uint32_t spoken_version,
                 std::uint64_t now_ms);

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
  /// What of others is not sent to it for the moment.
  deferrals left_to_origins;

  /// Replica ids whose entries in our version vector have risen since we told the neighbour.
  absl::btree_set<replica_id> untold;
  /// The same of what is durable here.
  absl::btree_set<replica_id> untold_durable;

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

  /// What is durable here has risen to `risen`. Returns whether the neighbour is to be told at once: events of its own
  /// are among that, and it may wait for them.
  bool note_durable(const version_vector& risen);

  /// Whether the neighbour has said hello.
  bool has_said_hello() const {
    return neighbour.value != 0;
  }

  /// Takes note of what the neighbour has besides. `here` reinstates what that mentions; `changed_bytes`: the replica's
  /// count of them.
  void learn(knowledge& here, const version_vector& has, std::uint64_t changed_bytes);

  /// Takes note of what the neighbour has, according to a hello that says it whole.
  void introduce(knowledge& here, const hello& message, std::uint64_t changed_bytes);

  /// What this replica knows has changed, see knowledge_listener; or an incarnation is retired.
  void raised(replica_id origin);
  void reinstated(dot last);
  void retire(replica_id incarnation);

  /// Whether the neighbour, too, knows that `last` is the last event of an incarnation.
  bool has_all_up_to(dot last) const {
    return introduced && neighbour != last.replica && neighbour != twin_of(last.replica)
           && known[last.replica] == last.counter;
  }

  /// Whether the neighbour owes a hello, or an acknowledgement of what has been sent.
  bool owes_answer() const {
    return (!introduced && (push || has_said_hello())) || forgotten_answered < forgotten_asked
           || (out && (out->is_in_flight() || window.is_in_flight()));
  }

  // -- what is refused -----------------------------------------------------------------------------------------------

  /// Takes note of a register that is not joined; `here`: this replica's version vector.
  void refuse(std::string_view key, const causal_register& value, const version_vector& here, objection why,
              std::uint64_t now_ms);

  /// A part of a batch has come in, or nothing is lacking any more. Returns whether the neighbour is to be told at
  /// once: something of it is refused that was not before, or the other way round.
  bool count_refused(bool at_end_of_batch);

  void check_invariants(const knowledge& here) const;
};

} // namespace ariadne::crdt
