#pragma once

#include "crdt/aw_lww_map.hpp"
#include "crdt/disposal.hpp"
#include "crdt/guarded_clock.hpp"
#include "crdt/hybrid_clock.hpp"
#include "crdt/key_pages.hpp"
#include "crdt/neighbour_session.hpp"
#include "crdt/outbound_stream.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/restamped_events.hpp"
#include "crdt/staged_values.hpp"
#include "crdt/stragglers.hpp"
#include "crdt/sync_message.hpp"
#include "crdt/version_vector.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// Why a local write was refused. Nothing has changed then.
enum class write_error {
  empty_key,
  key_too_long,
  value_too_long,
  map_full,
};

/// One sentence without a final stop, for people.
std::string_view to_string(write_error error);

/// A caller's name for the way to one neighbour. The caller chooses it, and never uses one twice.
struct link_id {
  std::uint64_t value = 0;
  friend auto operator<=>(const link_id&, const link_id&) = default;
};

/// A frame to be carried to the neighbour at the other end of `link`, in order, whole.
struct outgoing_frame {
  link_id link;
  std::string bytes;
};

/// What has become of a key, for watchers. `expired` is told when the entry is dropped.
struct key_change {
  enum class kind { written, erased, expired };

  std::string key;
  kind what = kind::written;
  /// `written`: the event that a reader sees from now on.
  crdt::dot dot;

  bool readable() const {
    return what == kind::written;
  }
};

/// The last event of a replica on a key.
struct last_event {
  std::string key;
  crdt::dot dot;
};

/// An event that a replica has made of itself: one of its own, with the dot `before`, has been written again as
/// `after`, since its stamp was wrong; or it has been erased, since another replica had superseded what it stood for.
struct rewritten_event {
  std::string key;
  dot before;
  bool is_erased = false;
  /// Of an erasure only the dot.
  entry after;
};

/// What a replica knows of one neighbour.
struct neighbour_status {
  link_id link;
  /// 0 until the neighbour has said hello.
  replica_id id;
  std::string node;
  /// Whether this replica sends its changes to the neighbour (an edge of the topology), or only receives from it.
  bool push = false;
  /// Everything that the neighbour had when it first said hello over this link has arrived here. Stays true.
  bool caught_up = false;
  /// Events known here that the neighbour has not acknowledged, and the most that their keys and values can amount to.
  std::uint64_t lag_events = 0;
  std::uint64_t lag_bytes_max = 0;
  /// Bytes of deltas and pieces sent of which it is not known that they have arrived.
  std::size_t in_flight_bytes = 0;
  /// Keys of the neighbour that are refused here, keys from here that it refuses, and why (the reason of this side, if
  /// both refuse).
  std::uint64_t refused_here = 0;
  std::uint64_t refused_there = 0;
  std::string refusal;
  /// How far the time that it goes by is ahead of the one here, as far as is known.
  std::int64_t clock_ahead_ms = 0;
};

/// Counters that only grow.
struct replica_counters {
  std::uint64_t puts = 0;
  std::uint64_t erases = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t registers_sent = 0;
  std::uint64_t registers_received = 0;
  std::uint64_t full_states_sent = 0;
  std::uint64_t refusals = 0;
  /// Fingerprints that differed although the version vectors did not: must stay 0.
  std::uint64_t divergences = 0;
};

/// A replicated add-wins map: the replication protocol of docs/protocol.md as a state machine without I/O. Events go
/// in through the member functions; frames and changes come out of `take_frames` and `take_changes`, which the caller
/// empties after each call. All times are milliseconds since the Unix epoch; callers with clocks of their own have them
/// checked by `read_clock`, and hand in what it says.
///
/// Links carry frames in order and whole; a lost frame means a closed link. (Duplicated, reordered and lost frames do
/// no harm to the data, but a stream that lost one has to be restarted, which `tick` does.)
///
/// Not thread-safe: one thread at a time. No function throws, save std::bad_alloc.
class replica {
public:
  /// `options.id` must be new: drawn at random for this start of the node.
  explicit replica(replica_options options);

  /// The time to hand in to the other functions, from a reading of the wall clock and of a clock that never jumps and
  /// goes on in suspend; see guarded_clock. Without it, what is handed in is believed, and told to the neighbours.
  std::uint64_t read_clock(std::uint64_t wall_ms, std::uint64_t steady_ms) {
    return guard_.read(wall_ms, steady_ms);
  }
  const guarded_clock& guard() const {
    return guard_;
  }

