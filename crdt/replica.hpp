#pragma once

#include "crdt/guarded_clock.hpp"
#include "crdt/journal_feed.hpp"
#include "crdt/journal_part.hpp"
#include "crdt/link_intake.hpp"
#include "crdt/link_pump.hpp"
#include "crdt/members.hpp"
#include "crdt/neighbour_links.hpp"
#include "crdt/outbox.hpp"
#include "crdt/replica_counters.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/replica_state.hpp"
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

/// The last event of a replica on a key.
struct last_event {
  std::string key;
  crdt::dot dot;
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

/// A replicated add-wins map: the replication protocol of docs/protocol.md as a state machine without I/O. Events go
/// in through the member functions; frames and changes come out of `take_frames` and `take_changes`, which the caller
/// empties after each call. All times are milliseconds since the Unix epoch; callers with clocks of their own have them
/// checked by `read_clock`, and hand in what it says.
///
/// Links carry frames in order and whole; a lost frame means a closed link. (Duplicated, reordered and lost frames do
/// no harm to the data, but a stream that lost one has to be restarted, which `tick` does.)
///
/// Not thread-safe: one thread at a time. No function throws, save std::bad_alloc; and broken_invariant, after which
/// the replica is to be dropped.
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
    return state_.check_key(key);
  }

  /// Erases `key`. Returns the dot of the event, or nothing if the key was not readable (then there is no event).
  std::optional<dot> erase(std::string_view key, std::uint64_t now_ms);

  /// Erases what the event `target` has put under `key`, and nothing that stands beside it. Returns the dot of the
  /// event, or nothing if no reader could see that entry, were it alone (then there is no event).
  std::optional<dot> erase(std::string_view key, dot target, std::uint64_t now_ms);

  /// The entry that a reader sees, if there is one. Valid until the next call of a non-const function.
  std::optional<entry_view> get(std::string_view key, std::uint64_t now_ms) const {
    return state_.get(key, now_ms);
  }

  /// Asks for a page of the readable keys that start with `prefix`, in ascending order, beginning after the key
  /// `after`; see key_pages::ask. It comes out of `take_key_pages`, after some calls of `work`.
  [[nodiscard]] bool ask_for_keys(std::uint64_t request, std::uint64_t requester, std::string prefix,
                                  std::string after) {
    return state_.pages().ask(request, requester, std::move(prefix), std::move(after));
  }
  void drop_request_for_keys(std::uint64_t request) {
    state_.pages().drop(request);
  }
  std::vector<key_pages::answer> take_key_pages() {
    return state_.pages().take_answers();
  }

  /// The number of keys with live entries, and the bytes of these keys and values.
  std::size_t key_count() const {
    return map().live_key_count();
  }
  std::size_t byte_count() const {
    return map().live_byte_count();
  }

  /// The dots of the events that the event `d` stands for, the latest first: this replica has written them again, since
  /// their stamps were wrong. Whoever expects one of them under the key may take `d` for it.
  std::vector<dot> stands_for(dot d) const {
    return state_.stands_for(d);
  }

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
    return has_sweep() || state_.pages().has_work() || pump_.has_work() || intake_.full_state().has_garbage()
           || is_writing_anew();
  }
  /// Whether a full state has come in whole, and is being worked off.
  bool has_sweep() const {
    return intake_.has_sweep();
  }
  void work(std::uint64_t now_ms);

  // -- a journal -----------------------------------------------------------------------------------------------------

  /// Takes over what the journal of a former incarnation of this node has kept, whose ids are those of others from now
  /// on. To be called at once, before there are links. Stamps that are too far ahead of `now_ms` are kept, but not
  /// observed.
  void restore(restored_state state, std::uint64_t now_ms);

  /// Of registers that were salvaged from a damaged disk, writes anew as events of this replica what nobody knows of:
  /// to be called once this replica knows all that the others know, which have a say in all else. `work` does it.
  void write_anew(journal_registers salvaged) {
    salvaged_ = std::move(salvaged);
  }
  /// Whether that is not over; and how many entries have been written anew so far.
  bool is_writing_anew() const {
    return !salvaged_.empty();
  }
  std::uint64_t written_anew() const {
    return written_anew_;
  }

  /// From now on, changes are kept for a journal. What has been restored is there already.
  void begin_journal();
  /// Whether there is anything for it. Then parts are to be taken, and written in this order; a claim that comes with
  /// one counts once all that was taken before is on the disk. No step takes longer than `work` does.
  bool has_journal_part() const {
    return journal_ && journal_->has_part(state_, !has_sweep());
  }
  journal_part take_journal_part(const journal_step_limits& limits = {}) {
    return journal_->take(state_, links_.disks(), !has_sweep(), limits);
  }
  /// The journal has kept all up to `vector`, a claim of which it was handed. The neighbours are told; those whose own
  /// events are among that at once.
  void note_durable(const version_vector& vector);
  /// All that is durable here; nullptr if there is no journal.
  const version_vector* durable() const {
    return links_.disks().durable_at(options_.id);
  }
  /// How many events are known here and not durable; 0 if there is no journal.
  std::uint64_t events_not_durable() const;
  /// The bytes of the keys and values of all that has changed since the start.
  std::uint64_t changed_bytes() const {
    return state_.changed_bytes();
  }
  /// A node is none any more: what its disk has kept does not count.
  void drop_disk_of(const std::string& node) {
    links_.disks().drop(node);
  }
  /// Has the parts walk over the whole map as well, for a snapshot.
  void walk_for_journal() {
    journal_->begin_walk();
  }

  // -- what comes out ------------------------------------------------------------------------------------------------

  std::vector<outgoing_frame> take_frames() {
    return outbox_.take_frames();
  }
  std::vector<key_change> take_changes() {
    return state_.take_changes();
  }
  /// The same into a list whose memory is used again: it loses what it had.
  void take_changes(std::vector<key_change>& taken) {
    state_.take_changes(taken);
  }

  /// The events that the replica has made of itself.
  std::vector<rewritten_event> take_rewritten() {
    return state_.take_rewritten();
  }

  /// Whether there is anybody to take the changes; by default there is. Without, none are collected.
  void collect_changes(bool wanted) {
    state_.collect_changes(wanted);
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
    return known().own_ids();
  }
  bool is_own(replica_id id) const {
    return known().is_own(id);
  }

  /// The version vector, but for the incarnations in `retired`: every event that one of them covers is reflected in the
  /// map.
  const version_vector& vector() const {
    return known().vector();
  }

  /// Incarnations that have nothing left in the map, and that all members and neighbours know of, with their last
  /// counters. They are kept so that nothing of them comes back, but no message but a hello ever names them.
  const version_vector& retired() const {
    return known().retired();
  }

  /// Both together.
  version_vector whole_vector() const {
    return known().whole_vector();
  }

  bool covers(dot d) const {
    return known().covers(d);
  }
  bool covers(const version_vector& other) const {
    return known().covers(other);
  }

  const aw_lww_map& map() const {
    return state_.map();
  }

  /// The members, other than this replica, that have acknowledged the event `d`.
  std::vector<replica_id> holders(dot d) const {
    return members_.holders(links_, d);
  }

  /// Whether all members have acknowledged every event of this replica, and of its former incarnations.
  bool is_acknowledged() const {
    const auto ids = ids_of_node();
    return std::all_of(ids.begin(), ids.end(), [this](auto id) { return acknowledged_by_members(id) >= vector()[id]; });
  }

  /// The ids of the events that this node answers for: those of this replica, and those of its former incarnations that
  /// are in the version vector, twins included.
  std::vector<replica_id> ids_of_node() const;

  /// The highest counter of `own`, one of the ids of this node, that the member has acknowledged.
  std::uint64_t acknowledged_by(replica_id member, replica_id own) const {
    return links_.known_of(member, own);
  }

  /// The highest counter of `own`, one of this replica's ids, that is known to be durable at the member, or at this
  /// replica itself. Nothing if it keeps no journal.
  std::optional<std::uint64_t> durable_at(replica_id member, replica_id own) const {
    const auto* durable = links_.disks().durable_at(member);
    return durable == nullptr ? std::nullopt : std::optional{(*durable)[own]};
  }

  /// Whether a neighbour has said over an open link that it is this replica.
  bool reaches(replica_id replica) const {
    return links_.reaches(replica);
  }

  /// The highest counter of `own`, one of the ids of this node, that all members have acknowledged.
  std::uint64_t acknowledged_by_members(replica_id own) const {
    return members_.acknowledged_by_all(known(), links_, own);
  }

  /// The last event of one id of this node on each key, of those beyond the dot `beyond` of it, in the order of their
  /// counters: the first `events_max` of them. What others have of a former incarnation, and this replica lacks, is not
  /// among them.
  std::vector<last_event> own_events_beyond(dot beyond, std::size_t events_max) const;
  /// Whether there is any.
  bool has_own_events_beyond(dot beyond) const {
    return !own_events_beyond(beyond, 1).empty();
  }

  /// Whether every open link has been caught up with, or this one, see `neighbour_status::caught_up`.
  bool caught_up() const;
  bool caught_up(link_id link) const;

  std::vector<neighbour_status> neighbours() const;

  /// Whether the large value of this event is on its way to a neighbour that has lately taken something in.
  bool is_moving(dot d, std::uint64_t now_ms) const;

  /// Whether the member has not followed for so long that it keeps this replica from forgetting no longer.
  bool is_straggler(replica_id member) const {
    return members_.is_straggler(member);
  }

  const replica_counters& counters() const {
    return counters_;
  }
  /// How many entries have been dropped here since their time was up.
  std::uint64_t expired() const {
    return expired_;
  }

  /// Throws broken_invariant unless all is as the classes that this one consists of say, each by itself and with each
  /// other. The time that it takes grows with the links and with the replica ids, not with the keys.
  void check_invariants() const;

