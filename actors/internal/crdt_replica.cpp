#include "actors/internal/crdt_replica.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/clock_report.hpp"
#include "actors/internal/cold_start.hpp"
#include "actors/internal/deadline.hpp"
#include "actors/internal/event_feeds.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/journal_outlet.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/key_listings.hpp"
#include "actors/internal/live_feeds.hpp"
#include "actors/internal/map_reads.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/release_0_2.hpp"
#include "actors/internal/salvage_use.hpp"
#include "actors/internal/service_standing.hpp"
#include "actors/internal/session_resumption.hpp"
#include "actors/internal/stepwise_work.hpp"
#include "actors/internal/waiting_room.hpp"
#include "actors/internal/waiting_writes.hpp"
#include "actors/internal/write_concern.hpp"
#include "crdt/fenced_write.hpp"
#include "crdt/invariant.hpp"
#include "crdt/printable_text.hpp"
#include "crdt/replica.hpp"
#include "session/reserved_keys.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

using ticking_crdt_replica_actor = value_holding_actor::extend<
  // From a node of release 0.2.0.
  answers<session_peer, host_atom>,
  // From the session host of this node: see session_resuming_actor.
  answers<std::uint64_t, start_atom, expected_atom>,
  // From the storage of this node: a fault of the disk is over.
  takes<journal_answer>,
  // Time has passed.
  takes<tick_atom>,
  // A long walk of the core goes on, after the messages that came in between.
  takes<work_atom>>;

/// Where a page of leftovers begins: an event by its counter, and by the place of its id among those of the node.
constexpr unsigned place_shift = 48;
constexpr std::uint64_t counter_mask = (std::uint64_t{1} << place_shift) - 1;

event_id to_event_id(crdt::dot d) {
  return {d.replica.value, d.counter};
}

handoff_event_kind to_event_kind(crdt::key_change::kind what) {
  switch (what) {
    case crdt::key_change::kind::written:
      return handoff_event_kind::stashed;
    case crdt::key_change::kind::erased:
      return handoff_event_kind::discarded;
    case crdt::key_change::kind::expired:
      return handoff_event_kind::expired;
  }
  return handoff_event_kind::discarded;
}

caf::error to_error(crdt::write_error error, std::string_view key, const crdt::replica_limits& limits) {
  switch (error) {
    case crdt::write_error::empty_key:
      return make_error(ec::key_empty);
    case crdt::write_error::key_too_long:
      return make_error(ec::key_too_long, fmt::format("{} bytes, at most {}", key.size(), limits.key_bytes_max));
    case crdt::write_error::value_too_long:
      return make_error(ec::value_too_long, fmt::format("at most {} bytes", limits.value_bytes_max));
    case crdt::write_error::map_full:
      return make_error(ec::map_full, fmt::format("at most {} bytes", limits.map_bytes_max));
  }
  return make_error(ec::refused);
}

/// Why a stash is not made, or not held as widely as was asked for, as a label.
const char* reason_of(const caf::error& error) {
  constexpr std::array<std::pair<ec, const char*>, 9> reasons{{{ec::key_empty, "key_empty"},
                                                               {ec::key_too_long, "key_too_long"},
                                                               {ec::key_reserved, "key_reserved"},
                                                               {ec::value_too_long, "value_too_long"},
                                                               {ec::map_full, "map_full"},
                                                               {ec::too_few_holders, "too_few_holders"},
                                                               {ec::too_few_journals, "too_few_journals"},
                                                               {ec::too_many_requests, "too_many_requests"},
                                                               {ec::wait_too_long, "wait_too_long"}}};
  const auto* found = std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return error == r.first; });
  return found == reasons.end() ? "other" : found->second;
}

/// Users reach their own keys only; the session host, which knows what it does, writes fenced.
caf::error check_reserved(std::string_view key) {
  if (session::is_reserved(key))
    return make_error(ec::key_reserved, "keys that begin with a zero byte and \"ariadne/\" are the library's own");
  return {};
}

class crdt_replica_state {
public:
  static inline const char* name = "crdt_replica";

  explicit crdt_replica_state(ticking_crdt_replica_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { peer_ended(down); }),
      watchers_(self, monitored_), live_watchers_(self, monitored_), listings_(self, monitored_) {}

  void start(crdt_replica_options options) {
    options_ = std::move(options);
    was_caught_up_ = !options_.awaits_nodes;
    waits_.emplace(self_, monitored_, options_.requests);
    reads_.emplace(
      map_reads::map_access{[this](std::string_view key) { return look_at(key, false); },
                            [this](std::string_view key) { return look_at(key, true); },
                            [this](std::string_view key, const event_id& event) {
                              core_->erase(key, {crdt::replica_id{event.replica}, event.counter}, now_ms());
                            },
                            [this](const auto& asker, std::size_t bytes) { return gate_->admits(asker, bytes); },
                            [this](const auto& asker, std::size_t bytes) { gate_->answered(asker, bytes); },
                            [this](pickup_outcome what) { note_pickup(what); }},
      options_.requests.hold_max);
    options_.core.hidden_prefix = session::reserved_key_prefix;
    core_.emplace(options_.core);
    gate_.emplace(self_, options_.answers);
    core_->collect_changes(false);
    tally_.map_limit_bytes.set(static_cast<std::int64_t>(options_.core.limits.map_bytes_max));
    for (auto& writes : writes_)
      writes.call_on_answer([this](const write_concern& concern, steady_clock::duration took, const caf::error* why) {
        if (why)
          tally_.stash_failures[reason_of(*why)].add();
        else
          durations_of(concern).add(took);
      });
    if (options_.journal)
      begin_journal(*options_.journal);
    schedule_tick();
  }

  // -- the map -------------------------------------------------------------------------------------------------------