  // -- the map -------------------------------------------------------------------------------------------------------

  /// Writes `value` under `key`. An `expires_at_ms` of 0 means never. Returns the dot of the event.
  tl::expected<dot, write_error> put(std::string_view key, shared_bytes value, std::uint64_t now_ms,
                                     std::uint64_t expires_at_ms = 0);

  /// What is wrong with `key`: nothing could ever stand under it. Nothing, if it is a key.
  std::optional<write_error> check_key(std::string_view key) const {
    if (key.empty())
      return write_error::empty_key;
    if (key.size() > options_.limits.key_bytes_max)
      return write_error::key_too_long;
    return std::nullopt;
  }

  /// Erases `key`. Returns the dot of the event, or nothing if the key was not readable (then there is no event).
  std::optional<dot> erase(std::string_view key, std::uint64_t now_ms);

  /// Erases what the event `target` has put under `key`, and nothing that stands beside it. Returns the dot of the
  /// event, or nothing if no reader could see that entry, were it alone (then there is no event).
  std::optional<dot> erase(std::string_view key, dot target, std::uint64_t now_ms);

  /// The entry that a reader sees, if there is one. Valid until the next call of a non-const function.
  std::optional<entry_view> get(std::string_view key, std::uint64_t now_ms) const;

  /// Asks for a page of the readable keys that start with `prefix`, in ascending order, beginning after the key
  /// `after`; see key_pages::ask. It comes out of `take_key_pages`, after some calls of `work`.
  [[nodiscard]] bool ask_for_keys(std::uint64_t request, std::uint64_t requester, std::string prefix,
                                  std::string after) {
    return key_pages_.ask(request, requester, std::move(prefix), std::move(after));
  }
  void drop_request_for_keys(std::uint64_t request) {
    key_pages_.drop(request);
  }
  std::vector<key_pages::answer> take_key_pages() {
    return key_pages_.take_answers();
  }

  /// The number of keys with live entries, and the bytes of these keys and values.
  std::size_t key_count() const {
    return map_.live_key_count();
  }
  std::size_t byte_count() const {
    return map_.live_byte_count();
  }

  /// The dots of the events that the event `d` stands for, the latest first: this replica has written them again, since
  /// their stamps were wrong. Whoever expects one of them under the key may take `d` for it.
  std::vector<dot> stands_for(dot d) const;

  // -- neighbours ----------------------------------------------------------------------------------------------------

  /// A way to a neighbour has opened. With `push`, this replica sends its changes there; without, it only answers.
  /// `version`: the greatest of `codec_versions` that the neighbour speaks as well; it counts until a frame comes in,
  /// and is not needed without `push`.
  void open(link_id link, bool push, std::uint64_t now_ms, std::uint32_t version = codec_versions.max);

  /// Makes the neighbour of an open link without `push` known to this replica, and the other way round: for members
  /// that are no neighbours in the topology, but whose acknowledgements count.
  void greet(link_id link, std::uint64_t now_ms);

  /// Starts or stops sending changes over an open link.
  void set_push(link_id link, bool push, std::uint64_t now_ms);

  /// The way has closed. What was on it may or may not have arrived.
  void close(link_id link, std::uint64_t now_ms);

  /// A frame has come in over an open link. A returned refusal says why the frame, and with it the link, is not
  /// accepted; the caller closes the link. The answer to the peer is among the frames to be sent before that.
  std::optional<refusal> receive(link_id link, std::string_view frame, std::uint64_t now_ms);

  /// The replicas whose acknowledgement counts: an event is stable once all of them have acknowledged it. This
  /// replica itself always counts.
  void set_members(std::set<replica_id> members);

  /// To be called every 100 ms or so; does everything that waits for time to pass.
  void tick(std::uint64_t now_ms);

  /// Whether something that takes long waits to go on. Then `work` is to be called soon, over and over; one call takes
  /// no longer than a few milliseconds at any size of the map.
  bool has_work() const {
    return has_sweep() || key_pages_.has_work() || pump_from_ || !unneeded_contexts_.empty() || !unneeded_dots_.empty();
  }
  /// Whether a full state has come in whole, and is being worked off.
  bool has_sweep() const {
    return full_state_ && full_state_->sweep;
  }
  void work(std::uint64_t now_ms);

