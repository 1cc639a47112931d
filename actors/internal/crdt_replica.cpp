#include "actors/internal/crdt_replica.hpp"

#include "actors/internal/acknowledgements.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/clock_report.hpp"
#include "actors/internal/crdt_replica_self.hpp"
#include "actors/internal/deadline.hpp"
#include "actors/internal/handover.hpp"
#include "actors/internal/kept_state.hpp"
#include "actors/internal/known_nodes.hpp"
#include "actors/internal/map_requests.hpp"
#include "actors/internal/map_watches.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/release_0_2.hpp"
#include "actors/internal/replica_links.hpp"
#include "actors/internal/replica_report.hpp"
#include "actors/internal/service_standing.hpp"
#include "actors/internal/stepwise_work.hpp"
#include "actors/internal/timed_replica.hpp"
#include "actors/internal/waiting_room.hpp"
#include "crdt/invariant.hpp"
#include "crdt/printable_text.hpp"
#include "session/reserved_keys.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

crdt_replica_options with_hidden_prefix(crdt_replica_options options) {
  options.core.hidden_prefix = session::reserved_key_prefix;
  return options;
}

/// Composes what a replica consists of: hands on what comes in, and has the others know what has come of it.
class replica_shell {
public:
  replica_shell(crdt_replica_self self, crdt_replica_options options)
    : self_(self), options_(with_hidden_prefix(std::move(options))),
      monitored_(self, [this](const caf::down_msg& down) { peer_ended(down); }), gate_(self, options_.answers),
      room_(self, monitored_, options_.requests), core_(options_.core), kept_(core_),
      links_(core_, options_.retry_refused_after, [this](const auto& peer) { monitored_.add(peer); }),
      acknowledged_(*core_, nodes_, options_.counted_nodes, options_.core.node), handover_(*core_, nodes_),
      requests_({.self = self,
                 .core = core_,
                 .limits = options_.core.limits,
                 .kept = kept_,
                 .acknowledged = acknowledged_,
                 .room = room_,
                 .gate = gate_,
                 .is_caught_up = [this] { return is_caught_up(); },
                 .flush = [this] { flush(); }},
                options_.requests.hold_max),
      watches_({.self = self,
                .monitored = monitored_,
                .core = core_,
                .limits = options_.core.limits,
                .kept = kept_,
                .room = room_,
                .gate = gate_,
                .log = options_.log,
                .schedule_work = [this] { schedule_work(); },
                .appeared = [this](const std::string& key) { requests_.changed(key); }}),
      was_caught_up_(!options_.awaits_nodes) {
    core_->collect_changes(false);
    tally_.map_limit_bytes.set(static_cast<std::int64_t>(options_.core.limits.map_bytes_max));
    if (options_.journal)
      begin_journal(*options_.journal);
    schedule_tick();
  }

  // What is asked of the map: `flush` follows where it is due.
  map_requests& requests() {
    return requests_;
  }
  map_watches& watches() {
    return watches_;
  }

  caf::result<void> watch(std::string& prefix, const live_watcher_actor& watcher) {
    auto answer = watches_.watch(prefix, watcher);
    flush();
    return answer;
  }
  caf::result<void> watch(const watcher_actor& watcher) {
    return watches_.watch(watcher, was_caught_up_);
  }

  // -- other replicas ------------------------------------------------------------------------------------------------

