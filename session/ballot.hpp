#pragma once

#include "session/epoch_reserve.hpp"
#include "session/mandate.hpp"
#include "session/peer_message.hpp"
#include "session/record_view.hpp"
#include "session/roster.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// Who may run one session next: what this host claims, and what it grants to others. docs/sessions.md says why.
///
/// - An epoch is granted to one claimant only, and none that is not greater than one that was granted before; nor one
///   that this host may have granted before it was started (see epoch_reserve).
/// - A claim of this host has a greater epoch than any that it has heard of.
/// - A grant is given up when the claimant withdraws, or when a record of that epoch has come in; it lapses if that
///   takes too long. Unless it was withdrawn, its epoch stays granted.
/// - With `pause`, grants alone do not do: they may have lapsed when the record comes, and another host may have been
///   granted a later epoch meanwhile by hosts that had not seen it. So a majority has to **agree** to an epoch before
///   it is run. Of any two majorities, one that agrees to an epoch and one that grants a later one, a host is in both.
///   If it has agreed first, it grants no claim that does not know the record; if it has granted first, it does not
///   agree. (So do the acceptors of Lamport, Paxos Made Simple, section 2.2.)
///
/// Not thread-safe.
class ballot {
public:
  /// What a host is asked about in a claim.
  struct question {
    const host_id& from;
    const session::claim& claim;
    const record_view& record;
    /// The record that this host is to be the owner by; null if there is none.
    const session_record* own = nullptr;
    /// This host claims the session itself.
    bool is_claiming = false;
  };

  /// What all ballots of one host depend on.
  struct surroundings {
    const session_host_options& options;
    const roster& hosts;
    const session::mandate& mandate;
    const epoch_reserve& epochs;
    std::uint64_t now_ms = 0;
  };

  // -- claims of others ----------------------------------------------------------------------------------------------

  /// Grants the claim, or says what speaks against it. If it is granted and this host claims the session itself, it has
  /// to give up.
  verdict judge(const question& asked, const surroundings& around);

  /// The claimant has written no record of this epoch, nor will it. Returns whether this changes anything.
  bool withdraw(const host_id& from, std::uint64_t epoch);

  /// Whether the session is granted to somebody other than `claimant` who may still take it.
  bool is_granted_away(const host_id& claimant, const record_view& record, const surroundings& around) const;

  /// Whether an owner in `epoch` has granted a later one that has come to `winner`. The claimant may have handed the
  /// session on already; had it withdrawn, it would have said so, as long as it can be reached.
  bool has_granted_winner(std::uint64_t epoch, const session_record& winner, const roster& hosts) const;

  /// The latest that this host has heard of; `own_epoch`: in which it is the owner.
  std::uint64_t epoch_known(const record_view& record, std::uint64_t own_epoch, bool is_claiming) const;

  // -- the claim of this host ----------------------------------------------------------------------------------------

  /// Its epoch is greater than `floor`, and `skipped` are left out between it and that of the record.
  claim next_claim(const session_key& key, const record_view& record, std::uint64_t floor = 0,
                   std::uint64_t skipped = 0) const;
  /// It is asked of all these.
  void begin(const claim& begun, const std::vector<host_id>& asked);
  /// It has been granted, and a record of its epoch is about to be written.
  void succeed() {
    epoch_granted_ = std::max(epoch_granted_, claimed_epoch_);
  }
  std::uint64_t claimed_epoch() const {
    return claimed_epoch_;
  }
  const record_rank& claimed_base() const {
    return claimed_base_;
  }
  /// Whether somebody of whom it was still to come has answered this claim.
  bool note_answer(const host_id& from, const claim_answer& m);
  /// Nobody asks it any more. Returns whether its answer was still to come.
  bool forget(const host_id& peer) {
    return unanswered_.erase(peer) > 0;
  }
  bool is_answered() const {
    return unanswered_.empty();
  }
  const std::set<std::string>& granted_by() const {
    return granted_by_;
  }
  void give_up();

  // -- agreement -----------------------------------------------------------------------------------------------------

  /// Agrees that the epoch is run, unless a later one is known, or may have been granted before this host was started.
  bool agree(std::uint64_t epoch, const record_view& record, const epoch_reserve& epochs);
  /// A record has come in.
  void note_epoch(std::uint64_t epoch);
  void begin_agreement() {
    agreed_by_.clear();
  }
  void agreed(const host_id& host) {
    agreed_by_.insert(host.node);
  }
  /// Who has agreed that this host runs the session.
  const std::set<std::string>& agreed_by() const {
    return agreed_by_;
  }

  /// Whether nothing has to be remembered.
  bool is_idle(const record_view& record, const surroundings& around) const {
    return epoch_agreed_ == 0 && !is_granted_away(around.hosts.self(), record, around)
           && !(around.epochs.is_kept() && epoch_granted_ > epoch_recorded_);
  }

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants(const host_id& self, bool is_claiming) const;

private:
  struct grant {
    host_id claimant;
    std::uint64_t epoch = 0;
    std::uint64_t at_ms = 0;
    /// The greatest epoch that was granted before.
    std::uint64_t before = 0;
  };

  // Claims of others.
  std::optional<grant> granted_;
  /// The greatest that has been granted to anybody, this host included, and the greatest of any record.
  std::uint64_t epoch_granted_ = 0;
  std::uint64_t epoch_recorded_ = 0;
  /// The greatest that others have named, or that was claimed in vain.
  std::uint64_t epoch_heard_ = 0;
  /// The epoch that this host has agreed to be run, until its record has come in; 0: none.
  std::uint64_t epoch_agreed_ = 0;

  // The last claim of this host.
  std::uint64_t claimed_epoch_ = 0;
  record_rank claimed_base_;
  std::set<host_id> unanswered_;
  std::set<std::string> granted_by_;
  std::set<std::string> agreed_by_;
};

} // namespace ariadne::session
