#pragma once

#include "session/command_list.hpp"
#include "session/fenced_write.hpp"
#include "session/lease_book.hpp"
#include "session/mailbox.hpp"
#include "session/news.hpp"
#include "session/obstacle.hpp"
#include "session/peer_links.hpp"
#include "session/roster.hpp"
#include "session/rounds.hpp"
#include "session/session_command.hpp"
#include "session/session_host_options.hpp"
#include "session/session_record.hpp"
#include "session/waiters.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// A session as this host knows it.
struct session_status {
  session_key key;
  session_phase phase = session_phase::running;
  host_id owner;
  std::uint64_t epoch = 0;
  /// It runs on this host.
  bool here = false;
  std::size_t waiting_messages = 0;
};

/// Some sessions by key.
struct session_listing {
  std::vector<session_status> sessions;
  /// The last one that was looked at, unless it was the last there is.
  std::optional<session_key> last;
};

struct key_listing {
  std::vector<session_key> keys;
  /// As in a session_listing.
  std::optional<session_key> last;
};

/// The host of the sessions of one node: the protocol of docs/sessions.md as a state machine without I/O. Events go in
/// through the member functions, commands come out of `take_commands`, which the caller empties after each call. Times
/// are milliseconds of a clock of this node that never goes back.
///
/// No call takes longer the more sessions there are: what concerns all of them is done in steps, see `has_work`.
///
/// Not thread-safe. No function throws, save std::bad_alloc.
class session_host {
public:
  session_host(session_host_options options, std::uint64_t now_ms);

  // -- the network ---------------------------------------------------------------------------------------------------

  /// Another host can be reached, or no longer. A new incarnation replaces the one of the same node.
  void peer_up(const host_id& peer, std::uint64_t now_ms);
  void peer_down(const host_id& peer, std::uint64_t now_ms);

  /// These nodes are up, and their hosts cannot be asked yet. Nothing is taken over meanwhile from an owner that this
  /// host does not see: it may be on one of them, or they may see it.
  void set_unmet(std::set<std::string> nodes, std::uint64_t now_ms);

  /// A frame has come in from a host that is up. Returns what is wrong with it, or nothing; then it has had no effect.
  std::string_view receive(const host_id& from, std::string_view frame, std::uint64_t now_ms);

  // -- the map -------------------------------------------------------------------------------------------------------

  /// Every node that may hold sessions has been caught up with or is known to be down. Until then nothing is started.
  void caught_up(std::uint64_t now_ms);

  /// What stands under the key of a session now: all live entries, see `live_entries`. To be called for each key there
  /// is, and after each change. It does no harm to call it too often.
  void record_changed(const session_key& key, const std::vector<live_entry>& entries, std::uint64_t now_ms);

  void write_done(const session_key& key, const fenced_result& result, std::uint64_t now_ms);
  /// `why`: one sentence without a final stop.
  void write_failed(const session_key& key, std::uint64_t now_ms, std::string_view why = {});

  /// The map has been lost and begins anew, empty. Writes that were under way are void.
  void map_restarted(std::uint64_t now_ms);

  // -- the sessions of this host -------------------------------------------------------------------------------------

  /// The session hands over its state. Returns false, and does nothing, if `run` is not, or no longer, the one that
  /// owns the session.
  bool checkpoint(const session_key& key, std::uint64_t run, saved_state state, std::uint64_t now_ms);

  /// The session has stopped as it was told to. Without a state: it could not say its last one.
  void session_stopped(const session_key& key, std::uint64_t run, std::optional<saved_state> state,
                       std::uint64_t now_ms);

  /// The session has ended by itself, before it could say a last state. If it has `failed`, for the reason `why` (one
  /// sentence without a final stop), it is started again from its last checkpoint; else it has done its work and is
  /// over, even if it had been told to stop, to be moved.
  void session_ended(const session_key& key, std::uint64_t run, bool failed, std::uint64_t now_ms,
                     std::string_view why = {});

  /// The session has handled a message with this answer, or has ended before.
  void handled(const session_key& key, const host_id& origin, std::uint64_t number, std::optional<std::string> answer,
               std::uint64_t now_ms);

  void resolved(const session_key& key, std::uint64_t run, saved_state state, std::uint64_t now_ms);

  // -- requests ------------------------------------------------------------------------------------------------------

  // Each is answered once by an answer_request of its number, at `deadline_ms` at the latest, unless it is withdrawn;
  // of more than `tick_sessions_max` that wait, some steps of `work` later. Numbers are never reused. What was not
  // handled is answered with the reason, see find_obstacle.

  /// Starts the session, unless it runs somewhere. Answers where it runs.
  void start(std::uint64_t request, const session_key& key, saved_state state, std::uint64_t deadline_ms,
             std::uint64_t now_ms);