  void set_neighbours(std::vector<known_node> nodes) {
    const stepwise_work<>::long_handler handler{steps_};
    handover_.note_acknowledged();
    std::erase_if(nodes, [this](const known_node& n) { return n.replica.handle == self_->ctrl(); });
    nodes_.update(nodes);
    std::set<crdt::replica_id> members;
    std::set<caf::actor_addr> wanted;
    for (const auto& n : nodes) {
      if (n.presence == node_presence::forgotten)
        core_->drop_disk_of(n.node);
      if (n.presence != node_presence::up)
        continue;
      members.insert(crdt::replica_id{n.replica.replica});
      if (nodes_.all().at(n.node).has_lost_link)
        continue;
      wanted.insert(caf::actor_cast<caf::actor_addr>(n.replica.handle));
      links_.connect(n);
    }
    links_.disregard_all_but(wanted);
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
    const auto now = steady_clock::now();
    auto* link = links_.link_to(self_->current_sender(), now);
    if (!link || link->is_resting())
      return;
    link->last_frame = now;
    auto refusal = core_->receive(link->id, frame.bytes, core_.now_ms());
    // The frames are sent first: they tell the other side of the refusal.
    flush();
    if (refusal)
      rest(*link, refusal->reason);
  }

  // -- a journal -----------------------------------------------------------------------------------------------------

  void note(const journal_answer& answer) {
    if (!options_.journal)
      return;
    kept_.note(answer);
    flush();
  }

  caf::result<std::uint64_t> start_sessions_alone() {
    const auto wait = kept_.start_alone(steady_clock::now());
    if (!wait)
      return make_error(ec::refused, fmt::format("node {} has no sessions that wait for nodes to be met",
                                                 crdt::escaped_briefly(options_.core.node)));
    options_.log({log_level::warning, log_event::sessions_resumed,
                  "restored sessions start without a majority of the nodes: an operator says so"});
    flush();
    return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(*wait).count());
  }

  // -- time ----------------------------------------------------------------------------------------------------------

  void tick() {
    const stepwise_work<>::long_handler handler{steps_};
    core_->tick(core_.now_ms());
    kept_.note_lag();
    log_doubt();
    judge_standing();
    links_.open_rested(steady_clock::now());
    settle_restored();
    tally_.expired.add(core_->expired() - std::exchange(told_expired_, core_->expired()));
    requests_.settle_reads();
    requests_.look_at_all_writes();
    flush();
    handover_.drop_abandoned();
    room_.forget_idle();
    schedule_tick();
  }

  void work() {
    steps_.message_came([this] { take_step(); });
    schedule_work();
  }

  // -- what others have, and what is known ---------------------------------------------------------------------------

  caf::result<drain_report> drain(std::uint64_t timeout_ms) {
    auto place = room_.admit(timeout_ms);
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<drain_report>();
    handover_.add(kept_promise<drain_report>{promise}, deadline_in(timeout_ms), std::move(*place));
    handover_.settle(steady_clock::now());
    return promise;
  }

  leftovers_page leftovers(std::uint64_t after) const {
    return handover_.leftovers(after);
  }

  replica_status status() const {
    auto result = report(*core_, links_);
    result.caught_up = is_caught_up();
    result.waiting_writes = requests_.waiting_write_count();
    result.waiting_reads = requests_.waiting_read_count();
    result.out_of_service = standing_.reason();
    return result;
  }