  caf::result<receipt> put(std::string_view key, crdt::shared_bytes value, const write_options& options,
                           bool counts_from_last_piece) {
    const auto refuse = [this](caf::error why) {
      tally_.stash_failures[reason_of(why)].add();
      return why;
    };
    if (auto refused = check_reserved(key))
      return refuse(std::move(refused));
    if (auto refused = check_durable(options.concern))
      return refuse(std::move(refused));
    // Nobody waits for the answer to what nobody has sent.
    const auto waits =
      (options.concern.level != concern_level::local || options.concern.durable) && self_->current_sender();
    auto place = waits ? waits_->admit_write(options.timeout_ms) : waiting_place{};
    if (!place)
      return refuse(std::move(place.error()));
    const auto now = now_ms();
    const auto written = core_->put(key, std::move(value), now, expiry_of(options.time_to_live_ms, now));
    if (!written)
      return refuse(to_error(written.error(), key, options_.core.limits));
    const auto event = to_event_id(*written);
    if (!waits) {
      durations_of(options.concern).add({});
      flush();
      return receipt{event, {core_->id().value}};
    }
    auto promise = self_->make_response_promise<receipt>();
    writes_of(written->replica)
      .add(event, options, std::move(*place), kept_promise<receipt>{promise}, counts_from_last_piece);
    flush();
    return promise;
  }

  caf::result<fenced_receipt> put_fenced(const std::string& key, std::string_view value, const write_fence& fence) {
    auto place = waits_->admit_write(fence.hold_timeout_ms);
    if (!place)
      return std::move(place.error());
    const auto now = now_ms();
    std::vector<crdt::dot> expected;
    for (const auto& event : fence.expected)
      expected.push_back({crdt::replica_id{event.replica}, event.counter});
    const auto result = crdt::fenced_write(*core_, key, value, expected, now, expiry_of(fence.time_to_live_ms, now));
    if (!result)
      return to_error(result.error(), key, options_.core.limits);
    if (!result->written || (fence.holders == concern_level::local && !fence.durable)) {
      flush();
      return fenced_receipt{result->written, result->written, read_live(key)};
    }
    auto promise = self_->make_response_promise<fenced_receipt>();
    const auto event = result->entries.front().dot;
    const auto timeout_ms = fence.hold_timeout_ms == 0 ? waits_->wait_ms_max() : fence.hold_timeout_ms;
    writes_of(event.replica)
      .add(to_event_id(event),
           {.concern = {.level = fence.holders, .durable = fence.durable, .where_kept = fence.durable},
            .timeout_ms = timeout_ms},
           std::move(*place), {kept_promise<fenced_receipt>{promise}, [this, key] { return read_live(key); }});
    flush();
    return promise;
  }

  template <class Answer>
  caf::result<Answer> read(std::string& key, read_purpose purpose, const wait_options& options) {
    if (auto refused = check_reserved(key))
      return refused;
    if (const auto problem = core_->check_key(key))
      return to_error(*problem, key, options_.core.limits);
    auto place = reads_->needs_place(key, purpose, options) ? waits_->admit(options.wait_ms) : waiting_place{};
    if (!place)
      return std::move(place.error());
    // The promise takes the sender over.
    auto asker = self_->current_sender();
    if (!asker)
      return make_error(ec::refused, "nobody waits for the answer");
    auto promise = self_->make_response_promise<Answer>();
    reads_->add(std::move(key), {purpose, std::move(asker), std::move(*place), kept_promise<Answer>{promise}}, options);
    flush();
    return promise;
  }

  caf::result<bool> discard(const std::string& key) {
    if (auto refused = check_reserved(key))
      return refused;
    if (const auto problem = core_->check_key(key))
      return to_error(*problem, key, options_.core.limits);
    // What is not shown is not erased unseen either.
    const auto erased = !is_hidden(core_->get(key, now_ms())) && core_->erase(key, now_ms());
    flush();
    return erased;
  }

  caf::result<discard_receipt> discard(const std::string& key, const event_id& event) {
    if (auto refused = check_reserved(key))
      return refused;
    if (const auto problem = core_->check_key(key))
      return to_error(*problem, key, options_.core.limits);
    const auto done = crdt::fenced_erase(*core_, key, {crdt::replica_id{event.replica}, event.counter}, now_ms());
    reads_->release(key, event);
    flush();
    return discard_receipt{done.erased, done.standing ? to_event_id(*done.standing) : event_id{}};
  }

