#pragma once

#include "session/ballot.hpp"
#include "session/host_context.hpp"
#include "session/obstacle.hpp"
#include "session/record_view.hpp"
#include "session/waiters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// What a host does with a session.
enum class stage {
  /// Nothing: it is not here.
  none,
  /// It has asked the other hosts whether it may start it.
  claiming,
  /// It has been granted the epoch, and writes that it is the owner.
  taking,
  /// With `pause`, a majority holds that, and it asks whether it may run the session.
  confirming,
  running,
  /// It waits for the last state.
  stopping,
  /// It has written that the session is left to another node, which has not taken it yet.
  moving,
  /// It writes that the session is left to whoever takes it.
  releasing,
  /// It writes that the session has ended.
  ending,
};

enum class stop_reason { move, release, lost, end, resolve };

/// Which session it is, who waits for it, and the host: what a stage machine works with in each call.
struct session_scope {
  const session_key& key;
  session::waiters& waiting;
  host_context& host;
};

/// How one session comes to run on this host and leaves it again: the stages of docs/sessions.md.
///
///     none -> claiming -> taking (-> confirming) -> running -> stopping -> moving, releasing or ending -> none
///
/// - Beyond `claiming` this host is the owner by its own record, which it writes anew whenever that has changed, one
///   write at a time. As soon as the map has one of greater rank it stops.
/// - A session is started only from `taking` and `confirming`, and told to stop only from `running`, once for each run.
/// - `host_context::here` has exactly the sessions with a stage.
///
/// Not thread-safe.
class stage_machine {
public:
  stage at() const {
    return at_;
  }
  bool is(stage s) const {
    return at_ == s;
  }
  bool is_stopping_to(stop_reason reason) const {
    return at_ == stage::stopping && reason_ == reason;
  }
  /// What the map says.
  const record_view& record() const {
    return record_;
  }
  /// The record as this host wants it to be in the map. Its rank is 0 unless the stage is beyond claiming.
  const session_record& own() const {
    return own_;
  }
  run_id run() const {
    return run_;
  }
  /// Whether this host runs the session, or is about to, in the epoch of its own record.
  bool runs_soon() const;
  /// Whether its last state is not in the map yet.
  bool is_unsaved() const;
  bool is_idle(const host_context& host) const;
  /// What is in the way, as far as a host has said so lately.
  const obstacle* find_impediment(std::uint64_t now_ms) const {
    return impediment_.find(now_ms);
  }

  // -- the map -------------------------------------------------------------------------------------------------------

  void note_entries(session_scope& in, const std::vector<crdt::live_entry>& entries);
  void write_done(session_scope& in, const crdt::fenced_result& result);
  void write_failed(session_scope& in, std::string_view why);

  // -- what is to be done about it -----------------------------------------------------------------------------------

  /// Follows what the map says.
  void settle(session_scope& in);
  /// Time has passed.
  void look_at(session_scope& in);
  /// Claims the session if it is to run here.
  void claim_if_wanted(session_scope& in);
  /// What to start it from, if it is not known.
  void start_from(snapshot state) {
    initial_ = std::move(state);
  }
  void forget_start() {
    initial_.reset();
  }
  /// The session runs here, and is told to stop.
  void begin_stop(session_scope& in, stop_reason reason);

  // What has happened to all sessions.
  void lose_host(session_scope& in, const host_id& peer);
  void pause(session_scope& in);
  void lose_map(session_scope& in);

  // -- other hosts ---------------------------------------------------------------------------------------------------

  void hear(session_scope& in, const host_id& from, const claim& m);
  void hear(session_scope& in, const host_id& from, const claim_answer& m);
  /// Returns whether this changes anything.
  bool hear(const host_id& from, const claim_withdrawn& m);
  void hear(session_scope& in, const host_id& from, const run_question& m);
  void hear(session_scope& in, const host_id& from, const run_answer& m);
  void hear(session_scope& in, const host_id& from, loser_state&& m);
  void hear(session_scope& in, const host_id& from, const impediment& m);

  // -- the session itself, of the run that these name ----------------------------------------------------------------

  /// Returns false, and does nothing, if it is not the one that owns the session.
  bool checkpoint(session_scope& in, run_id run, snapshot&& state);
  // Each returns whether this changes anything.
  bool stopped(session_scope& in, run_id run, std::optional<snapshot>&& state);
  bool ended(session_scope& in, run_id run, bool failed, std::string_view why);
  bool resolved(session_scope& in, run_id run, snapshot&& state);

  /// Which invariant is broken; nothing, if none is.
  std::string_view check_invariants(const session_key& key, const host_context& host) const;

private:
  bool is_outranked() const {
    return record_.rank() > own_.rank();
  }
  static ballot::surroundings around(const host_context& host) {
    return {.options = host.options,
            .hosts = host.hosts,
            .mandate = host.mandate,
            .epochs = host.epochs,
            .now_ms = host.now_ms};
  }
  void go_to(session_scope& in, stage next);
  void note_impediment(session_scope& in, obstacle why);
  /// An impediment of this node.
  void note_failure(session_scope& in, outcome what, std::string_view why);

  // Writing.
  void write(session_scope& in);
  /// Writes the record of a stage that goes on only once these hold it.
  void write_for(session_scope& in, record_holders holders);
  /// Writes the next record of this host, in a stage that ends with it.
  void write_as(session_scope& in, session_phase phase, stage next);
  /// Leaves the session to whoever takes it.
  void release(session_scope& in) {
    write_as(in, session_phase::placing, stage::releasing);
  }
  void written(session_scope& in);

  // Claiming.
  bool wants(const session_scope& in) const;
  verdict judge(const session_scope& in, const host_id& from, const claim& m);
  void begin_claim(session_scope& in);
  void check_claim(session_scope& in);
  void give_up_claim(session_scope& in);
  void take(session_scope& in);
  void begin_confirmation(session_scope& in);
  void check_confirmation(session_scope& in);
  void start(session_scope& in);

  // Stopping.
  void follow_winner(session_scope& in);
  bool is_handed_over(const session_scope& in) const;
  /// The session is being stopped already; now it is for this reason.
  void change_stop(stop_reason reason);
  void after_stop(session_scope& in);
  void report_lost(session_scope& in);

  record_view record_;
  ballot ballot_;
  stage at_ = stage::none;
  /// When it has got there.
  std::uint64_t since_ms_ = 0;
  stop_reason reason_ = stop_reason::move;
  /// When the session was told to stop, or was taken.
  std::uint64_t stop_ms_ = 0;
  /// Whose the session was that is being taken.
  host_id taken_from_;
  session_record own_;
  run_id run_;
  bool is_writing_ = false;
  /// `own_` has changed since the write that is under way.
  bool is_dirty_ = false;
  record_holders holders_ = record_holders::any;
  /// They are to have it on their disks.
  bool is_durable_ = false;
  std::optional<snapshot> initial_;
  /// The other state of a session that has run in two places, while it stops to be joined with it.
  std::optional<snapshot> loser_;
  std::uint64_t retry_at_ms_ = 0;
  unsigned failures_ = 0;
  /// How often in a row its record was written here, and not held in time by those that have to hold it.
  unsigned unheld_ = 0;
  reported_obstacle impediment_;
};

} // namespace ariadne::session