  // -- what comes out ------------------------------------------------------------------------------------------------

  std::vector<outgoing_frame> take_frames();
  std::vector<key_change> take_changes();
  /// The same into a list whose memory is used again: it loses what it had.
  void take_changes(std::vector<key_change>& taken);

  /// The events that the replica has made of itself.
  std::vector<rewritten_event> take_rewritten() {
    return std::exchange(rewritten_, {});
  }

  /// Whether there is anybody to take the changes; by default there is. Without, none are collected.
  void collect_changes(bool wanted) {
    collects_changes_ = wanted;
  }

  // -- what is known -------------------------------------------------------------------------------------------------

  const replica_options& options() const {
    return options_;
  }
  replica_id id() const {
    return options_.id;
  }
  /// The two ids from which the events of this replica get their dots: its own, and the twin for large values.
  std::array<replica_id, 2> own_ids() const {
    return {options_.id, twin_of(options_.id)};
  }
  bool is_own(replica_id id) const {
    return id == options_.id || id == twin_of(options_.id);
  }

  /// The version vector, but for the incarnations in `retired`: every event that one of them covers is reflected in the
  /// map.
  const version_vector& vector() const {
    return vector_;
  }

  /// Incarnations that have nothing left in the map, and that all members and neighbours know of, with their last
  /// counters. They are kept so that nothing of them comes back, but no message but a hello ever names them.
  const version_vector& retired() const {
    return retired_;
  }

  /// Both together.
  version_vector whole_vector() const {
    auto result = vector_;
    result.join(retired_);
    return result;
  }

  bool covers(dot d) const {
    return vector_.covers(d) || retired_.covers(d);
  }
  bool covers(const version_vector& other) const {
    return std::all_of(other.begin(), other.end(), [this](dot d) { return covers(d); });
  }

  const aw_lww_map& map() const {
    return map_;
  }

  /// The members, other than this replica, that have acknowledged the event `d`.
  std::vector<replica_id> holders(dot d) const;

  /// Whether all members have acknowledged every event of this replica.
  bool is_acknowledged() const {
    const auto is_held = [this](replica_id own) { return acknowledged_by_members(own) >= vector_[own]; };
    return is_held(options_.id) && is_held(twin_of(options_.id));
  }

  /// The highest counter of `own`, one of this replica's ids, that the member has acknowledged.
  std::uint64_t acknowledged_by(replica_id member, replica_id own) const;

  /// The highest counter of `own`, one of this replica's ids, that all members have acknowledged.
  std::uint64_t acknowledged_by_members(replica_id own) const;

  /// The last event of one id of this replica on each key, of those beyond the dot `beyond` of it, in the order of
  /// their counters: the first `events_max` of them.
  std::vector<last_event> own_events_beyond(dot beyond, std::size_t events_max) const;
  /// Whether there is any; much faster.
  bool has_own_events_beyond(dot beyond) const {
    return map_.index().highest(beyond.replica) > beyond.counter;
  }

  /// Whether every open link has been caught up with, or this one, see `neighbour_status::caught_up`.
  bool caught_up() const;
  bool caught_up(link_id link) const;

  std::vector<neighbour_status> neighbours() const;

  /// Whether the large value of this event is on its way to a neighbour that has lately taken something in.
  bool is_moving(dot d, std::uint64_t now_ms) const;

  /// Whether the member has not followed for so long that it keeps this replica from forgetting no longer.
  bool is_straggler(replica_id member) const {
    return stragglers_.contains(member);
  }

  const replica_counters& counters() const {
    return counters_;
  }

private:
  using session_map = std::map<link_id, neighbour_session>;

  std::optional<refusal> handle(session_map::iterator position, const hello& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const delta_view& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const ack& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const sources& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const heartbeat& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const refusal& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const piece& message, std::uint64_t now_ms);
  std::optional<refusal> handle(session_map::iterator position, const arrival& message, std::uint64_t now_ms);