  caf::result<keys_page> keys(std::string& prefix, std::string& after) {
    if (auto refused = check_reserved(prefix))
      return refused;
    // A page has that many bytes at most, or one key.
    if (!gate_->passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    return list<keys_page>(std::move(prefix), std::move(after), std::identity{});
  }

  caf::result<handoff_events> standing_events(std::string& prefix, std::string& after) {
    if (auto refused = check_reserved(prefix))
      return refused;
    // An event is about as long as many a key.
    if (!gate_->passes(self_->current_sender(), 2 * page_bytes))
      return make_error(ec::too_many_answers);
    return list<handoff_events>(std::move(prefix), std::move(after),
                                [this](keys_page&& page) { return events_of(std::move(page)); });
  }

  handoff_events events_of(keys_page&& page) {
    handoff_events result;
    for (auto& key : page.keys) {
      const auto entry = core_->get(key, now_ms());
      result.events.push_back({entry ? handoff_event_kind::stashed : handoff_event_kind::expired, std::move(key),
                               entry ? to_event_id(entry->dot) : event_id{}});
    }
    return result;
  }

  caf::result<void> watch(std::string& prefix, const watcher_actor& watcher) {
    if (auto refused = check_reserved(prefix))
      return refused;
    return admit_watch(prefix, watcher, [&](waiting_place place) {
      watchers_.add(std::move(prefix), watcher, std::move(place));
      core_->collect_changes(true);
    });
  }

  caf::result<void> watch(std::string& prefix, const live_watcher_actor& watcher) {
    return admit_watch(prefix, watcher, [&](waiting_place place) {
      live_watchers_.add(std::move(prefix), watcher, std::move(place));
      core_->collect_changes(true);
      flush();
    });
  }

  caf::result<void> watch(const watcher_actor& watcher) {
    return admit_watch({}, watcher, [&](waiting_place place) {
      std::vector<handoff_event> first;
      if (was_caught_up_)
        first.push_back({handoff_event_kind::caught_up, options_.core.node, {}});
      watchers_.add(watcher, std::move(place), first);
    });
  }

  // -- other replicas ------------------------------------------------------------------------------------------------

  void set_neighbours(const std::vector<known_node>& nodes) {
    const stepwise_work<>::long_handler handler{steps_};
    note_handed_over();
    std::map<std::string, node_knowledge> known;
    std::set<crdt::replica_id> members;
    std::set<caf::actor_addr> wanted;
    for (const auto& n : nodes) {
      if (n.replica.handle == self_->ctrl())
        continue;
      auto& now = known[n.node];
      now = {n.presence, n.replica, false, n.presence == node_presence::up, false};
      if (const auto before = known_.find(n.node); before != known_.end()) {
        now.has_lost_link =
          before->second.has_lost_link && n.replica.handle.get() == before->second.replica.handle.get();
        now.is_caught_up = before->second.is_caught_up && !now.is_news_after(before->second);
        now.has_been_up |= before->second.has_been_up;
      }
      if (n.presence == node_presence::forgotten) {
        core_->drop_disk_of(n.node);
        now.is_caught_up = true;
        now.has_been_up = false;
      }
      if (n.presence != node_presence::up)
        continue;
      members.insert(crdt::replica_id{n.replica.replica});
      if (now.has_lost_link)
        continue;
      wanted.insert(caf::actor_cast<caf::actor_addr>(n.replica.handle));
      connect(n);
    }
    for (auto& l : links_)
      if (!wanted.contains(l.peer.address()))
        disregard(l);
    known_ = std::move(known);
    core_->set_members(std::move(members));
    flush();
  }

  void expect_no_more() {
    const stepwise_work<>::long_handler handler{steps_};
    options_.awaits_nodes = false;
    flush();
  }

  void receive(const sync_frame& frame) {
    const stepwise_work<>::long_handler handler{steps_};
    auto* link = link_of_sender();
    if (!link || link->is_resting())
      return;
    link->last_frame = steady_clock::now();
    auto refusal = core_->receive(link->id, frame.bytes, now_ms());
    // The frames are sent first: they tell the other side of the refusal.
    flush();
    if (refusal)
      rest(*link, refusal->reason);
  }

  void peer_ended(const caf::down_msg& down) {
    const stepwise_work<>::long_handler handler{steps_};
    watchers_.ended(down.source);
    live_watchers_.ended(down.source);
    listings_.ended(*core_, down.source);
    waits_->ended(down.source);
    note_handed_over();
    // Its node may count as up until that is known better, and come back by another connection.
    for (auto& [node, knowledge] : known_)
      if (caf::actor_cast<caf::actor_addr>(knowledge.replica.handle) == down.source)
        knowledge.has_lost_link = true;
    std::erase_if(links_, [&](const link& l) {
      if (l.peer.address() != down.source)
        return false;
      core_->close(l.id, now_ms());
      return true;
    });
    flush();
  }

  // -- a journal -----------------------------------------------------------------------------------------------------

  /// A batch has been written; or a fault of the disk is over, and all is to be handed out again.
  void note(const journal_answer& answer) {
    if (!journal_)
      return;
    if (answer.wants_walk)
      core_->walk_for_journal();
    if (answer.durable)
      core_->note_durable(*answer.durable);
    flush();
  }

  caf::result<std::uint64_t> start_sessions_alone() {
    const auto wait = cold_start_.start_alone(steady_clock::now());
    if (!wait)
      return make_error(ec::refused, fmt::format("node {} has no sessions that wait for nodes to be met",
                                                 crdt::escaped_briefly(options_.core.node)));
    options_.log(log_level::warning, log_event::sessions_resumed,
                 "restored sessions start without a majority of the nodes: an operator says so");
    flush();
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(*wait).count());
  }

  // -- time ----------------------------------------------------------------------------------------------------------

  void tick() {
    const stepwise_work<>::long_handler handler{steps_};
    core_->tick(now_ms());
    if (journal_)
      journal_->note_lag(*core_);
    log_doubt();
    judge_standing();
    for (auto& l : links_)
      if (l.is_resting() && l.is_wanted && l.rest_is_over())
        open(l);
    settle_cold_start();
    tally_.expired.add(core_->counters().expired - std::exchange(told_expired_, core_->counters().expired));
    reads_->settle(is_caught_up());
    for (auto& writes : writes_)
      writes.look_at_all();
    flush();
    std::erase_if(drains_, [](const pending_drain& drain) { return drain.place.is_abandoned(); });
    waits_->forget_idle();
    schedule_tick();
  }

  void work() {
    steps_.message_came([this] { take_step(); });
    schedule_work();
  }

  // -- what is known -------------------------------------------------------------------------------------------------

  caf::result<drain_report> drain(std::uint64_t timeout_ms) {
    auto place = waits_->admit(timeout_ms);
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<drain_report>();
    drains_.push_back(
      {kept_promise<drain_report>{promise}, deadline_in(timeout_ms), std::move(*place), core_->vector()});
    settle_drains();
    return promise;
  }

  /// Pages begin after a counter: a key stands once there, at its last event. The events with large values, which have
  /// counters of their own, follow all others, and those of former incarnations of the node come last.
  leftovers_page leftovers(std::uint64_t after) const {
    leftovers_page page;
    std::size_t bytes = 0;
    const auto ids = core_->ids_of_node();
    for (auto place = after >> place_shift; place < ids.size(); ++place, after = place << place_shift) {
      auto beyond = last_handed_over(ids[place], after & counter_mask);
      for (auto& event : core_->own_events_beyond(beyond, leftovers_max - page.leftovers.size())) {
        page.leftovers.push_back({session::describe_key(event.key), why_not_handed_over(event.dot)});
        const auto& added = page.leftovers.back();
        bytes += added.key.size() + added.reason.size() + 16;
        beyond = event.dot;
        if (bytes >= page_bytes)
          break;
      }
      if (core_->has_own_events_beyond(beyond)) {
        page.next = beyond.counter | place << place_shift;
        return page;
      }
    }
    return page;
  }

