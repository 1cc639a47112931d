#pragma once

#include "crdt/fenced_write.hpp"
#include "session/incoming_messages.hpp"
#include "session/lease_book.hpp"
#include "session/news.hpp"
#include "session/obstacle.hpp"
#include "session/outgoing_messages.hpp"
#include "session/placement.hpp"
#include "session/rounds.hpp"
#include "session/session_command.hpp"
#include "session/session_record.hpp"
#include "session/waiters.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// What a node does with its sessions while it sees less than a majority of the configured nodes.
enum class minority_policy {
  /// They go on, and may be started in other parts of the network as well; when these meet, one of each is left.
  run,
  /// They stop, and go on where a majority is. No session ever runs on two nodes (see lease_book).
  pause,
};

struct kind_options {
  /// The newest version of its states that this program knows.
  std::uint32_t schema_version = 1;
  /// The application makes one state of two, see resolve_conflict. Else the winner's stays.
  bool resolves = false;
};

struct session_host_options {
  /// With an incarnation that is drawn at random for this one host.
  host_id self;
  std::map<std::string, kind_options> kinds;
  minority_policy minority = minority_policy::run;
  /// The names of all nodes that count for a majority.
  std::set<std::string> configured_nodes;
  lease_options lease;
  /// Sessions that are placed elsewhere since a node has come are moved there, so many at a time; 0: they stay.
  std::size_t rebalance_max = 0;
  /// So many sessions are on the move at once while the node drains.
  std::size_t drain_max = 512;
  /// How long a node that has been asked to take a session over may take.
  std::uint64_t move_timeout_ms = 1'000;
  /// How long a refused claim and a failed session wait before the next attempt.
  std::uint64_t retry_after_ms = 50;
  /// How long a message of another host waits here for the session to run; the other host has its own deadline.
  std::uint64_t message_wait_ms = 5'000;
  /// How long a message for a session that nobody knows, or a request to end it, waits for it to become known.
  std::uint64_t unknown_wait_ms = 500;
  /// A node that knows the kind of a session, and its version, and is no longer up is waited for so long: it may be
  /// restarted. A request that nobody who is up can ever serve is answered after that, or after `unknown_wait_ms`.
  std::uint64_t return_wait_ms = 3'000;
  /// How long it is remembered that a session has been ended: longer than any part of the network stays cut off.
  std::uint64_t remember_end_ms = 3'600'000;
  /// So many sessions, and requests, one `tick` has looked at, at most; the calls of `tick` come by all.
  std::size_t tick_sessions_max = 4'096;
  /// So many of them are looked at in one call, at most. `work` does the rest.
  std::size_t step_sessions_max = 128;
  /// Messages that wait for one session, and the bytes of all that wait on this host.
  std::size_t queue_messages_max = 1'000;
  std::size_t queue_bytes_max = std::size_t{64} << 20;
  /// How long messages travel between hosts.
  piece_options pieces;
};

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

  /// What stands under the key of a session now: all live entries, see `crdt::live_entries`. To be called for each key
  /// there is, and after each change. It does no harm to call it too often.
  void record_changed(const session_key& key, const std::vector<crdt::live_entry>& entries, std::uint64_t now_ms);

  void write_done(const session_key& key, const crdt::fenced_result& result, std::uint64_t now_ms);
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
  std::vector<host_id> peers() const;

  /// This host, then the others that are up, with what they have said of themselves. Valid until the next call.
  std::vector<candidate> hosts() const;

  /// It drains, no session is left here, and all other hosts know.
  bool is_drained() const {
    return is_vacated() && unaware().empty();
  }

  /// It drains, and no session is left here.
  bool is_vacated() const {
    return profile_.draining && here_.empty();
  }

  /// The hosts that have yet to say that they know that this one leaves.
  std::vector<host_id> unaware() const;

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

  /// An owner of a session; ordered as ranks are.
  struct ownership {
    std::uint64_t epoch = 0;
    std::uint64_t incarnation = 0;
    friend auto operator<=>(const ownership&, const ownership&) = default;
  };

  struct queued_message {
    host_id origin;
    std::uint64_t number = 0;
    std::string payload;
    std::uint64_t arrived_ms = 0;
  };

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
    /// Messages of this host that have not been sent or handed over, and those of others that wait for the session to
    /// run here in the epoch of `mine`.
    std::list<queued_message> outbox;
    std::list<queued_message> inbox;
    /// To which owner the messages of this host have gone that are not answered, and how many there are.
    ownership route;
    std::size_t in_flight = 0;
    /// The last owner that has given messages back: he does not run the session any more.
    ownership given_back;
    std::optional<saved_state> loser;
    std::optional<impeded> impediment;
  };

  struct peer {
    /// Takes no sessions before it has come in.
    host_profile profile;
    bool has_announced = false;
    /// Counts the connections to all peers.
    std::uint64_t connection = 0;
    std::uint64_t up_since_ms = 0;
    /// It has given up all sessions, and ends soon.
    bool is_leaving = false;
    /// The last `leaving` that it has been sent; 0: none.
    std::uint64_t told_leaving = 0;
    /// It has heard that, and everything that this host has sent it.
    bool has_heard_leaving = false;
    outgoing_messages outgoing;
    incoming_messages incoming;
  };

  /// A request of this host's users.
  struct pending_request {
    session_key key;
    request_type type = request_type::start;
    std::uint64_t since_ms = 0;
    std::uint64_t deadline_ms = 0;
    /// Where a message is, over which connection and in which epoch it has been sent there, and what it says if that is
    /// another host: that may give it back.
    std::optional<host_id> sent_to;
    std::uint64_t connection = 0;
    std::uint64_t epoch = 0;
    std::string payload;
  };

  struct departed_host {
    host_profile profile;
    std::uint64_t gone_ms = 0;
  };

  using session_map = std::map<session_key, hosted_session>;
  using entry = session_map::value_type;

  /// To be called first and last in each member function that an event comes in through.
  void enter(std::uint64_t now_ms);
  void leave();
  /// Goes on with what is done in steps.
  void step();
  bool has_done_enough() const;
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
  void note_entries(hosted_session& s, const std::vector<crdt::live_entry>& entries);
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
  bool is_placed_here(const session_key& key, std::uint32_t schema_version) const;
  std::optional<host_id> place_of(const session_key& key, std::uint32_t schema_version) const;
  /// Whether every host that is up has said what it takes.
  bool knows_all_hosts() const;
  bool knows(const std::string& kind, std::uint32_t schema_version) const;
  bool is_up(const host_id& host) const;
  /// Whether this host may run what it owns.
  bool may_run(const host_id& owner) const;

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
  /// Whether the connection still stands.
  bool is_connected(const host_id& peer, std::uint64_t connection) const;
  /// Returns whether the waiter is done with.
  bool pump(entry& e, waiter& w);
  void pump_messages(entry& e);
  bool has_room(const hosted_session& s, std::size_t bytes) const;
  void pump_inbox(entry& e);
  void send_message(entry& e, queued_message m, const host_id& to, std::uint64_t epoch);
  void hand_over(entry& e, queued_message m);
  /// Whether this host runs the session, or is about to, in the epoch of `mine`.
  static bool runs_soon(const hosted_session& s);
  /// A message of this host has come back from one that does not run the session in that epoch.
  void take_back(entry& e, std::uint64_t number);
  void refuse_messages(entry& e, outcome result, const std::string& detail = {});
  /// This node is about to stop, and no other one takes the session.
  void refuse_unplaced_messages(entry& e);
  void drop_message(const queued_message& m);
  /// The host has told its users that they are unanswered.
  void drop_messages_of(const host_id& origin, hosted_session& s);
  /// Forgets a request that waits for the session, and the message that goes with it.
  void drop_request(hosted_session& s, const host_id& origin, std::uint64_t number);
  void look_at_request(std::uint64_t number);
  /// Whether the host that has the message has been lost since.
  bool is_lost(const pending_request& request) const;
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
  std::optional<obstacle> find_obstacle_to_hosting(const std::string& kind, std::uint32_t schema_version) const;
  /// Whether its owner is up and goes on.
  bool is_served_by_owner(const hosted_session& s) const;
  std::string whereabouts(const entry& e, std::uint32_t schema_version) const;
  /// Of the state that a start of this host's users has come with; of any, if `number` is 0.
  std::uint32_t version_to_start(const hosted_session& s, std::uint64_t number) const;
  void note_departure(const host_id& host, const peer& about);
  /// Whether a host that knows it went only a moment ago.
  bool may_return(const std::string& kind, std::uint32_t schema_version) const;
  /// Whether nobody who is up can ever start it.
  bool is_hopeless(const std::string& kind, std::uint32_t schema_version) const;
  bool is_hopeless(std::uint64_t number, const pending_request& request);
  /// Answers why it was not handled.
  void give_up_request(std::uint64_t number);

  void set_stage(entry& e, stage next);
  announce own_announcement() const {
    return {profile_, options_.pieces.takes_pieces};
  }
  void send(const host_id& to, const peer_message& message);
  void send_all(const peer_message& message);
  std::string_view receive_messages(const host_id& from, std::string_view frame);
  std::string_view receive_piece(const host_id& from, std::string_view frame);
  std::string_view note_arrival(const host_id& from, std::string_view frame);
  void emit(host_event::type what, const session_key& key = {}, const host_id& other = {}, saved_state state = {});
  /// Whether what runs here is to run elsewhere.
  bool gives_up() const {
    return profile_.draining || !is_in_service_;
  }
  /// Tells the others whether this host takes sessions over.
  void note_cordon();
  bool pauses() const {
    return options_.minority == minority_policy::pause;
  }
  void ask_for_leases();
  /// With `pause`: it was not run, and has not been heard of by a majority since.
  bool is_unsure() const {
    return pauses() && !leases_.is_sure();
  }

  session_host_options options_;
  std::uint64_t now_ms_;
  std::uint64_t started_ms_;
  host_profile profile_;
  /// The hosts that are up.
  std::map<host_id, peer> peers_;
  /// Hosts that are not up any more, by node, for as long as they may be waited for.
  std::map<std::string, departed_host> departed_;
  std::set<std::string> unmet_;
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
  std::uint64_t drain_began_ms_ = 0;
  std::map<std::uint64_t, pending_request> pending_;
  rounds<std::uint64_t> requests_round_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t last_leaving_ = 0;
  std::uint64_t last_connection_ = 0;
  lease_book leases_;
  std::uint64_t asked_ms_ = 0;
  std::uint64_t last_run_ = 0;
  bool is_caught_up_ = false;
  bool is_paused_ = false;
  bool was_unsure_ = false;
  bool is_cordoned_ = false;
  bool is_in_service_ = true;
  bool is_drain_reported_ = false;
  /// The peers that something may have to be sent to.
  std::set<host_id> to_send_;
  std::vector<command> commands_;
  /// Of the states in them.
  std::size_t state_bytes_ = 0;
};

} // namespace ariadne::session
