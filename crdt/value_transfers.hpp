#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/sync_message.hpp"
#include "crdt/version_vector.hpp"

#include <absl/container/btree_map.h>
#include <absl/container/inlined_vector.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::crdt {

/// The large values of one direction of a link: which registers wait for theirs to arrive at the neighbour (they are
/// *owed*), what is sent next of which value, and what may be claimed once the registers have been sent.
///
/// A walk over the tail of a replica id passes an owed register by. What the walk may claim waits until all registers
/// that it owes have been sent, as they were when it began or later (invariant I2). For the transfer of its values a
/// register is kept as it is when that begins, and is sent so at the end even if it has changed meanwhile; so a value
/// that is written again and again arrives all the same.
///
/// Memory: what is owed, a few dozen bytes for each register; of what is under way, references to the values.
class value_transfers {
public:
  /// Names what one walk, or several in a row, may claim. 0: nothing.
  using claim_id = std::uint64_t;

  /// How long the rest of a value is left to another neighbour that turns out to send it, too.
  static constexpr std::uint64_t left_to_others_ms = 1'000;

  /// What the other functions look at.
  struct context {
    const aw_lww_map& map;
    /// The version vector that the neighbour is known to have. What that covers is there, or dead there.
    const version_vector& known;
    /// Values up to this size travel within their registers.
    std::size_t whole_bytes;
    /// How long a piece is at most.
    std::size_t piece_bytes;
  };

  /// A new stream begins, in which nothing has been claimed. The neighbour has `there` of values that are not in its
  /// map. What of these is under way goes on.
  void restart(const std::vector<value_progress>& there);

  /// Nothing is owed, and nothing under way, any more.
  void abandon();

  /// Whether the neighbour lacks a value that is too large to travel within its register.
  bool is_missing(const entry& e, const context& at) const {
    return e.value.size() > at.whole_bytes && !at.known.covers(e.dot) && !is_there(e.dot, e.value.size());
  }
  /// Whether a register with this state has to wait.
  bool has_missing(const causal_register& value, const context& at) const;

  // -- claims, and what is owed --------------------------------------------------------------------------------------

  /// A walk over the tail of `origin` owes its first register, and is going to claim `counter`.
  claim_id begin_claim(replica_id origin, std::uint64_t counter);
  void owe(std::string_view key, const causal_register& value, claim_id claim);
  /// The walk has come to the end of the tail. With 0 it owes nothing by itself; returns whether the claim has to wait
  /// all the same, for what an earlier one owes.
  bool end_claim(claim_id claim, replica_id origin, std::uint64_t counter);

  /// How far the tail of `origin` has been walked, if the claim waits.
  std::uint64_t walked(replica_id origin) const;

  /// Moves the claims that need not wait any more into `reached`.
  void take_done(version_vector& reached);
  bool has_done() const {
    return has_done_;
  }
  bool owes_any() const {
    return !queued_.empty() || !ready_.empty() || is_under_way();
  }

  // -- registers -----------------------------------------------------------------------------------------------------

  /// A register whose values have been sent, and its state.
  struct ready_register {
    std::string key;
    causal_register value;
    absl::InlinedVector<claim_id, 2> claims;
  };
  bool has_ready() const {
    return !ready_.empty();
  }
  /// Takes the next one, in its state of now, if the values of that have been sent, too. It has to be sent.
  ready_register take_ready(const context& at);
  /// A register has been sent in its state of now: it is not owed any more.
  void sent(std::string_view key) {
    if (owes_any())
      settle_sent(key);
  }

  // -- pieces --------------------------------------------------------------------------------------------------------

  /// The next piece, without its stream and number; nothing if there is none for the time being.
  std::optional<piece> next_piece(const context& at, std::uint64_t now_ms);
  /// The neighbour has told how much of a value is there after a piece of it, and whether that has added to it.
  void arrived(const value_progress& value, bool has_added, std::uint64_t now_ms);
  /// The neighbour has come to have what `known` covers.
  void forget_known(const version_vector& known);

  bool is_under_way() const;
  /// Whether this value is on its way, and not all there.
  bool is_under_way(dot d) const;

private:
  struct claim {
    replica_id origin;
    std::uint64_t counter = 0;
    std::size_t owed = 0;
    /// The walk is over.
    bool is_closed = false;
    /// A register that it owes is under way: what changes after that is for a later claim.
    bool is_sealed = false;
  };
  using claim_ids = absl::InlinedVector<claim_id, 2>;

  struct queued_register {
    claim_ids claims;
    std::size_t lane = 0;
  };

  /// A value under way.
  struct outgoing_value {
    crdt::dot dot;
    shared_bytes bytes;
    /// How much of it has been sent, or was there before.
    std::size_t sent = 0;
    std::size_t pieces_in_flight = 0;
    bool is_there = false;
  };
  struct transfer {
    std::string key;
    causal_register value;
    claim_ids claims;
    std::vector<outgoing_value> values;
    /// The last piece has added nothing, since others send the value as well: the rest is left to them for a while, and
    /// then tried with one piece.
    bool is_left_to_others = false;
    std::uint64_t paused_until_ms = 0;
  };

  /// Values of about the same size, one after the other.
  struct lane {
    std::deque<std::string> queue;
    /// The last one is being sent; others before it are left to other neighbours, or have one value more.
    std::deque<transfer> under_way;
  };

  /// Whether a live value of it is.
  bool is_under_way(const causal_register& value) const;
  static std::size_t lane_of(const causal_register& value);
  bool is_there(dot d, std::size_t size) const;
  void settle(const claim_ids& claims);
  void settle_sent(std::string_view key);
  void look_for_done();
  /// Begins with the next register of the lane. Returns whether there was one.
  bool begin_next(lane& l, const context& at);
  std::optional<piece> next_piece_of(lane& l, const context& at, std::uint64_t now_ms);
  /// Ends the transfer if all of its values are there. Returns whether they are.
  bool end_if_there(lane& l, std::size_t position);

  static bool is_paused(const transfer& t, std::uint64_t now_ms);

  static constexpr std::size_t lane_count = 3;
  /// How many values of a lane may be left to others before the lane waits for them.
  static constexpr std::size_t paused_max = 4;

  absl::btree_map<claim_id, claim> claims_;
  claim_id last_claim_ = 0;
  bool has_done_ = false;
  absl::btree_map<std::string, queued_register, std::less<>> queued_;
  std::array<lane, lane_count> lanes_;
  std::size_t next_lane_ = 0;
  std::deque<ready_register> ready_;
  /// What the neighbour has of values that its version vector does not cover.
  absl::btree_map<dot, std::uint64_t> there_;
  std::size_t forget_there_at_ = 64;
};

} // namespace ariadne::crdt