  replica_status status() const {
    const auto& c = core_->counters();
    replica_status result;
    result.replica = core_->id().value;
    result.caught_up = is_caught_up();
    result.keys = core_->key_count();
    result.bytes = core_->byte_count();
    result.neighbours =
      static_cast<std::uint64_t>(std::count_if(links_.begin(), links_.end(), [](const link& l) { return l.push; }));
    result.waiting_writes = writes_[0].size() + writes_[1].size();
    result.waiting_reads = reads_->size();
    result.counters = {c.puts,           c.erases,         c.frames_sent,        c.frames_received,  c.bytes_sent,
                       c.bytes_received, c.registers_sent, c.registers_received, c.full_states_sent, c.refusals,
                       c.divergences};
    result.clock_doubt = describe_doubt(core_->guard());
    result.wall_ahead_ms = core_->guard().wall_ahead_ms();
    result.out_of_service = standing_.reason();
    for (const auto& n : core_->neighbours())
      if (const auto* l = find_link(n.link))
        result.links.push_back({n.node, n.id.value, n.push, n.caught_up, n.lag_events, n.lag_bytes_max,
                                n.in_flight_bytes, milliseconds_since(l->last_frame), n.refused_here, n.refused_there,
                                n.refusal, n.clock_ahead_ms});
    return result;
  }

private:
  /// The way to another replica. Resting after a refusal, it is closed for the core.
  struct link {
    crdt_replica_actor peer;
    crdt::link_id id;
    bool push = false;
    /// Of the format, for the first frame.
    std::uint32_t version = crdt::codec_versions.max;
    /// The other replica is a member's; if not, it is only answered.
    bool is_wanted = false;
    std::string refusal;
    steady_clock::time_point rests_until{};
    steady_clock::time_point last_frame = steady_clock::now();

    bool is_resting() const {
      return rests_until != steady_clock::time_point{};
    }
    bool rest_is_over() const {
      return steady_clock::now() >= rests_until;
    }
  };

  /// What is known of another node.
  struct node_knowledge {
    node_presence presence = node_presence::unknown;
    neighbour replica;
    /// All that it had when its connection last came up has arrived here.
    bool is_caught_up = false;
    bool has_been_up = false;
    /// The connection to this replica is lost, whatever counts as up.
    bool has_lost_link = false;

    /// Whether it may have something new, compared to what was known `before`.
    bool is_news_after(const node_knowledge& before) const {
      return presence == node_presence::up
             && (before.presence != node_presence::up || before.replica.replica != replica.replica
                 || (before.has_lost_link && !has_lost_link));
    }
  };

  struct pending_drain {
    kept_promise<drain_report> promise;
    steady_clock::time_point deadline;
    waiting_place place;
    /// The events that there were when it began.
    crdt::version_vector to_be_kept;
  };

  /// How many a page of leftovers has at most.
  static constexpr std::size_t leftovers_max = 512;

  /// No time to live is longer: a thousand years.
  static constexpr std::uint64_t forever_ms = std::uint64_t{1000} * 365 * 24 * 3600 * 1000;

  /// 0, which is never, for a time to live of 0.
  static std::uint64_t expiry_of(std::uint64_t time_to_live_ms, std::uint64_t now_ms) {
    return time_to_live_ms == 0 ? 0 : now_ms + std::min(time_to_live_ms, forever_ms);
  }

  /// The time that this node goes by.
  std::uint64_t now_ms() {
    // Thousands of times in a millisecond.
    if (const auto steady_ms = steady_clock_ms(); std::exchange(read_at_ms_, steady_ms) != steady_ms)
      now_ms_ = core_->read_clock(wall_clock_ms(), steady_ms);
    return now_ms_;
  }

  void schedule_tick() {
    mail(self_, tick_atom_v).delay(options_.tick_interval).send(self_);
  }

  void note_pickup(pickup_outcome what) {
    constexpr std::array<const char*, 3> outcomes{"found", "absent", "pending"};
    const auto i = static_cast<std::size_t>(what);
    if (pickups_.at(i) == nullptr)
      pickups_[i] = &tally_.pickups[outcomes.at(i)];
    pickups_[i]->add();
  }

  duration_histogram& durations_of(const write_concern& concern) {
    auto& result = stash_durations_.at(2 * static_cast<std::size_t>(concern.level) + (concern.durable ? 1 : 0));
    if (result == nullptr)
      result = &tally_.stash_durations[label_of(concern)];
    return *result;
  }

  map_entry look_at(std::string_view key, bool with_value) {
    map_entry result;
    result.caught_up = is_caught_up();
    const auto entry = core_->get(key, now_ms());
    if (is_hidden(entry)) {
      result.caught_up = false;
    } else if (entry) {
      result.found = true;
      result.event = to_event_id(entry->dot);
      if (with_value)
        result.value = entry->value;
    }
    return result;
  }

  /// Watches as `add(place)` does, unless there are too many. Only a request is answered: an error as the answer to
  /// anything else would end its sender.
  template <class Watcher, class Add>
  caf::result<void> admit_watch(std::string_view prefix, const Watcher& watcher, Add add) {
    if (!watcher)
      return make_error(ec::refused, "there is no watcher");
    auto place = waits_->admit_watch(prefix.size() + watchers_.watched_bytes() + live_watchers_.watched_bytes(),
                                     watchers_.bytes_watched_with(prefix.size(), watcher.node()),
                                     caf::actor_cast<caf::strong_actor_ptr>(watcher));
    if (prefix.size() > options_.core.limits.key_bytes_max)
      place = to_error(crdt::write_error::key_too_long, prefix, options_.core.limits);
    if (place)
      add(std::move(*place));
    else if (self_->current_message_id().is_request())
      return std::move(place.error());
    else
      options_.log(log_level::warning, log_event::watch_refused,
                   fmt::format("a watch is refused: {}", describe(place.error())));
    return {};
  }