private:
  void peer_ended(const caf::down_msg& down) {
    const stepwise_work<>::long_handler handler{steps_};
    watches_.ended(down.source);
    room_.ended(down.source);
    handover_.note_acknowledged();
    nodes_.lose_link(down.source);
    links_.ended(down.source);
    flush();
  }

  void rest(replica_links::link& l, const std::string& reason) {
    if (l.refusal != reason)
      options_.log({log_level::error,
                    log_event::replication_refused,
                    "replication with {peer} is refused: {reason}",
                    {{"peer", links_.name_of(l)}, {"reason", reason}}});
    links_.let_rest(l, reason, steady_clock::now());
    flush();
  }

  void begin_journal(const replica_journal& journal) {
    kept_.restore(journal, options_.listed_nodes, acknowledged_.is_counted(options_.core.node), steady_clock::now());
    options_.log(
      {log_level::debug, log_event::journal_restored, "{keys} keys are there again", {{"keys", core_->key_count()}}});
    kept_.keep(self_, journal, [this](const journal_answer& answer) { note(answer); });
    flush();
  }

  void schedule_tick() {
    mail(self_, tick_atom_v).delay(options_.tick_interval).send(self_);
  }

  /// The frames of the core go out, and whoever has waited for what has become true is answered. To be called after
  /// every call of the core that may change anything.
  void flush() {
    if constexpr (crdt::checks_each_message)
      core_->check_invariants();
    tell_of_changes();
    if (requests_.answer_changed())
      tell_of_changes();
    core_->collect_changes(watches_.awaits_changes() || requests_.awaits_changes());
    log_rewritten();
    // Before anybody is answered: whoever asks the storage after an answer learns what is not kept yet.
    kept_.flush();
    for (auto& frame : core_->take_frames())
      if (const auto* l = links_.find(frame.link))
        mail(self_, sync_frame{std::move(frame.bytes)}).send(l->peer);
    requests_.settle_writes();
    note_caught_up();
    watches_.flush(has_met_all(), standing_.is_in_service(),
                   [this](const std::string& key) { return requests_.read_live(key); });
    handover_.settle(steady_clock::now());
    schedule_work();
  }

  void tell_of_changes() {
    for (core_->take_changes(changes_); !changes_.empty(); core_->take_changes(changes_))
      for (const auto& change : changes_) {
        watches_.tell(change);
        requests_.changed(change.key);
      }
  }

  void schedule_work() {
    if (steps_.go_on([this] { return core_->has_work() || requests_.has_work(); }, [this] { take_step(); }))
      mail(self_, work_atom_v).send(self_);
  }

  void take_step() {
    core_->work(core_.now_ms());
    requests_.go_on();
    flush();
  }

  void note_caught_up() {
    nodes_.note_caught_up(
      [this](const caf::actor_addr& replica) {
        const auto* l = links_.find(replica);
        return l && core_->caught_up(l->id);
      },
      [this](const std::string& node) { kept_.met(node); });
    if (kept_.is_hiding())
      settle_restored();
    if (kept_.write_salvaged(has_met_those_up()))
      options_.log({log_level::info,
                    log_event::restored_shown,
                    "{keys} entries that were salvaged, and that no other node knows, have been written anew",
                    {{"keys", core_->written_anew()}}});
    const auto now = is_caught_up();
    if (std::exchange(was_caught_up_, now) == now || !now)
      return;
    watches_.tell_caught_up();
    requests_.settle_reads();
  }

  bool is_caught_up() const {
    return !options_.awaits_nodes && !kept_.awaits_salvage() && core_->caught_up() && nodes_.are_caught_up();
  }

  /// Other than `is_caught_up`, does not wait for what is down.
  bool has_met_all() const {
    return kept_.may_start_sessions() && !kept_.awaits_salvage() && has_met_those_up();
  }

  bool has_met_those_up() const {
    return !options_.awaits_nodes && nodes_.are_met();
  }

  void settle_restored() {
    const auto why = kept_.settle(steady_clock::now());
    if (!why)
      return;
    options_.log({log_level::info, log_event::restored_shown, "{reason}", {{"reason", *why}}});
    if (watches_.awaits_changes() || requests_.awaits_changes())
      watches_.show_restored();
  }

  /// Whether this node can do its work with the others.
  void judge_standing() {
    if (!standing_.judge(standings(*core_, links_, nodes_), steady_clock::now()))
      return;
    if (standing_.is_in_service())
      options_.log({log_level::info, log_event::service_regained, "this node is in service again"});
    else
      options_.log({log_level::error,
                    log_event::service_lost,
                    "this node is out of service and hosts no sessions: {reason}",
                    {{"reason", standing_.reason()}}});
    flush();
  }

  void log_doubt() {
    const auto doubt = core_->guard().doubt();
    if (std::exchange(logged_doubt_, doubt) == doubt)
      return;
    if (doubt == crdt::clock_doubt::none)
      options_.log({log_level::info, log_event::clock_believed, "the wall clock is believed again"});
    else
      options_.log({log_level::warning,
                    log_event::clock_doubted,
                    describe_doubt(core_->guard()),
                    {{"ahead_ms", core_->guard().wall_ahead_ms()}}});
  }

  void log_rewritten() {
    std::size_t restamped = 0;
    for (const auto& event : core_->take_rewritten())
      restamped += event.is_erased ? 0 : 1;
    if (restamped > 0)
      options_.log({log_level::warning,
                    log_event::keys_restamped,
                    "{keys} keys were written here by a clock that was wrong, and have been written again",
                    {{"keys", restamped}}});
  }

  crdt_replica_self self_;
  crdt_replica_options options_;
  node_tally& tally_ = tally_of(self_->system());
  stepwise_work<> steps_;
  monitored_actors<crdt_replica_self> monitored_;
  answer_gate<crdt_replica_self> gate_;
  /// Before all that waits, which has places in it.
  waiting_room<crdt_replica_self> room_;
  timed_replica core_;
  kept_state kept_;
  known_nodes nodes_;
  replica_links links_;
  acknowledgements acknowledged_;
  handover handover_;
  map_requests requests_;
  map_watches watches_;
  service_standing standing_;
  bool was_caught_up_ = true;
  crdt::clock_doubt logged_doubt_ = crdt::clock_doubt::none;
  /// How many entries had expired when that was last counted.
  std::uint64_t told_expired_ = 0;
  /// Those that `flush` works off, for the sake of their memory.
  std::vector<crdt::key_change> changes_;
};

