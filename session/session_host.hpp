#pragma once

#include "crdt/fenced_write.hpp"
#include "session/event_scope.hpp"
#include "session/hosted_session.hpp"
#include "session/message_desk.hpp"
#include "session/news.hpp"
#include "session/request_book.hpp"
#include "session/rounds.hpp"
#include "session/session_command.hpp"
#include "session/session_host_options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
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
  session_host(session_host_options options, std::uint64_t now_ms) : host_(std::move(options), now_ms) {}

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

  /// What stands under the key of a node's reservation now, as in `record_changed`.
  void reservation_changed(const std::string& node, const std::vector<crdt::live_entry>& entries, std::uint64_t now_ms);
  void reservation_done(const crdt::fenced_result& result, std::uint64_t now_ms);
  void reservation_failed(std::uint64_t now_ms);

  /// The map has been lost and begins anew, empty. Writes that were under way are void.
  void map_restarted(std::uint64_t now_ms);

  // -- the sessions of this host -------------------------------------------------------------------------------------

  /// The session hands over its state. Returns false, and does nothing, if `run` is not, or no longer, the one that
  /// owns the session.
  bool checkpoint(const session_key& key, run_id run, snapshot state, std::uint64_t now_ms);

  /// The session has stopped as it was told to. Without a state: it could not say its last one.
  void session_stopped(const session_key& key, run_id run, std::optional<snapshot> state, std::uint64_t now_ms);

  /// The session has ended by itself, before it could say a last state. If it has `failed`, for the reason `why` (one
  /// sentence without a final stop), it is started again from its last checkpoint; else it has done its work and is
  /// over, even if it had been told to stop, to be moved.
  void session_ended(const session_key& key, run_id run, bool failed, std::uint64_t now_ms, std::string_view why = {});

  /// The session has handled a message with this answer, or has ended before.
  void handled(const session_key& key, const host_id& origin, std::uint64_t number, std::optional<std::string> answer,
               std::uint64_t now_ms);

  void resolved(const session_key& key, run_id run, snapshot state, std::uint64_t now_ms);

  // -- requests ------------------------------------------------------------------------------------------------------

  // Each is answered once by an answer_request of its number, at `deadline_ms` at the latest, unless it is withdrawn;
  // of more than `tick_sessions_max` that wait, some steps of `work` later. Numbers are never reused. What was not
  // handled is answered with the reason, see find_obstacle.

  /// Starts the session, unless it runs somewhere. Answers where it runs.
  void start(std::uint64_t request, const session_key& key, snapshot state, std::uint64_t deadline_ms,
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
    return host_.running;
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
    return requests_.has_work() || here_round_.is_due() || round_.is_due() || is_planning_;
  }
  void work(std::uint64_t now_ms);

  std::vector<command> take_commands();

  bool is_paused() const {
    return host_.mandate.is_paused();
  }

  /// The other hosts that are up.
  std::vector<host_id> peers() const {
    return host_.hosts.peers();
  }

  /// This host, then the others that are up, with what they have said of themselves. Valid until the next call.
  std::vector<candidate> hosts() const {
    return host_.hosts.candidates();
  }

  /// It drains, no session is left here, and all other hosts know.
  bool is_drained() const {
    return is_vacated() && unaware().empty();
  }

  /// It drains, and no session is left here.
  bool is_vacated() const {
    return host_.hosts.profile().draining && host_.here.empty();
  }

  /// The hosts that have yet to say that they know that this one leaves.
  std::vector<host_id> unaware() const {
    return host_.hosts.unaware();
  }

  /// The sessions of this host whose last state is not in the map yet: up to `looked_max` of all that are here are
  /// looked at, from the first one beyond `after` on.
  key_listing unsaved(const session_key& after, std::size_t looked_max) const;

  /// Which invariant is broken, of this or of any of its parts; nothing, if none is. Looks at all sessions.
  std::string_view check_invariants() const;

private:
  friend class event_scope<session_host>;

  /// First and last in each member function that an event comes in through, by an event_scope.
  void begin_event(std::uint64_t now_ms);
  void end_event();
  void note_readiness();
  /// Tells the others what this host takes, if that has changed; returns whether it has.
  bool announce_change();
  announce own_announcement() const;
  void ask_for_leases();
  /// Writes down which epochs may be granted, if that is due.
  void reserve_epochs();

  // One session. It hears of all that has happened to all sessions before anything else happens to it.
  session_entry& find_or_add(const session_key& key);
  /// Null if it is not known.
  session_entry* find(const session_key& key);
  void hear_news(session_entry& e);
  void add_request(std::uint64_t number, request_book::request r, snapshot state = {});
  void add_waiter(session_entry& e, waiter w);
  /// Calls `change(machine, scope)`, which says whether it has changed anything, for a session that is known.
  template <class Change>
  void change(const session_key& key, Change change);
  /// Does all that can be done about it, as things are.
  void settle(session_entry& e);
  void claim_if_wanted(session_entry& e);
  /// What happens to a session now and then, and when something has happened to all.
  void look_at(session_entry& e);
  void look_at_request(std::uint64_t number);

  // Messages of other hosts.
  /// For the stages of a session, if that is known.
  template <class Message>
  void handle(const host_id& from, Message&& m);
  void handle(const host_id& from, announce&& m);
  void handle(const host_id& from, leaving&& m);
  void handle(const host_id& from, leaving_answer&& m);
  void handle(const host_id& from, voters&& m);
  void handle(const host_id& from, lease_question&& m);
  void handle(const host_id& from, lease_answer&& m);
  void handle(const host_id& from, claim&& m);
  void handle(const host_id& from, claim_withdrawn&& m);
  void handle(const host_id& from, run_question&& m);
  void handle(const host_id& from, start_request&& m);
  void handle(const host_id& from, stop_request&& m);
  void handle(const host_id& from, delivery&& m);
  void handle(const host_id& from, response&& m);
  void handle(const host_id& from, request_withdrawn&& m);

  // All sessions.
  /// Goes on with what is done in steps.
  void step();
  /// Soon: all at once, if there are few.
  void settle_all() {
    round_.look_at_all();
  }
  /// This host gives up what it runs, or goes on.
  void change_course();
  void plan_moves();
  /// Returns whether it was the time of this session.
  bool plan_move(const session_key& key);
  void queue_moves();
  /// Whether whoever is to take the session cannot start it yet, and it had better run here until then.
  bool is_better_kept(const std::optional<host_id>& target) const;

  host_context host_;
  session_map sessions_;
  rounds<session_key> round_;
  /// What has happened to all of them, and how much of it had when the turn under way began.
  news_log news_;
  news_log::number turn_news_ = 0;
  /// Those with a stage come first.
  rounds<session_key> here_round_;
  /// Those that are to be looked at, whether they have to be moved, as soon as there is room.
  rounds<session_key> moves_;
  /// There is room, and the last call has looked at as many as it may.
  bool is_planning_ = false;
  request_book requests_{host_};
  message_desk messages_{host_, requests_};
  bool is_drain_reported_ = false;
};

} // namespace ariadne::session