  /// The frames of the core go out, and whoever has waited for what has become true is answered. To be called after
  /// every call of the core that may change anything.
  void flush() {
    if constexpr (crdt::checks_each_message)
      core_->check_invariants();
    tell_of_changes();
    if (reads_->answer_changed())
      tell_of_changes();
    core_->collect_changes(watchers_.has_key_watchers() || !live_watchers_.empty() || !reads_->empty());
    log_rewritten();
    // Before anybody is answered: whoever asks the storage after an answer learns what is not kept yet.
    if (journal_)
      journal_->flush(*core_, now_ms());
    for (auto& frame : core_->take_frames())
      if (const auto* l = find_link(frame.link))
        mail(self_, sync_frame{std::move(frame.bytes)}).send(l->peer);
    settle_writes();
    note_caught_up();
    listings_.flush(*core_);
    live_watchers_.flush(
      has_met_all(), standing_.is_in_service(), [this](const std::string& key) { return read_live(key); },
      [this](const std::string& prefix, const std::string& after, auto handle) {
        listings_.ask(*core_, prefix, after, std::move(handle));
      });
    settle_drains();
    schedule_work();
  }

  void settle_writes() {
    for (auto own : core_->own_ids()) {
      auto& writes = writes_of(own);
      if (writes.empty())
        continue;
      const auto view = view_concerns(own);
      writes.settle(view);
      if (writes.is_giving_up())
        writes.give_up_hopeless(view, [&](const event_id& event) {
          return own != core_->id() && core_->is_moving({own, event.counter}, now_ms());
        });
    }
  }

  waiting_writes& writes_of(crdt::replica_id own) {
    return writes_[own == core_->id() ? 0 : 1];
  }

  bool has_work() const {
    return core_->has_work() || reads_->has_work() || writes_[0].has_work() || writes_[1].has_work();
  }

  void schedule_work() {
    if (steps_.go_on([this] { return has_work(); }, [this] { take_step(); }))
      mail(self_, work_atom_v).send(self_);
  }

  void take_step() {
    core_->work(now_ms());
    reads_->go_on(is_caught_up());
    flush();
  }

  void tell_of_changes() {
    for (core_->take_changes(changes_); !changes_.empty(); core_->take_changes(changes_))
      for (const auto& change : changes_)
        tell(change);
  }

  void tell(const crdt::key_change& change) {
    if (!session::is_reserved(change.key))
      watchers_.tell_of_key(to_event_kind(change.what), change.key, to_event_id(change.dot));
    live_watchers_.changed(change.key);
    reads_->changed(change.key);
  }

  void note_caught_up() {
    for (auto& [node, knowledge] : known_)
      if (!knowledge.is_caught_up && knowledge.presence == node_presence::up)
        if (const auto* l = find_link(caf::actor_cast<caf::actor_addr>(knowledge.replica.handle));
            l && core_->caught_up(l->id)) {
          knowledge.is_caught_up = true;
          cold_start_.met(node);
        }
    if (cold_start_.is_cold())
      settle_cold_start();
    if (salvage_.go_on(*core_, !cold_start_.is_cold() && has_met_those_up()))
      options_.log(log_level::info, log_event::restored_shown,
                   fmt::format("{} entries that were salvaged, and that no other node knows, have been written anew",
                               core_->written_anew()));
    const auto now = is_caught_up();
    if (std::exchange(was_caught_up_, now) == now || !now)
      return;
    watchers_.tell_of_node(handoff_event_kind::caught_up, options_.core.node);
    reads_->settle(true);
  }

  bool is_caught_up() const {
    return !options_.awaits_nodes && !salvage_.is_awaited(*core_) && core_->caught_up()
           && std::all_of(known_.begin(), known_.end(), [](const auto& entry) { return entry.second.is_caught_up; });
  }

  /// Other than `is_caught_up`, does not wait for what is down.
  bool has_met_all() const {
    return cold_start_.may_start_sessions() && !salvage_.is_awaited(*core_) && has_met_those_up();
  }

  bool has_met_those_up() const {
    return !options_.awaits_nodes && std::all_of(known_.begin(), known_.end(), [](const auto& entry) {
      const auto& known = entry.second;
      return known.presence == node_presence::down || known.presence == node_presence::forgotten
             || (known.presence == node_presence::up && known.is_caught_up);
    });
  }

  // -- what has been restored ----------------------------------------------------------------------------------------

  void begin_journal(const replica_journal& journal) {
    auto restored = std::move(*journal.opening.restored);
    auto events = restored.claim.vector;
    events.join(*restored.claim.retired);
    // Of what has been salvaged, nothing is claimed.
    const auto add = [&](const std::vector<crdt::journal_register>& registers) {
      for (const auto& r : registers)
        for (std::size_t i = 0; i < r.value.live_count(); ++i)
          events.raise(r.value.live(i).dot);
    };
    add(restored.registers);
    if (const auto& salvaged = journal.opening.salvaged) {
      add(salvaged->registers);
      salvage_ = salvage_use{salvaged};
    }
    cold_start_ = {options_.listed_nodes, is_counted(options_.core.node), std::move(events),
                   journal.options.starts_alone, steady_clock::now() + journal.options.cold_start_wait};
    core_->restore(std::move(restored), now_ms());
    core_->begin_journal();
    journal_.emplace(self_, journal, *core_, [this](const journal_answer& answer) { note(answer); });
    // There may be no other nodes.
    cold_start_.settle(steady_clock::now());
    flush();
  }

  bool is_hidden(const std::optional<crdt::entry_view>& entry) const {
    return entry && cold_start_.hides(entry->dot);
  }

  void settle_cold_start() {
    if (!cold_start_.settle(steady_clock::now()))
      return;
    options_.log(log_level::info, log_event::restored_shown,
                 !cold_start_.awaits_nodes() ? "all nodes have been met since the start: restored state is shown"
                 : cold_start_.may_start_sessions()
                   ? "restored state is shown from now on, although not all nodes have been met"
                   : "restored state is shown from now on, although not all nodes have been met; restored sessions "
                     "wait until a majority has been: see ariadne session resume --help");
    show_restored({});
  }