/// A replica is made of options, and the state of an actor is not.
struct crdt_replica_state {
  static inline const char* name = "crdt_replica";

  explicit crdt_replica_state(crdt_replica_self) {}

  std::optional<replica_shell> shell;
};

ticking_crdt_replica_actor::behavior_type
crdt_replica(ticking_crdt_replica_actor::stateful_pointer<crdt_replica_state> self, crdt_replica_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self).shell.emplace(self, std::move(options));
  return {
    [&state](put_atom, const std::string& key, const std::string& value, const write_options& options) {
      return state.requests().put(key, crdt::shared_bytes{value}, options, false);
    },
    [&state](put_atom, const std::string& key, shared_value& value, const write_options& options,
             bool counts_from_last_piece) {
      return state.requests().put(key, std::move(value.bytes), options, counts_from_last_piece);
    },
    [&state](put_atom, const std::string& key, const std::string& value, const write_fence& fence) {
      return state.requests().put_fenced(key, value, fence);
    },
    [&state](get_atom, std::string& key, const wait_options& options) {
      return state.requests().read<map_entry>(key, read_purpose::look, options);
    },
    [&state](erase_atom, std::string& key, const wait_options& options) {
      return state.requests().read<map_entry>(key, read_purpose::take, options);
    },
    [&state](get_atom, hold_atom, std::string& key, const wait_options& options) {
      return state.requests().read<map_entry>(key, read_purpose::hold, options);
    },
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.requests().read<pickup_result>(key, read_purpose::look, options);
    },
    [&state](take_atom, std::string& key, const wait_options& options) {
      return state.requests().read<pickup_result>(key, read_purpose::take, options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.requests().read<pickup_result>(key, read_purpose::hold, options);
    },
    [&state](discard_atom, const std::string& key) { return state.requests().discard(key); },
    [&state](discard_atom, const std::string& key, const event_id& event) {
      return state.requests().discard(key, event);
    },
    [&state](keys_atom, std::string& prefix, std::string& after) { return state.watches().keys(prefix, after); },
    [&state](neighbours_atom, const std::vector<known_node>& nodes) { state.set_neighbours(nodes); },
    [&state](expected_atom) { state.expect_no_more(); },
    [&state](watch_atom, std::string& prefix, const watcher_actor& watcher) {
      return state.watches().watch(prefix, watcher);
    },
    [&state](watch_atom, const watcher_actor& watcher) { return state.watch(watcher); },
    [&state](watch_atom, std::string& prefix, std::string& after) {
      return state.watches().standing_events(prefix, after);
    },
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