  /// Ends the session.
  void stop(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms, std::uint64_t now_ms);

  /// Answers where the session runs, as soon as it does.
  void locate(std::uint64_t request, const session_key& key, std::uint64_t deadline_ms, std::uint64_t now_ms);

  /// Has the session handle the message, wherever it runs. Messages of one host to one session are handled in order,
  /// each at most once.
  void deliver(std::uint64_t request, const session_key& key, std::string payload, std::uint64_t deadline_ms,
               std::uint64_t now_ms);

  /// Up to `looked_max` of the sessions that this host knows are looked at, from the first one beyond `after` on. What
  /// is ended is not listed.
  session_listing sessions(const session_key& after, std::size_t looked_max) const;

  /// How many sessions run on each node, as far as this host knows.
  const std::map<std::string, std::uint64_t>& running() const {
    return running_;
  }
  /// Nobody waits for the answer any more. What has not begun is dropped, here and on the host that it has gone to; a
  /// message that has been handed to its session is handled, and a session that is being started or ended goes on so.
  void withdraw(std::uint64_t request, std::uint64_t now_ms);

  // -- the node ------------------------------------------------------------------------------------------------------

  void set_cordoned(bool cordoned, std::uint64_t now_ms);

  /// A node that is out of service gives up what it runs, and takes over nothing until it is back.
  void set_in_service(bool in_service, std::uint64_t now_ms);

  /// All sessions are moved to other nodes, and none is started any more.
  void drain(std::uint64_t now_ms);

  /// This node was not run for a while, `unseen_ms` of which its clock does not count. To be called before what has
  /// come in meanwhile. With `pause`, no message is handed to a session, and none is started, until a majority has been
  /// heard of since, or the lease has run out.
  void was_not_run(std::uint64_t unseen_ms, std::uint64_t now_ms);

  /// To be called every 20 ms or so.
  void tick(std::uint64_t now_ms);

  /// Whether a long walk over the sessions waits to go on. Then `work` is to be called soon, over and over.
  bool has_work() const {
    return requests_round_.is_due() || here_round_.is_due() || round_.is_due() || is_planning_ || !due_.empty();
  }
  void work(std::uint64_t now_ms);

  std::vector<command> take_commands();

  bool is_paused() const {
    return is_paused_;
  }

  /// The other hosts that are up.
  std::vector<host_id> peers() const {
    return hosts_.peers();
  }

  /// This host, then the others that are up, with what they have said of themselves. Valid until the next call.
  std::vector<candidate> hosts() const {
    return hosts_.candidates();
  }

  /// It drains, no session is left here, and all other hosts know.
  bool is_drained() const {
    return is_vacated() && unaware().empty();
  }

  /// It drains, and no session is left here.
  bool is_vacated() const {
    return hosts_.profile().draining && here_.empty();
  }

  /// The hosts that have yet to say that they know that this one leaves.
  std::vector<host_id> unaware() const {
    return hosts_.unaware();
  }

  /// The sessions of this host whose last state is not in the map yet: up to `looked_max` of all that are here are
  /// looked at, from the first one beyond `after` on.
  key_listing unsaved(const session_key& after, std::size_t looked_max) const;

private:
  /// What this host does with a session.
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

  struct grant {
    host_id claimant;
    std::uint64_t epoch = 0;
    std::uint64_t at_ms = 0;
  };

  /// What is in the way of a session, as one of the hosts has said at this time.
  struct impeded {
    obstacle why;
    std::uint64_t at_ms = 0;
  };

  struct hosted_session {
    explicit hosted_session(queue_budget& queue) : mail(queue) {}

    /// All that has happened to all sessions up to this one has been heeded.
    news_log::number heard = 0;

    // What the map says.
    std::vector<crdt::dot> live;
    /// Of all records that have ever been seen, the one with the greatest rank.
    std::optional<session_record> winner;
    bool is_readable = true;

    // What this host does.
    stage at = stage::none;
    /// When it has got there.
    std::uint64_t since_ms = 0;
    stop_reason reason = stop_reason::move;
    /// The record as this host wants it to be in the map. Its rank is 0 unless `at` is beyond claiming.
    session_record mine;
    std::uint64_t run = 0;
    bool is_writing = false;
    /// `mine` has changed since the write that is under way.
    bool is_dirty = false;
    record_holders holders = record_holders::any;

    // The claim that is under way.
    std::uint64_t claimed_epoch = 0;
    record_rank claimed_base;
    std::set<host_id> unanswered;
    std::set<std::string> granted_by;
    /// Who has agreed that this host runs the session.
    std::set<std::string> agreed_by;
    std::uint64_t retry_at_ms = 0;
    unsigned failures = 0;