  /// Tells of what has been hidden, page by page.
  void show_restored(const std::string& after) {
    listings_.ask(*core_, {}, after, [this](keys_page&& page) {
      for (const auto& key : page.keys) {
        if (const auto entry = core_->get(key, now_ms()); entry && cold_start_.has_restored(entry->dot))
          watchers_.tell_of_key(handoff_event_kind::stashed, key, to_event_id(entry->dot));
        reads_->changed(key);
      }
      if (!page.is_last)
        show_restored(page.keys.back());
    });
    schedule_work();
  }

  /// Answers the request for a page of keys with what `convert` makes of it.
  template <class Answer, class Convert>
  caf::result<Answer> list(std::string&& prefix, std::string&& after, Convert convert) {
    if (cold_start_.is_cold())
      return list_shown<Answer>(prefix, after, convert);
    auto answer = listings_.answer<Answer>(*core_, std::move(prefix), std::move(after), convert);
    schedule_work();
    return answer;
  }

  template <class Answer, class Convert>
  caf::result<Answer> list_shown(const std::string& prefix, const std::string& after, Convert convert) {
    auto promise = self_->make_response_promise<Answer>();
    const auto kept = std::make_shared<kept_promise<Answer>>(promise);
    list_shown(prefix, after, [kept, convert](keys_page&& page) { kept->deliver(convert(std::move(page))); });
    return promise;
  }

  /// Goes on until there is a key to be shown: an empty page would be taken for the last one.
  void list_shown(const std::string& prefix, const std::string& after, std::function<void(keys_page&&)> answer) {
    listings_.ask(*core_, prefix, after, [this, prefix, answer = std::move(answer)](keys_page&& page) {
      const auto last = page.keys.empty() ? std::string{} : page.keys.back();
      std::erase_if(page.keys, [&](const std::string& key) { return is_hidden(core_->get(key, now_ms())); });
      if (page.keys.empty() && !page.is_last)
        list_shown(prefix, last, answer);
      else
        answer(std::move(page));
    });
    schedule_work();
  }

  live_values read_live(const std::string& key) {
    live_values result{key, {}};
    for (const auto& entry : crdt::live_entries(*core_, key, now_ms()))
      result.values.push_back({to_event_id(entry.dot), std::string{entry.value.view()}});
    return result;
  }

  void log_doubt() {
    const auto doubt = core_->guard().doubt();
    if (std::exchange(logged_doubt_, doubt) == doubt)
      return;
    if (doubt == crdt::clock_doubt::none)
      options_.log(log_level::info, log_event::clock_believed, "the wall clock is believed again");
    else
      options_.log(log_level::warning, log_event::clock_doubted, describe_doubt(core_->guard()));
  }

  void log_rewritten() {
    std::size_t restamped = 0;
    for (const auto& event : core_->take_rewritten())
      restamped += event.is_erased ? 0 : 1;
    if (restamped > 0)
      options_.log(log_level::warning, log_event::keys_restamped,
                   fmt::format("{} keys were written here by a clock that was wrong, and have been "
                               "written again",
                               restamped));
  }

  /// Whether this node can do its work with the others.
  void judge_standing() {
    std::vector<peer_standing> others;
    const auto neighbours = core_->neighbours();
    for (const auto& [node, knowledge] : known_)
      if (knowledge.presence == node_presence::up)
        others.push_back(standing_with(node, knowledge.replica, neighbours));
    if (!standing_.judge(others, steady_clock::now()))
      return;
    if (standing_.is_in_service())
      options_.log(log_level::info, log_event::service_regained, "this node is in service again");
    else
      options_.log(log_level::error, log_event::service_lost,
                   fmt::format("this node is out of service and hosts no sessions: {}", standing_.reason()));
    flush();
  }

  peer_standing standing_with(const std::string& node, const neighbour& replica,
                              const std::vector<crdt::neighbour_status>& neighbours) const {
    for (const auto& l : links_)
      if (l.is_resting() && l.peer.address() == caf::actor_cast<caf::actor_addr>(replica.handle))
        return {node, true, l.refusal};
    for (const auto& n : neighbours) {
      if (n.id.value != replica.replica)
        continue;
      const auto drift_max = static_cast<std::int64_t>(options_.core.drift_max_ms);
      if (n.clock_ahead_ms > drift_max || n.clock_ahead_ms < -drift_max)
        return {node, true, "its clock is " + describe_ahead(n.clock_ahead_ms)};
      if (n.refused_here > 0 || n.refused_there > 0)
        return {node, true, n.refusal};
    }
    return {node, false, {}};
  }

  // -- acknowledgements ----------------------------------------------------------------------------------------------

  bool is_counted(const std::string& node) const {
    const auto& counted = options_.counted_nodes;
    return counted.empty() || std::find(counted.begin(), counted.end(), node) != counted.end();
  }

  /// What nobody can keep is refused before it is written.
  caf::error check_durable(const write_concern& concern) const {
    if (!concern.durable)
      return {};
    const auto view = view_concerns(core_->id());
    const auto wanted = keepers_wanted(concern, view);
    const auto at_best = keepers_at_best(concern, view);
    if (wanted <= at_best)
      return {};
    return make_error(ec::too_few_journals,
                      fmt::format("{} are wanted, and {} of the nodes that count keep one; nothing has been written. "
                                  "[storage] in the cluster file makes nodes keep a journal",
                                  wanted, at_best));
  }

  /// How far the members have acknowledged the events of `own`, one of the replica's ids.
  concern_view view_concerns(crdt::replica_id own) const {
    concern_view view;
    view.self = core_->id().value;
    view.counted_nodes = options_.counted_nodes.empty() ? known_.size() + 1 : options_.counted_nodes.size();
    view.is_self_counted = is_counted(options_.core.node);
    view.known_nodes = std::max(known_.size() + 1, view.counted_nodes);
    view.keeps = core_->durable() != nullptr;
    view.durable = core_->durable_at(core_->id(), own).value_or(0);
    for (const auto& [node, knowledge] : known_) {
      view.are_nodes_unknown |= knowledge.presence == node_presence::unknown;
      if (const auto id = knowledge.replica.replica; knowledge.presence == node_presence::up)
        view.members.push_back(progress_of(crdt::replica_id{id}, own, is_counted(node)));
    }
    return view;
  }