private:
  using want = outbox::want;

  const knowledge& known() const {
    return state_.known();
  }
  knowledge& known() {
    return state_.known();
  }

  std::optional<dot> note_erased(std::optional<dot> erased, std::uint64_t now_ms);

  std::optional<refusal> handle(neighbour_link& link, const hello& message, std::uint64_t now_ms);
  std::optional<refusal> handle(neighbour_link& link, const delta_view& message, std::uint64_t now_ms) {
    return intake_.take(link, message, now_ms);
  }
  std::optional<refusal> handle(neighbour_link& link, const ack& message, std::uint64_t now_ms);
  std::optional<refusal> handle(neighbour_link& link, const sources& message, std::uint64_t now_ms);
  std::optional<refusal> handle(neighbour_link& link, const heartbeat& message, std::uint64_t now_ms);
  std::optional<refusal> handle(neighbour_link& link, const refusal& message, std::uint64_t now_ms);
  std::optional<refusal> handle(neighbour_link& link, const piece& message, std::uint64_t now_ms) {
    return intake_.take(link, message, now_ms);
  }
  std::optional<refusal> handle(neighbour_link& link, const arrival& message, std::uint64_t now_ms);

  /// Why the hello, and with it the link, is not accepted; nothing if it is.
  std::optional<refusal> refuse_hello(neighbour_link& link, const hello& message);
  void write_some_anew(std::uint64_t now_ms);

  /// Drops what has expired, forgets what is stable, and retires incarnations that are over.
  void tidy_up(std::uint64_t now_ms);
  void tick(neighbour_link& link, bool is_heartbeat_due, std::uint64_t now_ms);
  void retire_incarnations();

  neighbour_status status_of(const neighbour_link& link) const;

  replica_options options_;
  guarded_clock guard_;
  neighbour_links links_;
  replica_state state_;
  members members_;
  replica_counters counters_;
  link_intake intake_;
  outbox outbox_;
  link_pump pump_;
  /// Set if there is one.
  std::optional<journal_feed> journal_;
  /// The incarnations of this node that this replica was restored from.
  std::vector<replica_id> former_ids_;
  /// Until the journal begins: what of that is on the disk for certain.
  version_vector restored_;
  /// What is still to be looked at, from the end on.
  journal_registers salvaged_;
  std::uint64_t written_anew_ = 0;
  std::uint64_t expired_ = 0;
  std::uint64_t last_heartbeat_ms_ = 0;
  /// Whose turn it is in `work`.
  bool sweeps_next_ = true;
};

} // namespace ariadne::crdt