  /// What this replica says of the time.
  clock_reading say_time(std::uint64_t now_ms) const {
    return guard_.reading().value_or(clock_reading{now_ms, now_ms});
  }
  void send(link_id link, std::string frame);
  void send_heartbeat(link_id link, neighbour_session& session, std::uint64_t now_ms);
  /// What a hello asks the neighbour for, besides a stream.
  enum class want { nothing, answer, full_state };
  void send_hello(link_id link, neighbour_session& session, want wanted, std::uint64_t now_ms);
  void send_ack(link_id link, neighbour_session& session);
  /// Tells all neighbours who sends straight to this replica, unless there are only new ones, and more than `news_max`
  /// in all: each of n neighbours that come up would cost n messages of n ids. Those are left to the next tick.
  void announce_sources(std::size_t news_max = 16);
  std::optional<refusal> refuse(link_id link, refusal_code code, std::string reason);
  /// Joins the registers of a delta, but for those that are refused. Returns whether none has an event of this replica
  /// that has never happened.
  bool join_registers(neighbour_session& session, bool in_full_state, const delta_view& message, std::uint64_t now_ms);
  /// Sets the values of a register that have come apart from it. Returns whether all are there that count here.
  bool supply(std::string_view key, causal_register& value, const std::vector<value_reference>& references) const;
  /// Whether a value that comes in pieces is of any use here.
  bool needs_value(const piece& message) const;
  /// Why a register is not to be joined; nothing if it is.
  std::optional<objection> object_to(std::string_view key, const causal_register& value,
                                     const std::vector<value_reference>& references, std::uint64_t now_ms) const;
  void refuse_register(neighbour_session& session, std::string_view key, const causal_register& value, objection why,
                       std::uint64_t now_ms);
  /// A full state has come in to its last part.
  void end_full_state(inbound_stream& in);
  /// Tells the neighbour at once if something of it is refused now that was not before, or the other way round.
  void tell_refused(link_id link, neighbour_session& session, bool at_end_of_batch, std::uint64_t now_ms);
  void ask_again_for_refused(link_id link, neighbour_session& session, std::uint64_t now_ms);
  /// For a frame that names an event of this replica which has never happened: someone else bears the same id.
  std::optional<refusal> refuse_forged(link_id link);
  bool is_forged(const version_vector& theirs) const {
    const auto twin = twin_of(options_.id);
    return theirs[options_.id] > vector_[options_.id] || theirs[twin] > vector_[twin];
  }
  bool is_forged(const causal_register& value) const {
    const auto twin = twin_of(options_.id);
    return value.seen(options_.id) > vector_[options_.id] || value.seen(twin) > vector_[twin];
  }
  /// The next one of an id of this replica.
  dot next_dot(replica_id own) const {
    return {own, vector_[own] + 1};
  }

  /// Sends over every link, or over one, what may be sent now.
  void pump_all(std::uint64_t now_ms);
  /// Returns what that has cost, in registers.
  std::size_t pump(link_id link, neighbour_session& session, std::uint64_t now_ms);
  std::size_t send_parts(link_id link, neighbour_session& session, std::uint64_t now_ms);
  std::size_t send_pieces(link_id link, neighbour_session& session, std::uint64_t now_ms);
  /// Whether the neighbour has to say what it has forgotten, or to get a full state, before anything else is sent. It
  /// is asked, or the full state begins.
  bool waits_for_forgotten(link_id link, neighbour_session& session, std::uint64_t now_ms);
  stream_target target(neighbour_session& session) const;
  bool is_deferred(const neighbour_session& session, replica_id origin) const;
  bool is_behind_forgotten(const neighbour_session& session) const;
  void age_deferrals(neighbour_session& session, std::uint64_t now_ms);
  void start_outbound(neighbour_session& session);
  /// Makes the inbound stream of a link void: what still comes in of it moves no version vector.
  void void_stream(neighbour_session& session);
  /// Names new inbound streams for those that are void, unless a full state is coming in: it may bring what they lack.
  void resume_streams(std::uint64_t now_ms);
  /// Joins one register of a delta.
  void join(inbound_stream& in, bool in_full_state, std::string_view key, causal_register value);
  /// Does what is due at the end of a full state, looking at up to `registers_max` registers.
  void sweep(std::size_t registers_max);
  void give_up_full_state();
  bool sweep_step(incoming_full_state& full, std::size_t budget);
  template <class Predicate>
  bool drop_live(keyed_register& owner, Predicate dead);
  /// Whether batches of this stream have to wait for a full state to be worked off.
  bool is_sweeping(const inbound_stream& in) const {
    return has_sweep() && full_state_->stream == in.id;
  }
  /// What is due when a batch has come in whole, and is swept.
  void end_batch(link_id link, neighbour_session& session);
  void raise_vector(const version_vector& cut);
  /// Registers that are ahead have changed over the link `from`, if there is one: they go on to all other neighbours.
  void forward_ahead(std::optional<link_id> from);