    // Claims of others.
    std::optional<grant> granted;
    std::uint64_t epoch_heard = 0;
    /// The epoch that this host has agreed to be run, until its record has come in; 0: none.
    std::uint64_t epoch_agreed = 0;

    // Who wants something of it.
    session::waiters waiters;
    /// What to start it from, if it is not known.
    std::optional<saved_state> initial;
    mailbox mail;
    std::optional<saved_state> loser;
    std::optional<impeded> impediment;
  };

  /// A request of this host's users.
  struct pending_request {
    session_key key;
    request_type type = request_type::start;
    std::uint64_t since_ms = 0;
    std::uint64_t deadline_ms = 0;
  };

  using session_map = std::map<session_key, hosted_session>;
  using entry = session_map::value_type;

  /// An event comes in: begins what has to be done before it counts, and does what has to be done after it. To be the
  /// first thing in each member function that an event comes in through.
  class [[nodiscard]] event_scope {
  public:
    event_scope(session_host& host, std::uint64_t now_ms) : host_(host), exceptions_(std::uncaught_exceptions()) {
      host_.begin_event(now_ms);
    }
    /// Throws std::bad_alloc, like everything else; not on top of another exception.
    ~event_scope() noexcept(false) {
      if (std::uncaught_exceptions() == exceptions_)
        host_.end_event();
    }
    event_scope(const event_scope&) = delete;
    event_scope& operator=(const event_scope&) = delete;

  private:
    session_host& host_;
    int exceptions_;
  };

  void begin_event(std::uint64_t now_ms);
  void end_event();
  /// Goes on with what is done in steps.
  void step();
  void note_readiness();
  void announce_leave();
  void pause();

  void handle(const host_id& from, announce&& m);
  void handle(const host_id& from, claim&& m);
  void handle(const host_id& from, claim_answer&& m);
  void handle(const host_id& from, claim_withdrawn&& m);
  void handle(const host_id& from, start_request&& m);
  void handle(const host_id& from, stop_request&& m);
  void handle(const host_id& from, delivery&& m);
  void handle(const host_id& from, leaving&& m);
  void handle(const host_id& from, leaving_answer&& m);
  void handle(const host_id& from, response&& m);
  void handle(const host_id& from, lease_question&& m);
  void handle(const host_id& from, lease_answer&& m);
  void handle(const host_id& from, run_question&& m);
  void handle(const host_id& from, run_answer&& m);
  void handle(const host_id& from, loser_state&& m);
  void handle(const host_id& from, request_withdrawn&& m);
  void handle(const host_id& from, impediment&& m);

  // What the map says.
  void note_entries(hosted_session& s, const std::vector<live_entry>& entries);
  /// Adds (`sign` 1) or takes away (-1) what is known of the session to or from `running_`.
  void count_running(const hosted_session& s, int sign);
  bool is_outranked(const hosted_session& s) const;
  void write(entry& e);
  /// Writes the next record of this host, in a stage that ends with it.
  void write_as(entry& e, session_phase phase, stage next);
  /// Leaves the session to whoever takes it.
  void release(entry& e);
  void written(entry& e);
  void run(entry& e);

  // What is to be done about it.
  void settle(entry& e);
  /// But for those who wait.
  void settle_session(entry& e);
  void claim_if_wanted(entry& e);
  /// With those who wait and are left over from the last call.
  void go_on_settling(entry& e);
  /// Soon: all at once, if there are few.
  void settle_all() {
    round_.look_at_all();
  }
  /// What happens to a session now and then, and when something has happened to all.
  void look_at(entry& e);
  /// What has happened to all sessions happens to this one, too, before anything else does.
  void hear_news(entry& e);
  void heed_loss(entry& e, const host_id& peer);
  void heed_pause(entry& e);
  void heed_map_restart(entry& e);
  bool is_idle(const hosted_session& s) const;
  void follow_winner(entry& e);
  bool wants(const entry& e) const;
  /// Whether the winner goes on from the last state of this host, which has stopped the session.
  bool is_handed_over(const hosted_session& s) const;

  // Claims.
  verdict judge(const host_id& from, const claim& m, entry& e);
  /// Whether this host has granted the session to somebody other than `claimant` who may still take it.
  bool is_granted_away(const hosted_session& s, const host_id& claimant) const;
  bool may_grant() const;
  /// Agrees that the epoch is run, unless a later one is known.
  static bool agree(hosted_session& s, std::uint64_t epoch);
  void begin_confirmation(entry& e);
  void check_confirmation(entry& e);
  void begin_claim(entry& e);
  void check_claim(entry& e);
  void give_up_claim(entry& e);
  static std::string owner_of(const hosted_session& s) {
    return s.winner ? s.winner->owner.node : std::string{};
  }
  void take(entry& e);