  member_progress progress_of(crdt::replica_id member, crdt::replica_id own, bool is_counted) const {
    const auto durable = core_->durable_at(member, own);
    return {member.value, core_->acknowledged_by(member, own), is_counted, durable.value_or(0),
            durable || !core_->reaches(member)};
  }

  std::size_t count_members() const {
    return static_cast<std::size_t>(std::count_if(
      known_.begin(), known_.end(), [](const auto& entry) { return entry.second.presence == node_presence::up; }));
  }

  /// To be called before members are lost: nobody may have what they have not acknowledged.
  void note_handed_over() {
    if (count_members() == 0)
      return;
    for (auto own : core_->ids_of_node())
      handed_over_.raise({own, core_->acknowledged_by_members(own)});
  }

  /// The last event of an id up to which all has been handed over, or the one after which a page of leftovers begins.
  crdt::dot last_handed_over(crdt::replica_id id, std::uint64_t after = 0) const {
    return {id, std::max(after, handed_over_[id])};
  }
  bool has_leftovers() const {
    const auto ids = core_->ids_of_node();
    return std::any_of(ids.begin(), ids.end(),
                       [this](auto id) { return core_->has_own_events_beyond(last_handed_over(id)); });
  }

  /// No other node has been up, but for those that have left or are forgotten: nobody is waited for. One of which
  /// nothing has been heard yet may be up.
  bool is_alone() const {
    return std::none_of(known_.begin(), known_.end(), [](const auto& entry) {
      return entry.second.has_been_up || entry.second.presence == node_presence::unknown;
    });
  }

  void settle_drains() {
    if (drains_.empty())
      return;
    note_handed_over();
    const auto members = count_members();
    const auto is_missing = !is_alone() && has_leftovers();
    const auto complete = !is_missing && (members == 0 || core_->is_acknowledged());
    std::erase_if(drains_, [&](pending_drain& drain) {
      const auto* durable = core_->durable();
      const auto is_kept = durable == nullptr || durable->covers(drain.to_be_kept);
      if (!(complete && is_kept) && steady_clock::now() < drain.deadline)
        return false;
      drain_report report{complete && is_kept, members, {}, 0};
      if (is_missing) {
        auto page = leftovers(0);
        report.leftovers = std::move(page.leftovers);
        report.next_leftover = page.next;
      }
      if (!is_kept)
        report.leftovers.push_back({"journal", "the disk has not taken all of it"});
      drain.promise.deliver(std::move(report));
      return true;
    });
  }

  std::string why_not_handed_over(const crdt::dot& event) const {
    std::vector<std::string> missing;
    const auto neighbours = core_->neighbours();
    for (const auto& [node, knowledge] : known_) {
      const crdt::replica_id id{knowledge.replica.replica};
      if (knowledge.presence != node_presence::up || core_->acknowledged_by(id, event.replica) >= event.counter)
        continue;
      const auto refusing = std::find_if(neighbours.begin(), neighbours.end(),
                                         [&](const auto& n) { return n.id == id && n.refused_there > 0; });
      missing.push_back(refusing == neighbours.end() ? node : node + ", which refuses it: " + refusing->refusal);
    }
    const auto has_met_one =
      std::any_of(known_.begin(), known_.end(), [](const auto& entry) { return entry.second.has_been_up; });
    if (missing.empty())
      return has_met_one ? "no other node is up any more" : "no other node has been met";
    return fmt::format("not acknowledged by {}", fmt::join(missing, ", "));
  }

  // -- links ---------------------------------------------------------------------------------------------------------

  link* find_link(const caf::actor_addr& peer) {
    const auto found =
      std::find_if(links_.begin(), links_.end(), [&](const link& l) { return l.peer.address() == peer; });
    return found == links_.end() ? nullptr : &*found;
  }

  const link* find_link(crdt::link_id id) const {
    const auto found = std::find_if(links_.begin(), links_.end(), [&](const link& l) { return l.id == id; });
    return found == links_.end() ? nullptr : &*found;
  }

  /// What `peer` says of the versions that it speaks need not be known if this replica does not speak first.
  link& add_link(const caf::strong_actor_ptr& peer, bool push,
                 const crdt::version_range& versions = crdt::codec_versions) {
    auto& added = links_.emplace_back();
    added.peer = caf::actor_cast<crdt_replica_actor>(peer);
    added.push = push;
    added.version = greatest_common(versions, crdt::codec_versions).value_or(crdt::codec_versions.max);
    monitored_.add(added.peer);
    open(added);
    return added;
  }

  void open(link& l) {
    l.id = crdt::link_id{++last_link_};
    l.rests_until = {};
    core_->open(l.id, l.push, now_ms(), l.version);
    if (l.is_wanted && !l.push)
      core_->greet(l.id, now_ms());
  }

  /// Makes the replica of a node that is up a member, and a neighbour if it is to be one.
  void connect(const known_node& node) {
    auto* known = find_link(caf::actor_cast<caf::actor_addr>(node.replica.handle));
    auto& l = known ? *known : add_link(node.replica.handle, node.is_neighbour, node.replica.codec_versions);
    set_push(l, node.is_neighbour);
    if (!std::exchange(l.is_wanted, true) && !l.push && !l.is_resting())
      core_->greet(l.id, now_ms());
  }

  /// What has been a member is only answered from now on.
  void disregard(link& l) {
    set_push(l, false);
    l.is_wanted = false;
  }

  void set_push(link& l, bool push) {
    if (std::exchange(l.push, push) != push && !l.is_resting())
      core_->set_push(l.id, push, now_ms());
  }

  /// The link of the message that is being handled, opened if need be; nullptr if nobody has sent it.
  link* link_of_sender() {
    const auto& sender = self_->current_sender();
    if (!sender)
      return nullptr;
    auto* known = find_link(caf::actor_cast<caf::actor_addr>(sender));
    if (!known)
      return &add_link(sender, false);
    if (known->is_resting() && known->rest_is_over())
      open(*known);
    return known;
  }