  /// Whether the map differs from what the version vector says: registers are ahead of it, or a sweep is under way.
  bool is_ahead() const;

  void raise_vector(dot d);
  /// Takes note of what the neighbour has, according to a hello that says it whole.
  void introduce(neighbour_session& session, const hello& message);
  /// The same for what it has besides.
  void learn(neighbour_session& session, const version_vector& has);
  void retire_incarnations();
  /// Takes an incarnation back that turns out not to be done with.
  void reinstate(replica_id incarnation);
  void note_mentioned(replica_id incarnation) {
    if (retired_[incarnation] != 0)
      reinstate(incarnation);
  }
  /// Joins one register into the map.
  aw_lww_map::effect join_register(std::string_view key, causal_register value);
  /// Another replica has superseded what an event here stands for, without having seen that: it is superseded as well.
  void follow(keyed_register& owner, const causal_register& joined);
  /// Notices that the clock has gone astray, and writes own events again whose stamps nobody would accept.
  /// Looks at up to `budget` of them, and returns what is left of it.
  std::size_t mend_stamps(std::uint64_t now_ms, std::size_t budget);
  /// A clock that was set back has lost sight of stamps that still count: those under the key are seen again.
  void observe_live(std::string_view key, std::uint64_t now_ms);
  void restamp(keyed_register& owner, dot old, std::uint64_t now_ms);
  restamped_events& restamped_of(replica_id own) {
    return restamped_[own == options_.id ? 0 : 1];
  }
  const restamped_events& restamped_of(replica_id own) const {
    return restamped_[own == options_.id ? 0 : 1];
  }
  void join_forgotten(const version_vector& forgotten);
  /// What may be forgotten: all that it covers is known to all members but stragglers (invariant I4).
  version_vector stable_vector() const;
  /// Notices who is one, and what goes on towards them that keeps this replica from forgetting.
  void look_for_stragglers(std::uint64_t now_ms);
  void note(const aw_lww_map::effect& effect, key_change::kind loss = key_change::kind::erased);
  /// The digest of `vector` together with all that has been retired.
  std::uint64_t digest(const version_vector& vector) const {
    return vector.digest() + retired_.digest();
  }
  stream_source source() const {
    return {map_, vector_, retired_, forgotten_};
  }
  replica_options options_;
  guarded_clock guard_;
  hybrid_clock clock_;
  std::array<restamped_events, 2> restamped_;
  /// Own events beyond the first, up to the second, are still to be looked at.
  std::vector<std::pair<dot, dot>> to_restamp_;
  stragglers stragglers_;
  aw_lww_map map_;
  version_vector vector_;
  /// No id is in both this and `vector_`.
  version_vector retired_;
  version_vector forgotten_;
  /// How often `forgotten_` has risen on the word of a neighbour.
  std::uint64_t forgotten_rises_ = 0;
  std::set<replica_id> members_;
  session_map sessions_;
  std::vector<replica_id> announced_sources_;
  std::uint64_t last_heartbeat_ms_ = 0;
  std::uint64_t last_stream_ = 0;
  std::uint32_t last_full_state_ = 0;
  /// One at a time.
  std::optional<incoming_full_state> full_state_;
  disposal<incoming_full_state::contexts_by_key> unneeded_contexts_;
  disposal<incoming_full_state::dots> unneeded_dots_;
  staged_values staged_;
  /// What was under way over links that have closed, by the neighbour's id, and when they did.
  struct parted_transfers {
    value_transfers values;
    std::uint64_t since_ms = 0;
  };
  std::map<replica_id, parted_transfers> parted_;
  /// With whom to go on, if there was more to send than one call may.
  std::optional<link_id> pump_from_;
  /// Bytes of all registers that have changed so far.
  std::uint64_t changed_bytes_ = 0;
  std::vector<outgoing_frame> frames_;
  bool collects_changes_ = true;
  std::vector<key_change> changes_;
  key_pages key_pages_;
  /// Whose turn it is in `work`.
  bool sweeps_next_ = true;
  std::vector<rewritten_event> rewritten_;
  replica_counters counters_;
};

} // namespace ariadne::crdt
