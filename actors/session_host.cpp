#include "actors/session_host.hpp"

#include "actors/error.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/host_messages.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/process_clocks.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/session_drains.hpp"
#include "actors/internal/session_events.hpp"
#include "actors/internal/session_links.hpp"
#include "actors/internal/session_map.hpp"
#include "actors/internal/session_runs.hpp"
#include "actors/internal/session_words.hpp"
#include "actors/internal/stepwise_work.hpp"
#include "actors/internal/waiting_room.hpp"
#include "crdt/printable_text.hpp"
#include "membership/run_watch.hpp"
#include "session/rounds.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <variant>
#include <vector>

namespace ariadne {

namespace {

using session::host_id;
using session::session_key;

constexpr std::chrono::milliseconds tick_interval{20};
/// A host that has done nothing for longer was not run.
constexpr std::chrono::milliseconds pause_max{300};
/// Hosts of other nodes are looked for when nodes come, and then again after this time, as long as one is not
/// connected.
constexpr std::uint64_t look_again_ms = 100;
/// More than a session has owners while a node is away.
constexpr std::uint64_t epoch_gap = 65'536;

template <class Duration>
std::uint64_t to_ms(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::uint64_t draw_incarnation() {
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> distribution{1};
  return distribution(random);
}

concern_level to_concern(session::record_holders holders) {
  switch (holders) {
    case session::record_holders::any:
      return concern_level::local;
    case session::record_holders::another:
      return concern_level::one;
    case session::record_holders::majority:
      return concern_level::majority;
  }
  return concern_level::local;
}

class session_host_state {
public:
  static inline const char* name = "session_host";

  explicit session_host_state(session_host_self self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }),
      map_(self, monitored_, [this] { act(); }), events_(options_, tally_, [this] { return core_->hosts(); }),
      runs_({.self = self,
             .monitored = monitored_,
             .options = options_,
             .tally = tally_,
             .tell = [this](const session_runs::event& event) { tell(event); },
             .note_failure = [this](const session_key& key, const std::string& how,
                                    bool begun) { note_failure(key, how, begun); },
             .readable_version = [this](const std::string& kind) { return readable_version(kind); }}) {}

  void start(session_host_options options) {
    options_ = std::move(options);
    gate_.emplace(self_, options_.answers);
    waits_.emplace(self_, monitored_, options_.requests);
    const host_id id{options_.node, draw_incarnation()};
    links_.emplace(self_, monitored_, id, [this](const session_links::change& c) { note_connection(c); });
    session::session_host_options core;
    core.self = id;
    for (const auto& [kind, about] : options_.kinds)
      if (session::is_valid_kind(kind)) {
        core.kinds[kind] = {about.schema_version, bool{about.resolve}};
        // Before there is any: a count that begins with 1 does not grow for whoever watches it.
        tally_.kinds[kind];
      } else {
        options_.log({log_level::error,
                      log_event::kind_refused,
                      "a kind of {bytes} bytes is not hosted: its name is empty or too long, or has a slash or a "
                      "control character",
                      {{"bytes", kind.size()}}});
      }
    for (const auto& [kind, about] : options_.kinds)
      if (about.upgrades.has_downgrades())
        readable_versions_[kind] = about.schema_version;
    core.minority = options_.minority;
    core.configured_nodes = options_.configured_nodes;
    core.unmet_epoch_gap = options_.keeps_journal && !core.pauses() ? epoch_gap : 0;
    core.durable_records = options_.keeps_journal;
    core.lease = options_.lease;
    core.rebalance_max = options_.rebalance_max;
    core.sessions_max = options_.sessions_max;
    core.message_wait_ms = request_timeout_ms();
    const auto now = read_clocks();
    watch_.emplace(
      std::min<membership::run_watch::duration>(pause_max, std::chrono::milliseconds{options_.lease.lease_ms / 5}),
      now);
    core_.emplace(std::move(core), to_ms(now.now.time_since_epoch()));
    mail(self_, tick_atom_v).delay(tick_interval).send(self_);
  }

  // -- requests ------------------------------------------------------------------------------------------------------

  caf::result<session_place> start_session(session_key key, snapshot&& state, std::uint64_t wait_ms) {
    return request<session_place>(wait_ms, place_answer(key), [&](auto number, auto deadline_ms) {
      core_->start(number, key, std::move(state), deadline_ms, now_ms());
    });
  }

  caf::result<bool> stop_session(const session_key& key, std::uint64_t wait_ms) {
    const auto ended = [](const session::answer_request&, const auto& p) { p->deliver(true); };
    return request<bool>(wait_ms, ended,
                         [&](auto number, auto deadline_ms) { core_->stop(number, key, deadline_ms, now_ms()); });
  }

  caf::result<session_place> locate(const session_key& key, std::uint64_t wait_ms) {
    return request<session_place>(wait_ms, place_answer(key), [&](auto number, auto deadline_ms) {
      core_->locate(number, key, deadline_ms, now_ms());
    });
  }

  caf::result<std::string> deliver(const session_key& key, std::string&& message, std::uint64_t wait_ms) {
    const auto asker = self_->current_sender();
    if (!gate_->has_room(asker))
      return make_error(ec::too_many_answers);
    const auto handled = [this, asker](const session::answer_request& a, const auto& p) {
      if (!gate_->admits(asker, a.payload.size()))
        return p->deliver(make_error(ec::session_unanswered,
                                     "it has been handled, but too many answers of this node have not been taken yet"));
      if (a.payload.empty() || a.payload.front() == session_answer::refused)
        p->deliver(make_error(ec::session_refused, a.payload.empty() ? a.payload : a.payload.substr(1)));
      else
        p->deliver(a.payload.substr(1));
      gate_->answered(asker, a.payload.size());
    };
    return request<std::string>(wait_ms, handled, [&](auto number, auto deadline_ms) {
      core_->deliver(number, key, std::move(message), deadline_ms, now_ms());
    });
  }

  std::uint64_t request_timeout_ms() const {
    return static_cast<std::uint64_t>(options_.request_timeout.count());
  }

  caf::result<sessions_page> sessions(const session_key& after) {
    if (!gate_->passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    sessions_page page;
    auto listing = core_->sessions(after, sessions_looked_max);
    page.is_last = !listing.last;
    for (std::size_t bytes = 0; auto& s : listing.sessions) {
      if (bytes >= page_bytes) {
        page.is_last = false;
        listing.last = session_key{page.sessions.back().kind, page.sessions.back().id};
        break;
      }
      bytes += s.key.kind.size() + s.key.id.size() + s.owner.node.size() + 64;
      page.sessions.push_back(
        {s.key.kind, s.key.id, s.owner.node, s.epoch, to_text(s.phase), s.here, s.waiting_messages});
    }
    if (listing.last) {
      page.last_kind = std::move(listing.last->kind);
      page.last_id = std::move(listing.last->id);
    }
    return page;
  }

  caf::result<session_host_status> status() {
    if (!gate_->passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    auto result = events_.counts();
    result.node = options_.node;
    result.is_paused = core_->is_paused();
    result.is_cordoned = is_cordoned_;
    for (const auto& [host, profile] : core_->hosts()) {
      const auto running = core_->running().find(host.node);
      result.hosts.push_back({host.node, profile.kinds, profile.cordoned, profile.draining,
                              running == core_->running().end() ? 0 : running->second});
    }
    result.running = runs_.size();
    result.waiting_requests = requests_.size();
    return result;
  }

  bool set_cordoned(bool cordoned) {
    core_->set_cordoned(cordoned, now_ms());
    act();
    return std::exchange(is_cordoned_, cordoned);
  }

  /// What an operator says counts for this start of the node, whatever becomes of the handoff pair.
  caf::result<std::uint64_t> start_alone() {
    if (options_.minority == session::minority_policy::pause)
      return make_error(ec::refused,
                        "minority is \"pause\": sessions run only where a majority of the nodes is, whoever "
                        "says otherwise; take nodes that will not return out of the cluster file");
    if (!map_.is_there())
      return make_error(ec::replica_restarting);
    auto promise = self_->make_response_promise<std::uint64_t>();
    const auto answer = std::make_shared<kept_promise<std::uint64_t>>(promise, ec::replica_restarting);
    map_.start_alone([this, answer](caf::expected<std::uint64_t> wait_ms) {
      starts_alone_ = starts_alone_ || wait_ms;
      answer->deliver(std::move(wait_ms));
    });
    return promise;
  }

  caf::result<std::vector<leftover>> drain() {
    auto place = waits_->admit(0);
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<std::vector<leftover>>();
    if (runs_.size() > 0)
      options_.log(
        {log_level::info,
         log_event::sessions_moving,
         runs_.size() == 1 ? "{count} session is moved to another node" : "{count} sessions are moved to other nodes",
         {{"count", runs_.size()}}});
    drains_.add(kept_promise<std::vector<leftover>>{promise, ec::session_unanswered},
                now_ms() + static_cast<std::uint64_t>(options_.drain_timeout.count()), std::move(*place));
    core_->drain(now_ms());
    act();
    settle_drains();
    return promise;
  }

  // -- sessions ------------------------------------------------------------------------------------------------------

  void checkpoint(const session_key& key, session::run_id run, snapshot&& state) {
    if (options_.kinds.contains(key.kind))
      core_->checkpoint(key, run, runs_.to_saved(key.kind, std::move(state)), now_ms());
    act();
  }

  caf::strong_actor_ptr session_here(const session_key& key) const {
    return runs_.find(key);
  }

  // -- the map and the nodes -----------------------------------------------------------------------------------------

  void set_handoff(const state_handoff_actor& handoff) {
    if (map_.is_handoff(handoff.address()))
      return;
    lose_map();
    map_.attach(handoff, [this] { begin_map(); });
  }

  void note_records(const live_changes& changes) {
    const stepwise_work<>::long_handler handler{steps_};
    if (!map_.is_replica(self_->current_sender()))
      return;
    for (const auto& found : changes.keys)
      if (const auto key = session::session_key_from(found.key))
        core_->record_changed(*key, found.values, now_ms());
      else if (const auto node = session::reserving_node(found.key))
        core_->reservation_changed(*node, found.values, now_ms());
    has_met_all_ = changes.has_met_all;
    core_->set_in_service(changes.is_in_service, now_ms());
    note_caught_up();
    act();
  }

  void look_for_hosts() {
    next_look_ms_ = now_ms() + look_again_ms;
    map_.ask_for_nodes([this](const std::vector<known_node>& nodes) { links_->set_nodes(nodes); });
  }

  void ended(const caf::down_msg& down) {
    const stepwise_work<>::long_handler handler{steps_};
    if (waits_->ended(down.source)) {
      withdrawals_.look_at_all();
      withdraw_abandoned();
    }
    if (map_.is_handoff(down.source))
      return lose_map();
    if (!links_->ended(down.source))
      runs_.ended(down);
  }

  // -- other hosts ---------------------------------------------------------------------------------------------------

  session_peer found() const {
    return had_map_ ? links_->self_as_peer() : session_peer{};
  }

  caf::result<session_peer> introduced(const session_introduction& other) {
    if (!other.sender.handle || other.sender.node == options_.node)
      return make_error(ec::refused, "a host without a handle, or of this node");
    // The answer has to be there before the first frame.
    auto promise = self_->make_response_promise<session_peer>();
    promise.deliver(links_->self_as_peer());
    links_->introduced(other);
    return promise;
  }

  void asked_to_begin(const session_introduction& other) {
    links_->asked_to_begin(other);
  }

  void receive(const session_frame& frame) {
    const stepwise_work<>::long_handler handler{steps_};
    const auto from = links_->sender_of(frame);
    if (!from)
      return;
    if (const auto problem = core_->receive(*from, frame.bytes, now_ms()); !problem.empty())
      options_.log({log_level::error,
                    log_event::session_frame_refused,
                    "a frame of the sessions of node {peer} is refused: {reason}",
                    {{"peer", crdt::escaped_briefly(from->node)}, {"reason", problem}}});
    act();
  }

  void tick() {
    const stepwise_work<>::long_handler handler{steps_};
    core_->tick(now_ms());
    look_at_versions();
    runs_.ask_for_checkpoints(now_ms());
    if (now_ms() >= next_look_ms_ && !links_->is_complete())
      look_for_hosts();
    act();
    settle_drains();
    waits_->forget_idle();
    mail(self_, tick_atom_v).delay(tick_interval).send(self_);
  }

  void work() {
    steps_.message_came([this] { take_step(); });
    schedule_work();
  }

private:
  /// This many sessions, and requests, are looked at in one go, at most.
  static constexpr std::size_t sessions_looked_max = 2048;
  /// So many of them are done something about, at most.
  static constexpr std::size_t step_max = 512;

  using place_promise = std::shared_ptr<kept_promise<session_place>>;

  /// What somebody has asked of this host.
  struct pending_request {
    std::function<void(const session::answer_request&)> answer;
    waiting_place place;
  };

  /// The time. If this process has not been run, the core is told so before whatever the time is read for: that may be
  /// old, and the next tick may come long after it.
  std::uint64_t now_ms() {
    const auto read = read_clocks();
    const auto now = to_ms(read.now.time_since_epoch());
    if (watch_->look(read) != membership::run_watch::duration{})
      core_->was_not_run(to_ms(watch_->unseen()), now);
    return now;
  }

  // -- the map and the nodes -----------------------------------------------------------------------------------------

  void lose_map() {
    map_.lose();
    runs_.map_lost();
  }

  void begin_map() {
    if (std::exchange(had_map_, true))
      core_->map_restarted(now_ms());
    map_.watch();
    if (starts_alone_)
      map_.start_alone([](const caf::expected<std::uint64_t>&) {});
    look_for_hosts();
    act();
  }

  /// Nothing is started before the hosts of all nodes that are up can be asked.
  void note_caught_up() {
    if (has_met_all_ && links_->is_complete() && !std::exchange(is_caught_up_, true))
      core_->caught_up(now_ms());
  }

  void note_connection(const session_links::change& c) {
    const auto& peer = c.connected ? c.connected : c.disconnected;
    if (peer)
      options_.log({log_level::debug,
                    log_event::session_host_changed,
                    "the session host of node {peer} {change}",
                    {{"peer", crdt::escaped_briefly(peer->node)}, {"change", c.connected ? "is connected" : c.why}}});
    if (c.connected) {
      events_.host_back(c.connected->node);
      core_->peer_up(*c.connected, now_ms());
    }
    // A node whose host is lost may have ended, or start another one.
    core_->set_unmet(c.unmet, now_ms());
    if (c.disconnected) {
      events_.host_lost(c.disconnected->node, now_ms());
      core_->peer_down(*c.disconnected, now_ms());
    } else {
      note_caught_up();
    }
    act();
  }

  // -- requests ------------------------------------------------------------------------------------------------------

  /// Has the core begin what is asked, by `begin(number, deadline_ms)`; `answer(answer_request, promise)` is called
  /// when it is done.
  template <class Answer, class Then, class Begin>
  caf::result<Answer> request(std::uint64_t wait_ms, Then answer, Begin begin) {
    auto place = waits_->admit(wait_ms);
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<Answer>();
    auto kept = std::make_shared<kept_promise<Answer>>(promise, ec::session_unanswered);
    auto done = [kept, answer](const session::answer_request& a) {
      if (a.result == session::outcome::done)
        answer(a, kept);
      else
        kept->deliver(make_error(to_code(a.result), a.payload));
    };
    requests_[++last_request_] = {std::move(done), std::move(*place)};
    begin(last_request_, now_ms() + wait_ms);
    act();
    return promise;
  }

  void withdraw_abandoned() {
    auto left = step_max;
    withdrawals_.go_on(requests_, sessions_looked_max, [&](auto position) {
      if (!position->second.place.is_abandoned())
        return std::optional{std::next(position)};
      if (left == 0)
        return std::optional<decltype(position)>{};
      --left;
      core_->withdraw(position->first, now_ms());
      return std::optional{requests_.erase(position)};
    });
    act();
  }

  std::function<void(const session::answer_request&, const place_promise&)> place_answer(const session_key& key) {
    return [this, key](const session::answer_request& a, const place_promise& p) { answer_place(key, a, p); };
  }

  void answer_place(const session_key& key, const session::answer_request& a, const place_promise& promise) {
    const auto host = links_->find(a.place);
    if (!host)
      return promise->deliver(session_place{a.place.node, session_here(key)});
    mail(self_, get_atom_v, key.kind, key.id)
      .request(host, options_.request_timeout)
      .then(
        [=](const caf::strong_actor_ptr& session) {
          promise->deliver(session_place{a.place.node, session});
        },
        [=](const caf::error&) {
          promise->deliver(session_place{a.place.node, nullptr});
        });
  }

  void settle_drains() {
    if (!drains_.is_waited_for())
      return;
    if (unaware().empty() && core_->is_vacated())
      return drains_.complete();
    if (drains_.begin_report(now_ms())) {
      go_on_reporting();
      schedule_work();
    }
  }

  /// The actor of a host may still count as alive when its node does not any more.
  std::vector<host_id> unaware() const {
    auto result = core_->unaware();
    std::erase_if(result, [&](const host_id& host) { return links_->is_down(host.node); });
    return result;
  }

  void go_on_reporting() {
    const auto is_moved = drains_.go_on_reporting(now_ms(), [&](const session_key& last) {
      auto page = core_->unsaved(last, session_drains::step_max);
      std::vector<leftover> leftovers;
      for (const auto& key : page.keys)
        leftovers.push_back({in_words(key), "not moved to another node in time"});
      return std::pair{std::move(leftovers), std::move(page.last)};
    });
    if (!is_moved)
      return;
    for (const auto& host : unaware())
      options_.log({log_level::warning,
                    log_event::leave_unheard,
                    "node {peer} has not said in time that it knows that this one leaves: what it still sends to "
                    "sessions here may stay without an answer",
                    {{"peer", host.node}}});
  }

  /// The session starts again from its last checkpoint. What it has handled since is lost, which a drain must not hide.
  void note_failure(const session_key& key, const std::string& how, bool begun) {
    events_.note_failure(key, how);
    if (begun && drains_.is_waited_for())
      drains_.note_leftover(in_words(key), how + "; it goes on from its last checkpoint");
  }

  // -- commands ------------------------------------------------------------------------------------------------------

  /// Carries out what the core wants, in this order. To be called after every call of the core that may change
  /// anything; what is told to the core meanwhile comes after that.
  void act() {
    if (std::exchange(is_acting_, true))
      return;
    for (auto commands = core_->take_commands(); !commands.empty(); commands = core_->take_commands())
      for (auto& c : commands)
        std::visit([this](auto& command) { carry_out(command); }, c);
    is_acting_ = false;
    runs_.all_told();
    schedule_work();
  }

  void tell(const session_runs::event& event) {
    event(*core_, now_ms());
    act();
  }

  void schedule_work() {
    if (steps_.go_on([this] { return core_->has_work() || withdrawals_.is_due() || drains_.is_reporting(); },
                     [this] { take_step(); }))
      mail(self_, work_atom_v).send(self_);
  }

  void take_step() {
    core_->work(now_ms());
    if (withdrawals_.is_due())
      withdraw_abandoned();
    if (drains_.is_reporting())
      go_on_reporting();
    act();
  }

  void carry_out(session::write_record& c) {
    runs_.write_begins(c.key);
    if (!map_.is_there()) {
      runs_.write_ends(c.key, false, false);
      return core_->write_failed(c.key, now_ms(), "the handoff is being restarted");
    }
    write_fence fence{.holders = to_concern(c.holders),
                      .durable = c.durable,
                      .hold_timeout_ms = c.hold_timeout_ms,
                      .time_to_live_ms = c.lifetime_ms};
    if (c.holders == session::record_holders::any && !c.durable && runs_.find(c.key)) {
      const auto& policy = options_.kinds.at(c.key.kind).checkpoints;
      tally_.kinds[c.key.kind].checkpoints.add();
      tally_.kinds[c.key.kind].checkpoint_bytes.add(c.value.size());
      fence.holders = policy.holders;
      fence.durable = policy.durable;
      if (policy.holders != concern_level::local || policy.durable)
        fence.hold_timeout_ms = static_cast<std::uint64_t>(policy.hold_timeout.count());
    }
    map_.write(
      session::to_map_key(c.key), std::move(c.value), std::move(fence), c.expected,
      [this, key = c.key](const crdt::fenced_result& result) {
        runs_.write_ends(key, result.written, result.is_held);
        core_->write_done(key, result, now_ms());
      },
      [this, key = c.key](const caf::error& error) {
        options_.log({log_level::warning,
                      log_event::record_not_written,
                      "the record of session {kind}/{id} is not written: {reason}",
                      {{"kind", crdt::escaped_briefly(key.kind)},
                       {"id", crdt::escaped_briefly(key.id)},
                       {"reason", describe(error)}}});
        runs_.write_ends(key, false, false);
        core_->write_failed(key, now_ms(), describe(error));
      });
  }

  void carry_out(session::write_reservation& c) {
    if (!map_.is_there())
      return core_->reservation_failed(now_ms());
    map_.write(
      std::move(c.map_key), std::move(c.value), {.durable = true, .hold_timeout_ms = c.hold_timeout_ms}, c.expected,
      [this](const crdt::fenced_result& result) { core_->reservation_done(result, now_ms()); },
      [this](const caf::error& error) {
        options_.log({log_level::warning,
                      log_event::record_not_written,
                      "no epochs of sessions are reserved: {reason}",
                      {{"reason", describe(error)}}});
        core_->reservation_failed(now_ms());
      });
  }

  // -- versions ------------------------------------------------------------------------------------------------------

  /// The newest version of the kind's states that all know that are up and host it.
  std::uint32_t readable_version(const std::string& kind) const {
    auto result = options_.kinds.at(kind).schema_version;
    for (const auto& [host, profile] : core_->hosts())
      if (const auto known = profile.kinds.find(kind); known != profile.kinds.end())
        result = std::min(result, known->second);
    return result;
  }

  /// A node has come that does not know the version in which states are written: it is to be able to go on with what
  /// stands in the map.
  void look_at_versions() {
    for (auto& [kind, version] : readable_versions_) {
      const auto before = std::exchange(version, readable_version(kind));
      if (version < before)
        runs_.make_due(kind);
    }
  }

  void carry_out(session::start_session& c) {
    runs_.start(std::move(c), now_ms());
  }
  void carry_out(session::stop_session& c) {
    runs_.stop(c);
  }
  void carry_out(session::hand_message& c) {
    runs_.hand(std::move(c));
  }
  void carry_out(session::resolve_conflict& c) {
    runs_.resolve(std::move(c));
  }
  void carry_out(session::send_frame& c) {
    links_->send_frame(c.to, std::move(c.bytes));
  }

  void carry_out(session::answer_request& c) {
    if (auto request = requests_.extract(c.request))
      request.mapped().answer(c);
  }

  void carry_out(session::host_event& c) {
    if (auto why = events_.note(c, now_ms()))
      drains_.note_leftover(in_words(c.key), std::move(*why));
  }

  session_host_self self_;
  node_tally& tally_ = tally_of(self_->system());
  monitored_actors<session_host_self> monitored_;
  session_host_options options_;
  std::optional<answer_gate<session_host_self>> gate_;
  /// Before all that waits, which has places in it.
  std::optional<waiting_room<session_host_self>> waits_;
  std::optional<session::session_host> core_;
  std::optional<membership::run_watch> watch_;

  session_map map_;
  session_events events_;
  bool had_map_ = false;
  bool has_met_all_ = false;
  bool is_caught_up_ = false;
  /// Sessions need no majority after a start: an operator says so.
  bool starts_alone_ = false;

  std::uint64_t next_look_ms_ = 0;
  std::optional<session_links> links_;
  session_runs runs_;
  std::map<std::uint64_t, pending_request> requests_;
  /// Comes by those that nobody waits for any more.
  session::rounds<std::uint64_t> withdrawals_;
  std::uint64_t last_request_ = 0;
  /// Of the kinds whose states can be written in older versions, too.
  std::map<std::string, std::uint32_t> readable_versions_;
  session_drains drains_;
  stepwise_work<> steps_;
  bool is_acting_ = false;
  bool is_cordoned_ = false;
};

ticking_session_host_actor::behavior_type
session_host(ticking_session_host_actor::stateful_pointer<session_host_state> self, session_host_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](start_atom, std::string& kind, std::string& id) {
      return state.start_session({std::move(kind), std::move(id)}, {}, state.request_timeout_ms());
    },
    [&state](start_atom, std::string& kind, std::string& id, snapshot& initial) {
      return state.start_session({std::move(kind), std::move(id)}, std::move(initial), state.request_timeout_ms());
    },
    [&state](start_atom, std::string& kind, std::string& id, std::uint64_t wait_ms) {
      return state.start_session({std::move(kind), std::move(id)}, {}, wait_ms);
    },
    [&state](stop_atom, std::string& kind, std::string& id) {
      return state.stop_session({std::move(kind), std::move(id)}, state.request_timeout_ms());
    },
    [&state](stop_atom, std::string& kind, std::string& id, std::uint64_t wait_ms) {
      return state.stop_session({std::move(kind), std::move(id)}, wait_ms);
    },
    [&state](locate_atom, std::string& kind, std::string& id) {
      return state.locate({std::move(kind), std::move(id)}, 0);
    },
    [&state](locate_atom, std::string& kind, std::string& id, std::uint64_t wait_ms) {
      return state.locate({std::move(kind), std::move(id)}, wait_ms);
    },
    [&state](deliver_atom, std::string& kind, std::string& id, std::string& message) {
      return state.deliver({std::move(kind), std::move(id)}, std::move(message), state.request_timeout_ms());
    },
    [&state](deliver_atom, std::string& kind, std::string& id, std::string& message, std::uint64_t wait_ms) {
      return state.deliver({std::move(kind), std::move(id)}, std::move(message), wait_ms);
    },
    [&state](sessions_atom, std::string& kind, std::string& id) {
      return state.sessions({std::move(kind), std::move(id)});
    },
    [&state](status_atom) { return state.status(); },
    [&state](start_atom, expected_atom) { return state.start_alone(); },
    [&state](cordon_atom, bool cordoned) { return state.set_cordoned(cordoned); },
    [&state](handoff_atom, const state_handoff_actor& handoff) { state.set_handoff(handoff); },
    [&state](drain_atom) { return state.drain(); },
    [&state](snapshot_atom, std::string& kind, std::string& id, std::uint64_t run, snapshot& taken) {
      state.checkpoint({std::move(kind), std::move(id)}, {run}, std::move(taken));
    },
    [&state](get_atom, std::string& kind, std::string& id) {
      return state.session_here({std::move(kind), std::move(id)});
    },
    [&state](host_atom) { return state.found(); },
    [&state](introduce_atom, const session_introduction& other) { return state.introduced(other); },
    [&state](connect_atom, const session_introduction& other) { state.asked_to_begin(other); },
    [&state](const session_frame& frame) { state.receive(frame); },
    [&state](tick_atom) { state.tick(); },
    [&state](work_atom) { state.work(); },
    [&state](const live_changes& changes) { state.note_records(changes); },
    [&state](const handoff_events&) { state.look_for_hosts(); },
  };
}

} // namespace

session_host_actor spawn_session_host(caf::actor_system& system, session_host_options options) {
  return system.spawn(session_host, std::move(options));
}

} // namespace ariadne