  void rest(link& l, const std::string& reason) {
    if (l.refusal != reason)
      options_.log(log_level::error, log_event::replication_refused,
                   fmt::format("replication with {} is refused: {}", peer_name(l), reason));
    l.refusal = reason;
    l.rests_until = steady_clock::now() + options_.retry_refused_after;
    core_->close(l.id, now_ms());
    flush();
  }

  std::string peer_name(const link& l) const {
    for (const auto& n : core_->neighbours())
      if (n.link == l.id && !n.node.empty())
        return "node " + crdt::escaped_briefly(n.node);
    return "actor " + to_string(l.peer);
  }

  ticking_crdt_replica_actor::pointer self_;
  node_tally& tally_ = tally_of(self_->system());
  /// Where each outcome, and each concern, is counted: looked up once, since there may be a million in a second.
  std::array<tally*, 3> pickups_{};
  std::array<duration_histogram*, 2 * (static_cast<std::size_t>(concern_level::all) + 1)> stash_durations_{};
  monitored_actors<ticking_crdt_replica_actor::pointer> monitored_;
  crdt_replica_options options_;
  std::optional<answer_gate<ticking_crdt_replica_actor::pointer>> gate_;
  /// Before all that waits, which has places in it.
  std::optional<waiting_room<ticking_crdt_replica_actor::pointer>> waits_;
  std::optional<crdt::replica> core_;
  /// When the clock was read last, by a steady clock, and the time that the node has gone by since.
  std::uint64_t read_at_ms_ = 0;
  std::uint64_t now_ms_ = 0;
  /// How many entries had expired when that was last counted.
  std::uint64_t told_expired_ = 0;
  /// Those that `flush` works off, for the sake of their memory.
  std::vector<crdt::key_change> changes_;
  /// A few: as many as there are other nodes.
  std::vector<link> links_;
  std::uint64_t last_link_ = 0;
  /// By name.
  std::map<std::string, node_knowledge> known_;
  service_standing standing_;
  cold_start cold_start_;
  salvage_use salvage_;
  std::optional<journal_outlet<ticking_crdt_replica_actor::pointer>> journal_;
  crdt::clock_doubt logged_doubt_ = crdt::clock_doubt::none;
  bool was_caught_up_ = true;
  stepwise_work<> steps_;
  /// Those of each of the replica's ids.
  std::array<waiting_writes, 2> writes_;
  std::optional<map_reads> reads_;
  std::vector<pending_drain> drains_;
  /// All members that were present at one time had acknowledged the events of this replica up to these.
  crdt::version_vector handed_over_;
  event_feeds<ticking_crdt_replica_actor::pointer> watchers_;
  live_feeds<ticking_crdt_replica_actor::pointer> live_watchers_;
  key_listings<ticking_crdt_replica_actor::pointer> listings_;
};

ticking_crdt_replica_actor::behavior_type
crdt_replica(ticking_crdt_replica_actor::stateful_pointer<crdt_replica_state> self, crdt_replica_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](put_atom, const std::string& key, const std::string& value, const write_options& options) {
      return state.put(key, crdt::shared_bytes{value}, options, false);
    },
    [&state](put_atom, const std::string& key, shared_value& value, const write_options& options,
             bool counts_from_last_piece) {
      return state.put(key, std::move(value.bytes), options, counts_from_last_piece);
    },
    [&state](put_atom, const std::string& key, const std::string& value, const write_fence& fence) {
      return state.put_fenced(key, value, fence);
    },
    [&state](get_atom, std::string& key, const wait_options& options) {
      return state.read<map_entry>(key, read_purpose::look, options);
    },
    [&state](erase_atom, std::string& key, const wait_options& options) {
      return state.read<map_entry>(key, read_purpose::take, options);
    },
    [&state](get_atom, hold_atom, std::string& key, const wait_options& options) {
      return state.read<map_entry>(key, read_purpose::hold, options);
    },
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.read<pickup_result>(key, read_purpose::look, options);
    },
    [&state](take_atom, std::string& key, const wait_options& options) {
      return state.read<pickup_result>(key, read_purpose::take, options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.read<pickup_result>(key, read_purpose::hold, options);
    },
    [&state](discard_atom, const std::string& key) { return state.discard(key); },
    [&state](discard_atom, const std::string& key, const event_id& event) { return state.discard(key, event); },
    [&state](keys_atom, std::string& prefix, std::string& after) { return state.keys(prefix, after); },
    [&state](neighbours_atom, const std::vector<known_node>& nodes) { state.set_neighbours(nodes); },
    [&state](expected_atom) { state.expect_no_more(); },
    [&state](watch_atom, std::string& prefix, const watcher_actor& watcher) { return state.watch(prefix, watcher); },
    [&state](watch_atom, const watcher_actor& watcher) { return state.watch(watcher); },
    [&state](watch_atom, std::string& prefix, std::string& after) { return state.standing_events(prefix, after); },
    [&state](watch_atom, std::string& prefix, const live_watcher_actor& watcher) {
      return state.watch(prefix, watcher);
    },
    [self](host_atom) { return release_0_2::find_host(self); },
    [&state](drain_atom, std::uint64_t timeout_ms) { return state.drain(timeout_ms); },
    [&state](leftovers_atom, std::uint64_t after) { return state.leftovers(after); },
    [&state](status_atom) { return state.status(); },
    [&state](start_atom, expected_atom) { return state.start_sessions_alone(); },
    [&state](const sync_frame& frame) { state.receive(frame); },
    [&state](const journal_answer& answer) { state.note(answer); },
    [&state](tick_atom) { state.tick(); },
    [&state](work_atom) { state.work(); },
  };
}

} // namespace

crdt_replica_actor spawn_crdt_replica(caf::actor_system& system, crdt_replica_options options) {
  return system.spawn(crdt_replica, std::move(options));
}

} // namespace ariadne