  // Stopping.
  void begin_stop(entry& e, stop_reason reason);
  void after_stop(entry& e);
  void report_lost(entry& e);
  void plan_moves();
  /// Returns whether it was the time of this session.
  bool plan_move(const session_key& key);
  void queue_moves();
  /// Whether whoever is to take the session cannot start it yet, and it had better run here until he can.
  bool is_better_kept(const std::optional<host_id>& target) const;

  // Requests and messages.
  entry& find_or_add(const session_key& key);
  session_map::iterator find(const session_key& key);
  entry* add_request(std::uint64_t request, const session_key& key, request_type type, std::uint64_t deadline_ms);
  /// Settles what one more waiter changes.
  void add_waiter(entry& e, waiter w);
  void pump_waiters(entry& e);
  void pump_more_waiters(entry& e);
  /// A request that has been passed on to a host that was lost since has not been. Returns whether it has itself come
  /// from one.
  bool forget_loss(waiter& w) const;
  /// Returns whether the waiter is done with.
  bool pump(entry& e, waiter& w);
  void pump_messages(entry& e);
  void pump_inbox(entry& e);
  void send_messages(entry& e);
  void hand_over(entry& e, mailbox::message&& m);
  /// Whether this host runs the session, or is about to, in the epoch of `mine`.
  static bool runs_soon(const hosted_session& s);
  void refuse_messages(entry& e, const obstacle& why);
  /// Forgets a request that waits for the session, and the message that goes with it.
  void drop_request(hosted_session& s, const host_id& origin, std::uint64_t number);
  void look_at_request(std::uint64_t number);
  /// Whether nobody knows the session, or wants to start it.
  bool is_unknown(const hosted_session& s) const;
  /// Long enough for a session to become known.
  bool has_waited_for_news(std::uint64_t request) const;
  void expire_messages(entry& e);
  void respond(const host_id& origin, std::uint64_t number, outcome result, host_id place = {},
               std::string payload = {});
  void finish(std::uint64_t request, outcome result, host_id place = {}, std::string payload = {});

  // Why a session does not run.
  /// This host cannot take it, or keep it running: the others are told, for those who ask them.
  void note_impediment(entry& e, obstacle why);
  /// Why the request, which has not been sent, is not served. `version_to_start`: of a session that is not known.
  obstacle find_obstacle(const entry& e, const pending_request& request, std::uint32_t version_to_start) const;
  /// Whether its owner is up and goes on.
  bool is_served_by_owner(const hosted_session& s) const;
  std::string whereabouts(const entry& e, std::uint32_t schema_version) const;
  /// Of the state that a start of this host's users has come with; of any, if `number` is 0.
  std::uint32_t version_to_start(const hosted_session& s, std::uint64_t number) const;
  /// Whether nobody who is up can ever serve it.
  bool is_hopeless(std::uint64_t number, const pending_request& request);
  /// Answers why it was not handled.
  void give_up_request(std::uint64_t number);

  void set_stage(entry& e, stage next);
  announce own_announcement() const {
    return {hosts_.profile(), options_.pieces.takes_pieces};
  }
  /// Tells the others what this host takes, if that has changed; returns whether it has.
  bool announce_change();
  bool pauses() const {
    return options_.pauses();
  }
  void ask_for_leases();
  /// With `pause`: it was not run, and has not been heard of by a majority since.
  bool is_unsure() const {
    return pauses() && !leases_.is_sure();
  }

  session_host_options options_;
  std::uint64_t now_ms_;
  std::uint64_t started_ms_;
  roster hosts_;
  session_map sessions_;
  std::map<std::string, std::uint64_t> running_;
  rounds<session_key> round_;
  /// What has happened to all of them, and how much of it had when the turn under way began.
  news_log news_;
  news_log::number turn_news_ = 0;
  /// The sessions with a stage. They come first.
  std::set<session_key> here_;
  rounds<session_key> here_round_;
  /// Of these, more wait to be answered than one call has answered.
  std::set<session_key> due_;
  /// Those that are to be looked at, whether they have to be moved, as soon as there is room.
  rounds<session_key> moves_;
  /// There is room, and the last call has looked at as many as it may.
  bool is_planning_ = false;
  /// Those that are on the move.
  std::set<session_key> moving_;
  std::map<std::uint64_t, pending_request> pending_;
  rounds<std::uint64_t> requests_round_;
  queue_budget queue_;
  lease_book leases_;
  std::uint64_t asked_ms_ = 0;
  std::uint64_t last_run_ = 0;
  bool is_caught_up_ = false;
  bool is_paused_ = false;
  bool was_unsure_ = false;
  bool is_drain_reported_ = false;
  command_list commands_;
  peer_links links_{options_.pieces, commands_};
};

} // namespace ariadne::session
