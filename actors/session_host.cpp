#include "actors/session_host.hpp"

#include "actors/answer_gate.hpp"
#include "actors/caf_edition_unexpected.hpp"
#include "actors/error.hpp"
#include "actors/host_search.hpp"
#include "actors/kept_promise.hpp"
#include "actors/process_clocks.hpp"
#include "actors/stepwise_work.hpp"
#include "actors/waiting_room.hpp"
#include "crdt/printable_text.hpp"
#include "membership/run_watch.hpp"
#include "session/rounds.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <unordered_map>
#include <variant>
#include <vector>

namespace ariadne {

namespace {

using session::host_id;
using session::session_key;

using ticking_session_host_actor = session_host_actor::extend<
  // Time has passed.
  takes<tick_atom>,
  // What is done in steps goes on.
  takes<work_atom>,
  // What the replica tells of records.
  takes<live_changes>,
  // What the handoff pair tells of nodes.
  takes<handoff_events>>;

constexpr std::chrono::milliseconds tick_interval{20};
/// A host that has done nothing for longer was not run.
constexpr std::chrono::milliseconds pause_max{300};
/// Hosts of other nodes are looked for when nodes come, and when one is lost. If one could not be found, or has been
/// found and has not connected, it is looked for again after such a time.
constexpr std::uint64_t look_again_ms = 100;
constexpr std::uint64_t connection_time_ms = 1'000;
/// How long another host may take for each step of a connection.
constexpr std::chrono::milliseconds connect_timeout{2'000};

/// The first byte of what travels as the answer to a message.
constexpr char is_answer = 0;
constexpr char is_error = 1;

template <class Duration>
std::uint64_t to_ms(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::uint64_t draw_incarnation() {
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> distribution{1};
  return distribution(random);
}

session::saved_state to_state(snapshot&& s) {
  return {std::move(s.type_name), s.schema_version, std::move(s.bytes)};
}

snapshot to_snapshot(session::saved_state&& s) {
  return {std::move(s.type_name), s.schema_version, std::move(s.bytes)};
}

std::vector<crdt::live_entry> to_entries(const live_values& found) {
  std::vector<crdt::live_entry> result;
  for (const auto& v : found.values)
    result.push_back({{crdt::replica_id{v.event.replica}, v.event.counter}, crdt::shared_bytes{v.value}});
  return result;
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

std::string in_words(const session_key& key) {
  return fmt::format("session {}/{}", crdt::escaped_briefly(key.kind), crdt::escaped_briefly(key.id));
}

const char* to_text(session::session_phase phase) {
  switch (phase) {
    case session::session_phase::running:
      return "running";
    case session::session_phase::moving:
      return "moving";
    case session::session_phase::placing:
      return "placing";
    case session::session_phase::stopped:
      return "stopped";
  }
  return "unknown";
}

ec to_code(session::outcome result) {
  switch (result) {
    case session::outcome::done:
    case session::outcome::elsewhere:
    case session::outcome::unknown_session:
      return ec::session_unknown;
    case session::outcome::no_host:
      return ec::no_session_host;
    case session::outcome::queue_full:
      return ec::session_queue_full;
    case session::outcome::timed_out:
      return ec::session_timed_out;
    case session::outcome::unanswered:
      return ec::session_unanswered;
    case session::outcome::draining:
      return ec::draining;
    case session::outcome::invalid_key:
      return ec::session_name_invalid;
    case session::outcome::hosts_draining:
      return ec::session_hosts_draining;
    case session::outcome::hosts_cordoned:
      return ec::session_hosts_cordoned;
    case session::outcome::hosts_paused:
      return ec::session_hosts_paused;
    case session::outcome::hosts_not_ready:
      return ec::session_hosts_not_ready;
    case session::outcome::claim_refused:
      return ec::session_claim_refused;
    case session::outcome::failing:
      return ec::session_failing;
    case session::outcome::not_recorded:
      return ec::session_not_recorded;
  }
  return ec::refused;
}

/// Whether the session has not answered at all.
bool is_silence(const caf::error& error) {
  return error == caf::sec::request_receiver_down || is_dropped(error)
         || error.category() == caf::error{caf::exit_reason::kill}.category();
}

/// Why a session does not take a message. That it is refused is said by the error that this becomes.
std::string reason_of_refusal(const caf::error& error) {
  if (error == ec::refused && error.context().match_elements<std::string>())
    return error.context().get_as<std::string>(0);
  return describe(error);
}

/// What is left over when the time of a drain is up, as far as it has been put together.
struct leftover_report {
  std::vector<leftover> leftovers;
  /// How many of those that were known before are in it, and the last session that has been looked at since.
  std::size_t known = 0;
  session_key last;
};

class session_host_state {
public:
  static inline const char* name = "session_host";

  explicit session_host_state(ticking_session_host_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }) {}

  /// However the host ends, its sessions do so, too: other nodes take them over.
  ~session_host_state() {
    for (const auto& [key, r] : runs_)
      caf::anon_send_exit(r.session, caf::exit_reason::user_shutdown);
  }

  void start(session_host_options options) {
    options_ = std::move(options);
    gate_.emplace(self_, options_.answers);
    waits_.emplace(self_, monitored_, options_.requests);
    id_ = {options_.node, draw_incarnation()};
    session::session_host_options core;
    core.self = id_;
    for (const auto& [kind, about] : options_.kinds)
      if (session::is_valid_kind(kind))
        core.kinds[kind] = {about.schema_version, bool{about.resolve}};
      else
        options_.log(log_level::error,
                     fmt::format("a kind of {} bytes is not hosted: its name is empty or too long, or has a slash or a "
                                 "control character",
                                 kind.size()));
    core.minority = options_.minority;
    core.configured_nodes = options_.configured_nodes;
    core.lease = options_.lease;
    core.rebalance_max = options_.rebalance_max;
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
      core_->start(number, key, to_state(std::move(state)), deadline_ms, now_ms());
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
      if (a.payload.empty() || a.payload.front() == is_error)
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
    auto result = counts_;
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

  caf::result<std::vector<leftover>> drain() {
    auto place = waits_->admit(0);
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<std::vector<leftover>>();
    if (!runs_.empty())
      options_.log(log_level::info, runs_.size() == 1
                                      ? "1 session is moved to another node"
                                      : fmt::format("{} sessions are moved to other nodes", runs_.size()));
    drains_.push_back({kept_promise<std::vector<leftover>>{promise, ec::session_unanswered},
                       now_ms() + static_cast<std::uint64_t>(options_.drain_timeout.count()), std::move(*place)});
    core_->drain(now_ms());
    act();
    settle_drains();
    return promise;
  }

  // -- sessions ------------------------------------------------------------------------------------------------------

  void checkpoint(const session_key& key, std::uint64_t run, snapshot&& state) {
    core_->checkpoint(key, run, to_state(std::move(state)), now_ms());
    act();
  }

  caf::strong_actor_ptr session_here(const session_key& key) const {
    const auto found = runs_.find(key);
    return found == runs_.end() ? nullptr : caf::actor_cast<caf::strong_actor_ptr>(found->second.session);
  }

  // -- the map and the nodes -----------------------------------------------------------------------------------------

  void set_handoff(const state_handoff_actor& handoff) {
    if (handoff_ == handoff)
      return;
    lose_map();
    handoff_ = handoff;
    monitored_.add(handoff_);
    mail(self_, replica_atom_v)
      .request(handoff_, caf::infinite)
      .then(
        [this, handoff](const neighbour& replica) {
          if (handoff_ == handoff)
            begin_map(caf::actor_cast<crdt_replica_actor>(replica.handle));
        },
        // The pair has died; whoever supervises it starts a new one.
        [](const caf::error&) {});
  }

  void note_records(const live_changes& changes) {
    const stepwise_work<>::long_handler handler{steps_};
    if (!replica_ || self_->current_sender() != replica_)
      return;
    for (const auto& found : changes.keys)
      if (const auto key = session::session_key_from(found.key))
        core_->record_changed(*key, to_entries(found), now_ms());
    has_met_all_ = changes.has_met_all;
    core_->set_in_service(changes.is_in_service, now_ms());
    note_caught_up();
    act();
  }

  void look_for_hosts() {
    if (!handoff_)
      return;
    next_look_ms_ = now_ms() + connection_time_ms;
    mail(self_, neighbours_atom_v)
      .request(handoff_, connect_timeout)
      .then([this](const std::vector<known_node>& nodes) { look_at(nodes); }, [](const caf::error&) {});
  }

  void ended(const caf::down_msg& down) {
    const stepwise_work<>::long_handler handler{steps_};
    if (waits_->ended(down.source)) {
      withdrawals_.look_at_all();
      withdraw_abandoned();
    }
    if (handoff_ == down.source)
      return lose_map();
    for (const auto& [host, l] : links_)
      if (l.handle == down.source)
        return disconnect(host_id{host}, "is gone");
    const auto ended = keys_.find(down.source);
    if (ended == keys_.end())
      return;
    const auto key = ended->second;
    auto& r = runs_.at(key);
    const auto run = r.run;
    const auto failed = down.reason && down.reason != caf::exit_reason::normal;
    // Its last state may be on its way still; if it is not, its work was done.
    if (!failed && r.is_stopping && !r.is_silent) {
      r.has_ended = true;
      return;
    }
    const auto why = failed ? describe(down.reason) : std::string{};
    end_run(key);
    if (failed)
      note_failure(key, "has failed: " + why);
    core_->session_ended(key, run, failed, now_ms(), why);
    act();
  }

  // -- other hosts ---------------------------------------------------------------------------------------------------

  session_peer found() const {
    return had_map_ ? self_as_peer() : session_peer{};
  }

  caf::result<session_peer> introduced(const session_introduction& other) {
    const host_id peer{other.sender.node, other.sender.incarnation};
    if (!other.sender.handle || peer.node == options_.node)
      return make_error(ec::refused, "a host without a handle, or of this node");
    // The answer has to be there before the first frame.
    auto promise = self_->make_response_promise<session_peer>();
    promise.deliver(self_as_peer());
    disconnect(peer, "connects anew");
    accepted_[peer] = other.link;
    connect(peer, caf::actor_cast<session_host_actor>(other.sender.handle), other.link);
    return promise;
  }

  void asked_to_begin(const session_introduction& other) {
    const host_id peer{other.sender.node, other.sender.incarnation};
    if (!other.sender.handle || peer.incarnation <= id_.incarnation)
      return;
    // Unless a later connection is on its way.
    if (const auto l = links_.find(peer); l != links_.end() && l->second.number == other.link)
      disconnect(peer, "has lost the connection");
    begin(peer, caf::actor_cast<session_host_actor>(other.sender.handle));
  }

  void receive(const session_frame& frame) {
    const stepwise_work<>::long_handler handler{steps_};
    for (const auto& [host, l] : links_)
      if (host.incarnation == frame.incarnation && l.number == frame.link) {
        const host_id from = host;
        if (const auto problem = core_->receive(from, frame.bytes, now_ms()); !problem.empty())
          options_.log(log_level::error, fmt::format("a frame of the sessions of node {} is refused: {}",
                                                     crdt::escaped_briefly(from.node), problem));
        return act();
      }
  }

  void tick() {
    const stepwise_work<>::long_handler handler{steps_};
    core_->tick(now_ms());
    ask_for_checkpoints();
    if (now_ms() >= next_look_ms_ && !is_fully_connected_)
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
  /// So many sessions, and so many requests, are looked at in one go, at most.
  static constexpr std::size_t sessions_looked_max = 2048;
  /// So many of them are done something about, at most.
  static constexpr std::size_t step_max = 512;

  using place_promise = std::shared_ptr<kept_promise<session_place>>;

  struct run_of_session {
    session_actor session;
    std::uint64_t run = 0;
    bool is_stopping = false;
    /// It was gone when it was told to stop; how it ended is about to be told.
    bool is_silent = false;
    /// It has ended without an error since it was told to stop.
    bool has_ended = false;
    bool is_asked = false;
    /// 0: it is not asked for any.
    std::uint64_t checkpoint_interval_ms = 0;
    std::uint64_t next_checkpoint_ms = 0;
  };

  struct link {
    session_host_actor handle;
    std::uint64_t number = 0;
  };

  /// What somebody has asked of this host.
  struct pending_request {
    std::function<void(const session::answer_request&)> answer;
    waiting_place place;
  };

  struct pending_drain {
    kept_promise<std::vector<leftover>> answer;
    std::uint64_t deadline_ms = 0;
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
    handoff_ = nullptr;
    replica_ = nullptr;
    ++map_;
  }

  void begin_map(const crdt_replica_actor& replica) {
    replica_ = replica;
    if (std::exchange(had_map_, true))
      core_->map_restarted(now_ms());
    mail(self_, watch_atom_v, std::string{session::map_key_prefix}, caf::actor_cast<live_watcher_actor>(self_->ctrl()))
      .send(replica_);
    mail(self_, watch_atom_v, caf::actor_cast<watcher_actor>(self_->ctrl())).send(handoff_);
    look_for_hosts();
    act();
  }

  /// Nothing is started before the hosts of all nodes that are up can be asked.
  void note_caught_up() {
    if (has_met_all_ && is_fully_connected_ && !std::exchange(is_caught_up_, true))
      core_->caught_up(now_ms());
  }

  void look_at(const std::vector<known_node>& nodes) {
    std::set<std::string> up;
    down_.clear();
    for (const auto& n : nodes)
      if (n.presence == node_presence::up)
        up.insert(n.node);
      else if (n.presence == node_presence::down)
        down_.insert(n.node);
    std::erase_if(met_, [&](const std::string& node) { return !up.contains(node); });
    up_ = std::move(up);
    note_connected();
    for (const auto& n : nodes)
      if (n.presence == node_presence::up && !met_.contains(n.node) && asking_.insert(n.node).second)
        search_host(
          self_, n, connect_timeout, [this, node = n.node](const session_peer& host) { host_found(node, host); },
          [this, node = n.node] {
            asking_.erase(node);
            next_look_ms_ = now_ms() + look_again_ms;
          });
  }

  void note_connected() {
    note_unmet();
    note_caught_up();
    act();
  }

  void note_unmet() {
    std::set<std::string> unmet;
    std::set_difference(up_.begin(), up_.end(), met_.begin(), met_.end(), std::inserter(unmet, unmet.end()));
    is_fully_connected_ = unmet.empty();
    core_->set_unmet(std::move(unmet), now_ms());
  }

  void host_found(const std::string& node, const session_peer& host) {
    asking_.erase(node);
    const host_id peer{host.node, host.incarnation};
    if (!host.handle) {
      // It may get one; that one connects to this host, or asks it to.
      met_.insert(node);
      return note_connected();
    }
    if (links_.contains(peer))
      return;
    const auto handle = caf::actor_cast<session_host_actor>(host.handle);
    if (id_.incarnation < peer.incarnation)
      begin(peer, handle);
    else
      mail(self_, connect_atom_v, session_introduction{self_as_peer(), accepted_[peer]}).send(handle);
  }

  session_peer self_as_peer() const {
    return {id_.node, id_.incarnation, caf::actor_cast<caf::strong_actor_ptr>(self_)};
  }

  void begin(const host_id& peer, const session_host_actor& handle) {
    if (links_.contains(peer) || !connecting_.insert(peer).second)
      return;
    const auto number = ++last_link_;
    mail(self_, introduce_atom_v, session_introduction{self_as_peer(), number})
      .request(handle, connect_timeout)
      .then(
        [=, this](const session_peer&) {
          connecting_.erase(peer);
          connect(peer, handle, number);
        },
        [=, this](const caf::error&) { connecting_.erase(peer); });
  }

  void connect(const host_id& peer, const session_host_actor& handle, std::uint64_t number) {
    for (const auto& [host, l] : std::map{links_})
      if (host.node == peer.node)
        disconnect(host, "is started anew");
    links_[peer] = {handle, number};
    monitored_.add(handle);
    met_.insert(peer.node);
    options_.log(log_level::debug,
                 fmt::format("the session host of node {} is connected", crdt::escaped_briefly(peer.node)));
    core_->peer_up(peer, now_ms());
    note_connected();
  }

  void disconnect(const host_id& peer, std::string_view why) {
    const auto found = links_.find(peer);
    if (found == links_.end())
      return;
    monitored_.remove(found->second.handle);
    links_.erase(found);
    met_.erase(peer.node);
    // Its node may have ended, or start another one.
    note_unmet();
    is_fully_connected_ = false;
    next_look_ms_ = now_ms() + look_again_ms;
    options_.log(log_level::debug,
                 fmt::format("the session host of node {} {}", crdt::escaped_briefly(peer.node), why));
    core_->peer_down(peer, now_ms());
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
    const auto host = links_.find(a.place);
    if (host == links_.end())
      return promise->deliver(session_place{a.place.node, session_here(key)});
    mail(self_, get_atom_v, key.kind, key.id)
      .request(host->second.handle, options_.request_timeout)
      .then(
        [=](const caf::strong_actor_ptr& session) {
          promise->deliver(session_place{a.place.node, session});
        },
        [=](const caf::error&) {
          promise->deliver(session_place{a.place.node, nullptr});
        });
  }

  bool do_all_leave() const {
    const auto hosts = core_->hosts();
    return std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.profile.draining; });
  }

  void settle_drains() {
    if (drains_.empty())
      return;
    const auto now = now_ms();
    if (unaware().empty() && core_->is_vacated())
      return end_drains([](const pending_drain&) { return true; }, left_over_);
    if (!report_ && std::any_of(drains_.begin(), drains_.end(), [&](const auto& d) { return now >= d.deadline_ms; })) {
      report_.emplace();
      go_on_reporting();
      schedule_work();
    }
  }

  /// The actor of a host may still count as alive when its node does not any more.
  std::vector<host_id> unaware() const {
    auto result = core_->unaware();
    std::erase_if(result, [&](const host_id& host) { return down_.contains(host.node); });
    return result;
  }

  template <class IsOver>
  void end_drains(IsOver is_over, std::vector<leftover> leftovers) {
    const auto over = std::stable_partition(drains_.begin(), drains_.end(), std::not_fn(is_over));
    // There is one, as a rule, and there may be as many leftovers as sessions.
    for (auto drain = over; drain != drains_.end(); ++drain)
      drain->answer.deliver(std::next(drain) == drains_.end() ? std::move(leftovers) : leftovers);
    drains_.erase(over, drains_.end());
  }

  void go_on_reporting() {
    for (auto left = step_max; report_->known < left_over_.size(); ++report_->known)
      if (left-- > 0)
        report_->leftovers.push_back(left_over_[report_->known]);
      else
        return;
    const auto page = core_->unsaved(report_->last, step_max);
    for (const auto& key : page.keys)
      report_->leftovers.push_back({in_words(key), "not moved to another node in time"});
    if (page.last) {
      report_->last = *page.last;
      return;
    }
    auto leftovers = std::move(report_->leftovers);
    report_.reset();
    if (leftovers.empty())
      for (const auto& host : unaware())
        options_.log(log_level::warning,
                     fmt::format("node {} has not said in time that it knows that this one leaves: what it still sends "
                                 "to sessions here may stay without an answer",
                                 host.node));
    end_drains([now = now_ms()](const pending_drain& drain) { return now >= drain.deadline_ms; }, std::move(leftovers));
  }

  /// The session starts again from its last checkpoint. What it has handled since is lost, which a drain must not hide.
  void note_failure(const session_key& key, const std::string& how) {
    ++counts_.failed;
    options_.log(log_level::warning, fmt::format("{} {}", in_words(key), how));
    if (!drains_.empty())
      left_over_.push_back({in_words(key), how + "; it goes on from its last checkpoint"});
  }

  // -- commands ------------------------------------------------------------------------------------------------------

  /// Carries out what the core wants. To be called after every call of the core that may change anything.
  void act() {
    for (auto commands = core_->take_commands(); !commands.empty(); commands = core_->take_commands())
      for (auto& c : commands)
        std::visit([this](auto& command) { carry_out(command); }, c);
    schedule_work();
  }

  void schedule_work() {
    if (steps_.go_on([this] { return core_->has_work() || withdrawals_.is_due() || report_; }, [this] { take_step(); }))
      mail(self_, work_atom_v).send(self_);
  }

  void take_step() {
    core_->work(now_ms());
    if (withdrawals_.is_due())
      withdraw_abandoned();
    if (report_)
      go_on_reporting();
    act();
  }

  void carry_out(session::write_record& c) {
    if (!replica_)
      return core_->write_failed(c.key, now_ms(), "the handoff is being restarted");
    write_fence fence{{}, to_concern(c.holders), c.hold_timeout_ms, c.lifetime_ms};
    for (const auto& dot : c.expected)
      fence.expected.push_back({dot.replica.value, dot.counter});
    mail(self_, put_atom_v, session::to_map_key(c.key), std::move(c.value), std::move(fence))
      .request(replica_, caf::infinite)
      .then(
        [this, key = c.key, map = map_](const fenced_receipt& receipt) {
          if (map != map_)
            return;
          core_->write_done(key, {receipt.written, receipt.held, to_entries(receipt.now)}, now_ms());
          act();
        },
        [this, key = c.key, map = map_](const caf::error& error) {
          if (map != map_)
            return;
          options_.log(log_level::warning,
                       fmt::format("the record of {} is not written: {}", in_words(key), describe(error)));
          core_->write_failed(key, now_ms(), describe(error));
          act();
        });
  }

  void carry_out(session::start_session& c) {
    auto session = spawn(c);
    if (!session) {
      ++counts_.failed;
      const auto why = fmt::format("does not start: {}", describe(session.error()));
      options_.log(log_level::warning, fmt::format("{} {}", in_words(c.key), why));
      return core_->session_ended(c.key, c.run, true, now_ms(), why);
    }
    monitored_.add(*session);
    const auto interval_ms = static_cast<std::uint64_t>(options_.kinds.at(c.key.kind).checkpoint_interval.count());
    keys_[session->address()] = c.key;
    runs_[c.key] = {*session, c.run, false, false, false, false, interval_ms, now_ms() + interval_ms};
  }

  caf::expected<session_actor> spawn(session::start_session& c) {
    const auto& kind = options_.kinds.at(c.key.kind);
    session_start start{c.key.kind, c.key.id, c.epoch, {}, {}};
    if (c.state.schema_version > 0) {
      auto state = kind.upgrades.upgrade(to_snapshot(std::move(c.state)), kind.schema_version);
      if (!state)
        return std::move(state.error());
      start.state = std::move(*state);
    }
    start.checkpoint = [host = caf::actor_cast<session_host_actor>(self_->ctrl()), key = c.key,
                        run = c.run](snapshot state) {
      anon_mail(snapshot_atom_v, key.kind, key.id, run, std::move(state)).send(host);
    };
    try {
      return kind.spawn(self_->system(), std::move(start));
    } catch (const std::exception& e) {
      return make_error(ec::refused, e.what());
    }
  }

  void carry_out(session::stop_session& c) {
    auto* r = find_run(c.key, c.run);
    if (!r)
      return core_->session_stopped(c.key, c.run, std::nullopt, now_ms());
    r->is_stopping = true;
    const auto asked_at = self_->clock().now();
    mail(self_, stop_atom_v)
      .request(r->session, options_.stop_timeout)
      .then([this, key = c.key, run = c.run](snapshot& state) { stopped(key, run, to_state(std::move(state))); },
            [=, this, key = c.key, run = c.run](const caf::error& error) { not_stopped(key, run, asked_at, error); });
  }

  void not_stopped(const session_key& key, std::uint64_t run, caf::actor_clock::time_point asked_at,
                   const caf::error& error) {
    auto* r = find_run(key, run);
    if (!r)
      return;
    if (r->has_ended) {
      end_run(key);
      core_->session_ended(key, run, false, now_ms());
      return act();
    }
    const auto fail = [=, this] {
      if (!find_run(key, run))
        return;
      note_failure(key, "has not said its last state: " + describe(error));
      stopped(key, run, std::nullopt);
    };
    r->is_silent =
      error == caf::sec::request_receiver_down || is_dropped(self_, error, asked_at, options_.stop_timeout, fail);
    if (!r->is_silent)
      fail();
  }

  void stopped(const session_key& key, std::uint64_t run, std::optional<session::saved_state> state) {
    if (auto* r = find_run(key, run)) {
      monitored_.remove(r->session);
      self_->send_exit(r->session, caf::exit_reason::user_shutdown);
      end_run(key);
    }
    core_->session_stopped(key, run, std::move(state), now_ms());
    act();
  }

  void carry_out(session::hand_message& c) {
    auto* r = find_run(c.key, c.run);
    if (!r)
      return core_->handled(c.key, c.origin, c.number, std::nullopt, now_ms());
    auto answer = [this, key = c.key, origin = c.origin, number = c.number](std::optional<std::string> text) {
      core_->handled(key, origin, number, std::move(text), now_ms());
      act();
    };
    mail(self_, deliver_atom_v, std::move(c.payload))
      .request(r->session, caf::infinite)
      .then([answer](const std::string& text) { answer(is_answer + text); },
            [answer](const caf::error& error) {
              if (is_silence(error))
                answer(std::nullopt);
              else
                answer(is_error + reason_of_refusal(error));
            });
  }

  void carry_out(session::resolve_conflict& c) {
    const auto& kind = options_.kinds.at(c.key.kind);
    auto result = c.winner;
    const auto winner = kind.upgrades.upgrade(to_snapshot(std::move(c.winner)), kind.schema_version);
    const auto loser = kind.upgrades.upgrade(to_snapshot(std::move(c.loser)), kind.schema_version);
    if (winner && loser) {
      try {
        if (auto resolved = kind.resolve(*winner, *loser))
          result = to_state(std::move(*resolved));
        else
          options_.log(log_level::warning,
                       fmt::format("the two states of {} stay apart: {}", in_words(c.key), describe(resolved.error())));
      } catch (const std::exception& e) {
        options_.log(log_level::warning, fmt::format("the two states of {} stay apart: {}", in_words(c.key), e.what()));
      }
    }
    core_->resolved(c.key, c.run, std::move(result), now_ms());
  }

  void carry_out(session::send_frame& c) {
    if (const auto l = links_.find(c.to); l != links_.end())
      mail(self_, session_frame{id_.incarnation, l->second.number, std::move(c.bytes)}).send(l->second.handle);
  }

  void carry_out(session::answer_request& c) {
    if (auto request = requests_.extract(c.request))
      request.mapped().answer(c);
  }

  void carry_out(session::host_event& c) {
    using type = session::host_event::type;
    const auto say = [&](log_level level, std::string_view what) {
      options_.log(level, c.key.id.empty() ? std::string{what} : fmt::format("{} {}", in_words(c.key), what));
    };
    switch (c.what) {
      case type::started:
        ++counts_.started;
        say(log_level::debug, "runs here");
        break;
      case type::moved:
        ++counts_.moved;
        say(log_level::debug, "has moved to node " + crdt::escaped_briefly(c.other.node));
        break;
      case type::stranded:
        ++counts_.stranded;
        // A node that is alone, or one of a cluster that stops as a whole, does not hold up its own end; it says that
        // nobody takes over.
        say(do_all_leave() ? log_level::debug : log_level::warning,
            "can be moved to no other node; its state stays in the map");
        if (!do_all_leave())
          left_over_.push_back({in_words(c.key), why_stranded(c)});
        break;
      case type::lost:
        ++counts_.lost;
        // With `pause` it has not run there at the same time.
        say(log_level::warning, options_.minority == session::minority_policy::pause
                                  ? fmt::format("goes on from an earlier state on node {}", c.other.node)
                                  : fmt::format("has run on node {} as well, and ends here", c.other.node));
        break;
      case type::ended:
        say(log_level::debug, "has ended");
        break;
      case type::paused:
        say(log_level::warning, "this node does not see a majority: its sessions are paused");
        break;
      case type::resumed:
        say(log_level::info, "this node sees a majority: its sessions go on");
        break;
      case type::drained:
        say(log_level::info, "no session is left here");
        break;
    }
    options_.on_event({c.what, c.key.kind, c.key.id, c.other.node, to_snapshot(std::move(c.state))});
  }

  std::string why_stranded(const session::host_event& c) const {
    std::vector<session::candidate> others;
    for (const auto& candidate : core_->hosts())
      if (candidate.host != id_)
        others.push_back(candidate);
    const auto why = session::obstacle_to_hosting(c.key.kind, c.state.schema_version, others, {});
    return fmt::format("its state stays in the map: {}", why ? why->detail : "no node could take it in time");
  }

  void end_run(const session_key& key) {
    const auto found = runs_.find(key);
    keys_.erase(found->second.session.address());
    runs_.erase(found);
  }

  run_of_session* find_run(const session_key& key, std::uint64_t run) {
    const auto found = runs_.find(key);
    return found == runs_.end() || found->second.run != run ? nullptr : &found->second;
  }

  void ask_for_checkpoints() {
    const auto now = now_ms();
    // Where there are many, the ticks come by all of them in turn.
    const auto is_partial = runs_.size() > sessions_looked_max;
    auto left = is_partial ? sessions_looked_max : runs_.size();
    auto position = is_partial ? runs_.lower_bound(next_checkpoint_) : runs_.begin();
    for (; position != runs_.end() && left > 0; ++position, --left) {
      auto& [key, r] = *position;
      if (r.checkpoint_interval_ms == 0 || r.is_stopping || now < r.next_checkpoint_ms
          || std::exchange(r.is_asked, true))
        continue;
      r.next_checkpoint_ms = now + r.checkpoint_interval_ms;
      mail(self_, snapshot_atom_v)
        .request(r.session, caf::infinite)
        .then(
          [this, key = key, run = r.run](snapshot& state) {
            if (auto* asked = find_run(key, run))
              asked->is_asked = false;
            checkpoint(key, run, std::move(state));
          },
          [this, key = key, run = r.run](const caf::error&) {
            if (auto* asked = find_run(key, run))
              asked->is_asked = false;
          });
    }
    next_checkpoint_ = position == runs_.end() ? session_key{} : position->first;
  }

  ticking_session_host_actor::pointer self_;
  monitored_actors<ticking_session_host_actor::pointer> monitored_;
  session_host_options options_;
  std::optional<answer_gate<ticking_session_host_actor::pointer>> gate_;
  /// Before all that waits, which has places in it.
  std::optional<waiting_room<ticking_session_host_actor::pointer>> waits_;
  host_id id_;
  std::optional<session::session_host> core_;
  std::optional<membership::run_watch> watch_;

  state_handoff_actor handoff_;
  crdt_replica_actor replica_;
  /// Counts the handoff pairs: what an earlier one answers is void.
  std::uint64_t map_ = 0;
  bool had_map_ = false;
  bool has_met_all_ = false;
  bool is_caught_up_ = false;

  /// The nodes that are up, those of them whose hosts are connected, or that have none, and the nodes that are down.
  std::set<std::string> up_;
  std::set<std::string> met_;
  std::set<std::string> down_;
  std::set<std::string> asking_;
  bool is_fully_connected_ = false;
  std::uint64_t next_look_ms_ = 0;
  std::map<host_id, link> links_;
  std::set<host_id> connecting_;
  std::map<host_id, std::uint64_t> accepted_;
  std::uint64_t last_link_ = 0;

  std::map<session_key, run_of_session> runs_;
  /// Which of them is looked at next, whether it is to be asked for a checkpoint.
  session_key next_checkpoint_;
  /// Which of them an actor is.
  std::unordered_map<caf::actor_addr, session_key> keys_;
  std::map<std::uint64_t, pending_request> requests_;
  /// Comes by those that nobody waits for any more.
  session::rounds<std::uint64_t> withdrawals_;
  std::uint64_t last_request_ = 0;
  std::vector<pending_drain> drains_;
  std::optional<leftover_report> report_;
  /// What was lost since the first drain, or could be moved to nobody.
  std::vector<leftover> left_over_;
  stepwise_work<> steps_;
  bool is_cordoned_ = false;
  session_host_status counts_;
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
    [&state](cordon_atom, bool cordoned) { return state.set_cordoned(cordoned); },
    [&state](handoff_atom, const state_handoff_actor& handoff) { state.set_handoff(handoff); },
    [&state](drain_atom) { return state.drain(); },
    [&state](snapshot_atom, std::string& kind, std::string& id, std::uint64_t run, snapshot& taken) {
      state.checkpoint({std::move(kind), std::move(id)}, run, std::move(taken));
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
