#pragma once

#include "crdt/codec.hpp"
#include "crdt/full_state_intake.hpp"
#include "crdt/link_pump.hpp"
#include "crdt/neighbour_links.hpp"
#include "crdt/outbox.hpp"
#include "crdt/replica_counters.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/replica_state.hpp"
#include "crdt/staged_values.hpp"
#include "crdt/sync_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ariadne::crdt {

/// Takes in what the neighbours send, the counterpart of link_pump: joins the registers of deltas, puts the pieces of
/// large values together, takes full states, and raises the version vector by the cuts that count.
///
/// No two links have the same inbound stream. What cannot be joined, or does not come in its turn, makes the stream
/// void; a new one is named as soon as no full state is under way, since that may bring what the stream lacks. A full
/// state comes in over an open link, or is swept.
class link_intake {
public:
  /// All must outlive this.
  link_intake(const replica_options& options, replica_state& state, neighbour_links& links, outbox& out,
              link_pump& pump, replica_counters& counters)
    : options_(options), state_(state), links_(links), outbox_(out), pump_(pump), counters_(counters) {}

  /// Part of a batch, or of a large value, has come in. Returns why it, and with it the link, is not accepted; nothing
  /// if it is, or is out of its turn.
  std::optional<refusal> take(neighbour_link& link, const delta_view& message, std::uint64_t now_ms);
  std::optional<refusal> take(neighbour_link& link, const piece& message, std::uint64_t now_ms);

  /// Makes the inbound stream of a link void: what still comes in of it moves no version vector.
  void void_stream(neighbour_link& link);
  /// Names new inbound streams for those that are void, unless a full state is under way.
  void resume_streams(std::uint64_t now_ms);
  /// The link is about to close.
  void close(neighbour_link& link);
  /// Gives up streams that do not get on, and asks again for what has been refused.
  void tick(std::uint64_t now_ms);

  /// Whether a full state has come in whole. Then `work` goes on with its sweep.
  bool has_sweep() const {
    return full_state_.is_swept();
  }
  void work(std::uint64_t now_ms);
  /// Whether the map differs from what the version vector says: registers are ahead of it, or a sweep is under way.
  bool is_ahead() const {
    return has_sweep() || state_.is_ahead();
  }

  full_state_intake& full_state() {
    return full_state_;
  }
  const full_state_intake& full_state() const {
    return full_state_;
  }
  staged_values& staged() {
    return staged_;
  }

  void check_invariants() const;

private:
  using want = outbox::want;

  const knowledge& known() const {
    return state_.known();
  }
  knowledge& known() {
    return state_.known();
  }

  /// Takes a delta whose turn it is, or makes the stream void. Returns whether it is one to be joined.
  bool take_turn(neighbour_link& link, const delta_header& header, std::uint64_t now_ms);
  /// Joins the registers of a delta, but for those that are refused. Returns whether none has an event of this replica
  /// that has never happened.
  bool join_registers(neighbour_link& link, bool in_full_state, const delta_view& message, std::uint64_t now_ms);
  /// Sets the values of a register that have come apart from it. Returns whether all are there that count here.
  bool supply(std::string_view key, causal_register& value, const std::vector<value_reference>& references) const;
  /// Whether a value that comes in pieces is of any use here.
  bool needs_value(const piece& message) const;

  /// The last part of a batch has come in.
  void take_cut(neighbour_link& link, bool in_full_state, const delta_view& message);
  /// A full state has come in to its last part.
  void end_full_state(inbound_stream& in);
  /// Goes on with the sweep of a full state, looking at up to `registers_max` registers, and does what is due at its
  /// end. Returns its stream when it is over.
  std::optional<std::uint64_t> sweep(std::size_t registers_max);
  /// What is due when a batch has come in whole, and is swept.
  void end_batch(neighbour_link& link);
  void raise_vector(const version_vector& cut);
  /// Registers that are ahead have changed over the link `from`: they go on to all other neighbours.
  void forward_ahead(link_id from);
  /// What has been sent of a register that is ahead is out of date: it has changed, perhaps without a new dot.
  void note_changed(std::string_view key);

  /// Counts what is refused of the neighbour, and tells it at once where that is due.
  void tell_refused(neighbour_link& link, bool at_end_of_batch, std::uint64_t now_ms);
  void ask_again_for_refused(neighbour_link& link, std::uint64_t now_ms);

  const replica_options& options_;
  replica_state& state_;
  neighbour_links& links_;
  outbox& outbox_;
  link_pump& pump_;
  replica_counters& counters_;
  full_state_intake full_state_;
  staged_values staged_;
};

} // namespace ariadne::crdt
