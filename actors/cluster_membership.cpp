#include "actors/cluster_membership.hpp"

#include "actors/caf_edition_unexpected.hpp"
#include "actors/deadline.hpp"
#include "actors/error.hpp"
#include "actors/monitored_actors.hpp"
#include "actors/network/basp.hpp"
#include "actors/network/tcp_socket.hpp"
#include "crdt/printable_text.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/io/scribe.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <utility>

namespace ariadne {

namespace {

using ticking_cluster_membership_actor = cluster_membership_actor::extend<
  // It is time for heartbeats.
  takes<tick_atom>,
  // It is time to connect to the node of this name.
  takes<tick_atom, std::string>>;

/// Connects to one address, in a thread of its own since that blocks, and ends.
using connector_actor = caf::typed_actor<takes<caf::connect_atom>>;

/// `socket` belongs to this actor until it has answered.
connector_actor::behavior_type connector(connector_actor::pointer self, endpoint address,
                                         std::chrono::milliseconds timeout, std::shared_ptr<tcp_socket> socket) {
  drop_unexpected_messages(self);
  return {
    [=](caf::connect_atom) -> caf::result<void> {
      self->quit();
      auto connected = connect_to_node(address, timeout);
      if (!connected)
        return std::move(connected.error());
      *socket = std::move(*connected);
      return caf::unit;
    },
  };
}

/// Why a node is refused, in one sentence without a final stop.
struct refusal {
  std::string reason;
  /// Another node that is up has its name.
  bool is_name_taken = false;
};

/// Another node.
struct peer {
  /// How far the attempts to connect to it are. Idle: none is under way, and none is due.
  enum class phase { idle, waiting, connecting };

  endpoint address;
  member_state state = member_state::down;
  /// Set from the introduction on, until the connection is lost.
  cluster_membership_actor membership;
  /// Without a handle unless it is up and has a handoff pair.
  neighbour replica;
  phase attempt = phase::idle;
  /// The connection of the attempt while CAF shakes hands.
  tcp_socket connection;
  std::chrono::milliseconds backoff{};
  /// Why the last attempt failed; logged once.
  std::string problem;

  // While it is up: whether it shows that it is alive.
  std::optional<heartbeat_monitor> monitor;
  /// When it was last heard of, once it is not up any more.
  std::optional<steady_clock::time_point> last_heard;
  /// Its last heartbeat, and when that came in.
  heartbeat last;
  std::chrono::microseconds round_trip{};
  /// It has been silent, and its replica is asked whether it has been, too.
  bool is_suspect = false;
};

std::uint64_t to_us(steady_clock::time_point time) {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

steady_clock::time_point from_us(std::uint64_t us) {
  return steady_clock::time_point{std::chrono::microseconds{us}};
}

class cluster_membership_state {
public:
  static inline const char* name = "cluster_membership";

  explicit cluster_membership_state(ticking_cluster_membership_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }) {}

  void start(cluster_membership_options options) {
    options_ = std::move(options);
    health_.emplace(options_.heartbeats.interval);
    schedule_heartbeats();
    for (const auto& seed : options_.seeds)
      learn_of(seed.name, seed.address);
  }

  // -- other nodes ---------------------------------------------------------------------------------------------------

  introduction_result introduced(const node_introduction& other) {
    const auto& sender = self_->current_sender();
    if (!sender) {
      // The other side would wait for an answer that cannot be sent.
      end_unheard_connections(self_->system());
      return {false, "nobody has sent the introduction", {}};
    }
    const auto membership = caf::actor_cast<cluster_membership_actor>(sender);
    if (auto refused = reason_to_refuse(other, membership)) {
      report_refusal(other, membership, *refused);
      return {false, std::move(refused->reason), {}, refused->is_name_taken};
    }
    if (refused_.erase(membership.address()) > 0)
      monitored_.remove(membership);
    join(other, membership);
    return {true, {}, introduction(), false};
  }

  void name_claimed(const std::string& address) {
    if (std::exchange(claimant_, address) != address)
      options_.log(log_level::error,
                   fmt::format("the node at {} claims the name of this node, {}, and is refused by others; give it "
                               "another name, or stop it",
                               crdt::printable_briefly(address), options_.node));
  }

  bool has_left(const std::string& node) {
    const auto found = peers_.find(node);
    if (found == peers_.end() || found->second.state != member_state::up
        || found->second.membership != self_->current_sender())
      return false;
    auto& p = found->second;
    p.state = member_state::left;
    p.replica = {};
    end_monitoring(p);
    options_.log(log_level::info, fmt::format("{} has left", in_words(node, p)));
    tell_handoff(node, p);
    return true;
  }

  void connect_if_due(const std::string& node) {
    auto& p = peers_.at(node);
    p.attempt = peer::phase::idle;
    if (p.state == member_state::down)
      connect(node, p);
  }

  void heard(const heartbeat& sign) {
    for (auto& [node, p] : peers_)
      if (p.monitor && p.membership == self_->current_sender())
        heard_of(p, sign);
  }

  void send_heartbeats() {
    schedule_heartbeats();
    const auto now = steady_clock::now();
    const auto pause = health_->tick(now);
    for (auto& [node, p] : peers_) {
      if (!p.monitor)
        continue;
      p.monitor->forgive(pause);
      const auto echo_age = p.last.sent_us == 0 ? 0 : to_us(now) - to_us(p.monitor->last_heard());
      mail(self_, heartbeat{to_us(now), p.last.sent_us, echo_age}).send(p.membership);
      if (p.monitor->is_silent(now, health_->patience()) && !std::exchange(p.is_suspect, true))
        suspect(node, p);
    }
  }

  void ended(const caf::down_msg& down) {
    refused_.erase(down.source);
    if (handoff_ == down.source) {
      handoff_ = nullptr;
      set_replica({});
    }
    for (auto& [node, p] : peers_)
      if (p.membership == down.source)
        lose(node, p, describe(down.reason));
  }

  // -- this node -----------------------------------------------------------------------------------------------------

  void set_handoff(const state_handoff_actor& handoff) {
    handoff_ = handoff;
    monitored_.add(handoff_);
    for (const auto& [node, p] : peers_)
      if (p.state != member_state::down || !p.problem.empty())
        tell_handoff(node, p);
    mail(self_, replica_atom_v)
      .request(handoff_, caf::infinite)
      .then(
        [this, handoff](const neighbour& replica) {
          if (handoff_ == handoff)
            set_replica(replica);
        },
        // The pair has died; whoever supervises it starts a new one.
        [](const caf::error&) {});
  }

  caf::result<state_handoff_actor> handoff() const {
    if (!handoff_)
      return make_error(ec::replica_restarting);
    return handoff_;
  }

  members_page members(const std::string& after) const {
    members_page page;
    if (after.empty())
      page.members.push_back(
        {options_.node, to_string(options_.address), member_state::up, replica_.replica, 0, 0, {}});
    auto position = peers_.upper_bound(after);
    for (std::size_t bytes = 0; position != peers_.end() && bytes < page_bytes; ++position) {
      const auto& added = page.members.emplace_back(status_of(position->first, position->second));
      bytes += added.name.size() + added.address.size() + added.problem.size() + 64;
    }
    page.is_last = position == peers_.end();
    return page;
  }

  caf::result<bool> leave() {
    auto promise = self_->make_response_promise<bool>();
    leaves_.push_back(promise);
    if (!std::exchange(is_leaving_, true))
      for (const auto& [node, p] : peers_)
        if (p.state == member_state::up)
          say_farewell(p);
    settle_leaves();
    return promise;
  }

private:
  // -- connecting ----------------------------------------------------------------------------------------------------

  /// Adds a node, unless it is known already or is this node.
  void learn_of(const std::string& node, const endpoint& address) {
    if (node == options_.node || !is_name(node) || peers_.contains(node))
      return;
    auto& p = peers_[node];
    p.address = address;
    p.backoff = options_.reconnect_min;
    // It may hold what this node lacks.
    tell_handoff(node, p);
    connect(node, p);
  }

  // First a TCP connection, then CAF's handshake, then the introduction. The node may join by its own introduction
  // meanwhile, so each step first looks whether it is still needed.
  //
  // CAF's own connect is no use: it makes all connections in one thread, one after the other, which an address that
  // swallows packets blocks for up to two minutes. And since CAF never breaks off a connection, an attempt that has led
  // to none of use has to be broken off here.

  void connect(const std::string& node, peer& p) {
    if (!may_connect_ || is_leaving_)
      return;
    p.attempt = peer::phase::connecting;
    auto socket = std::make_shared<tcp_socket>();
    mail(self_, caf::connect_atom_v)
      .request(self_->spawn<caf::detached>(connector, p.address, options_.connect_timeout, socket), caf::infinite)
      .then([this, node, socket] { shake_hands(node, std::move(*socket)); },
            [this, node](const caf::error& error) {
              fail(node, describe(error), error == ec::unreachable ? log_level::info : log_level::warning);
            });
  }

  void shake_hands(const std::string& node, tcp_socket socket) {
    auto& p = peers_.at(node);
    if (!needs_connection(p))
      return end_attempt(p);
    p.connection = socket.duplicate();
    request_handshake(self_, options_.connect_timeout, std::move(socket), p.address.port)
      .then([this, node](const caf::node_id&, const caf::strong_actor_ptr& published,
                         const std::set<std::string>& interface) { introduce_to(node, published, interface); },
            [this, node](const caf::error& error) { break_off(node, error); });
  }

  void introduce_to(const std::string& node, const caf::strong_actor_ptr& published,
                    const std::set<std::string>& interface) {
    auto& p = peers_.at(node);
    // If the other node has connected at the same moment, CAF closes this connection now; a copy would keep it open.
    p.connection = {};
    if (!needs_connection(p))
      return end_attempt(p);
    if (!published || !self_->system().assignable<cluster_membership_actor>(interface))
      return fail(node, "what is published there is no node of ours");
    const auto membership = caf::actor_cast<cluster_membership_actor>(published);
    if (membership.address() == self_->address())
      return fail(node, "it is the address of this node itself");
    watch(p, membership);
    mail(self_, introduce_atom_v, introduction())
      .request(membership, options_.connect_timeout)
      .then([this, node, membership](const introduction_result& result) { be_answered(node, membership, result); },
            [this, node, membership](const caf::error& error) {
              if (needs_connection(peers_.at(node)))
                disconnect(self_->system(), membership.node());
              fail(node, describe(error));
            });
  }

  void be_answered(const std::string& node, const cluster_membership_actor& membership,
                   const introduction_result& result) {
    if (!result.accepted) {
      if (result.is_name_taken)
        give_way(result.reason);
      return fail(node, "it refuses this node: " + crdt::printable_briefly(result.reason));
    }
    if (const auto refused = reason_to_refuse(result.node, membership))
      return fail(node, refused->reason);
    if (result.node.node == node)
      end_attempt(peers_.at(node));
    else
      fail(node, fmt::format("node {} answers there", result.node.node));
    join(result.node, membership);
  }

  /// Another node has the name of this one. That one may have state that this one would be taken to have; so a node
  /// that nobody has accepted, and that holds nothing, ends.
  void give_way(const std::string& reason) {
    if (has_been_member_ || !handoff_)
      return;
    mail(self_, status_atom_v)
      .request(handoff_, options_.connect_timeout)
      .then(
        [this, reason](const node_status& status) {
          if (!has_been_member_ && status.replica.keys == 0)
            self_->quit(make_error(ec::name_taken, reason));
        },
        // It is asked again after the next attempt.
        [](const caf::error&) {});
  }

  bool needs_connection(const peer& p) const {
    return p.state == member_state::down && !is_leaving_;
  }

  void end_attempt(peer& p) {
    p.connection = {};
    if (p.attempt == peer::phase::connecting)
      p.attempt = peer::phase::idle;
  }

  void break_off(const std::string& node, const caf::error& error) {
    auto& p = peers_.at(node);
    if (needs_connection(p))
      p.connection.shut_down();
    fail(node, describe(error));
  }

  /// That nobody listens is usual where nodes come and go; a node that answers otherwise than it should is not.
  void fail(const std::string& node, const std::string& problem, log_level level = log_level::warning) {
    auto& p = peers_.at(node);
    end_attempt(p);
    if (!needs_connection(p))
      return;
    watch(p, {});
    if (std::exchange(p.problem, problem) != problem) {
      options_.log(level, fmt::format("cannot connect to {}: {}", in_words(node, p), problem));
      tell_handoff(node, p);
    }
    connect_later(node, p);
  }

  void connect_later(const std::string& node, peer& p) {
    if (p.attempt != peer::phase::idle)
      return;
    p.attempt = peer::phase::waiting;
    // Two nodes that connect to each other at the same moment make CAF close both connections; chance parts them.
    std::uniform_int_distribution<std::chrono::milliseconds::rep> percent{50, 150};
    mail(self_, tick_atom_v, node).delay(p.backoff * percent(random_) / 100).send(self_);
    p.backoff = std::min(p.backoff * 2, options_.reconnect_max);
  }

  // -- signs of life -------------------------------------------------------------------------------------------------

  void schedule_heartbeats() {
    mail(self_, tick_atom_v).delay(options_.heartbeats.interval).send(self_);
  }

  static void heard_of(peer& p, const heartbeat& sign) {
    const auto now = steady_clock::now();
    p.last = sign;
    p.monitor->heard(now);
    if (sign.echo_us == 0 || sign.echo_us > to_us(now))
      return;
    p.monitor->answered(from_us(sign.echo_us));
    const auto since_sent_us = to_us(now) - sign.echo_us;
    p.round_trip = std::chrono::microseconds{since_sent_us - std::min(sign.echo_age_us, since_sent_us)};
  }

  /// Heartbeats may be stuck behind what the replicas send to each other: that they do is a sign of life as well.
  void suspect(const std::string& node, const peer& p) {
    if (!handoff_)
      return give_up(node, p.membership);
    mail(self_, contact_atom_v, p.replica.replica)
      .request(handoff_, options_.heartbeats.tolerance)
      .then(
        [this, node, membership = p.membership](std::uint64_t last_frame_ms) {
          auto& suspected = peers_.at(node);
          if (suspected.monitor && suspected.membership == membership)
            suspected.monitor->alive(steady_clock::now() - std::chrono::milliseconds{last_frame_ms});
          give_up(node, membership);
        },
        [this, node, membership = p.membership](const caf::error&) { give_up(node, membership); });
  }

  /// Ends the connection to a node that is still silent, so that both sides see the same: a node that is frozen or cut
  /// off closes none.
  void give_up(const std::string& node, const cluster_membership_actor& membership) {
    auto& p = peers_.at(node);
    if (!p.monitor || p.membership != membership)
      return;
    p.is_suspect = false;
    const auto now = steady_clock::now();
    if (!p.monitor->is_silent(now, health_->patience()))
      return;
    disconnect(self_->system(), p.membership.node());
    lose(node, p, fmt::format("no sign of life for {} ms", milliseconds_since(p.monitor->last_heard())));
  }

  // -- coming and going ----------------------------------------------------------------------------------------------

  node_introduction introduction() const {
    return {node_protocol, options_.cluster, options_.node, to_string(options_.address), replica_, other_members()};
  }

  std::optional<refusal> reason_to_refuse(const node_introduction& other,
                                          const cluster_membership_actor& membership) const {
    if (is_leaving_)
      return refusal{fmt::format("node {} is leaving", options_.node)};
    if (other.protocol != node_protocol)
      return refusal{fmt::format("protocol version {} is not version {}", other.protocol, node_protocol)};
    if (other.cluster != options_.cluster)
      return refusal{fmt::format("cluster {} is not cluster {}", other.cluster, options_.cluster)};
    if (!is_name(other.node))
      return refusal{"the name of a node " + name_rule()};
    if (other.node == options_.node)
      return name_taken(other.node, options_.address);
    const auto address = endpoint_from_string(other.address);
    if (!address)
      return refusal{fmt::format("{} is no address", other.address)};
    const auto found = peers_.find(other.node);
    if (found != peers_.end() && found->second.state == member_state::up && found->second.membership != membership
        && found->second.address != *address)
      return name_taken(other.node, found->second.address);
    return std::nullopt;
  }

  static refusal name_taken(const std::string& name, const endpoint& by) {
    return {fmt::format("{} is the name of the node at {}", name, to_string(by)), true};
  }

  void report_refusal(const node_introduction& other, const cluster_membership_actor& membership,
                      const refusal& refused) {
    const auto [known, is_first] = refused_.try_emplace(membership.address());
    if (is_first)
      monitored_.add(membership);
    if (std::exchange(known->second, refused.reason) == refused.reason)
      return;
    options_.log(log_level::warning, fmt::format("node {} ({}) is refused: {}", crdt::escaped_briefly(other.node),
                                                 crdt::printable_briefly(other.address), refused.reason));
    if (const auto owner = peers_.find(other.node); refused.is_name_taken && owner != peers_.end())
      mail(self_, name_taken_atom_v, other.address).send(owner->second.membership);
  }

  /// Makes a node a member, or takes note of its new replica. The introduction has been found acceptable.
  void join(const node_introduction& other, const cluster_membership_actor& membership) {
    has_been_member_ = true;
    auto& p = peers_[other.node];
    const auto is_new = p.membership != membership;
    watch(p, membership);
    p.address = *endpoint_from_string(other.address);
    p.backoff = options_.reconnect_min;
    p.problem.clear();
    const auto was_up = std::exchange(p.state, member_state::up) == member_state::up;
    if (!was_up || is_new) {
      p.monitor.emplace(options_.heartbeats, steady_clock::now());
      p.last = {};
      p.round_trip = {};
      p.is_suspect = false;
    }
    const auto had_replica = std::exchange(p.replica, other.replica).replica;
    if (!was_up || had_replica != p.replica.replica) {
      const auto what = !was_up ? "is up" : p.replica.handle ? "has a new replica" : "restarts its handoff";
      options_.log(log_level::info, fmt::format("{} {}", in_words(other.node, p), what));
      tell_handoff(other.node, p);
    }
    for (const auto& m : other.members)
      if (const auto address = endpoint_from_string(m.address); address && m.state == member_state::up)
        learn_of(m.name, *address);
  }

  void lose(const std::string& node, peer& p, const std::string& reason) {
    if (p.state == member_state::down)
      return fail(node, reason);
    p.membership = nullptr;
    p.replica = {};
    end_monitoring(p);
    if (p.state == member_state::left)
      return;
    p.state = member_state::down;
    p.problem = reason;
    if (!is_leaving_)
      options_.log(log_level::warning, fmt::format("{} is down: {}", in_words(node, p), reason));
    tell_handoff(node, p);
    connect_later(node, p);
  }

  static void end_monitoring(peer& p) {
    if (p.monitor)
      p.last_heard = p.monitor->last_heard();
    p.monitor.reset();
  }

  /// Makes `membership`, which may be null, the actor of `p`.
  void watch(peer& p, const cluster_membership_actor& membership) {
    if (p.membership == membership)
      return;
    if (p.membership)
      monitored_.remove(p.membership);
    p.membership = membership;
    if (membership)
      monitored_.add(membership);
  }

  void tell_handoff(const std::string& node, const peer& p) {
    if (!handoff_)
      return;
    if (p.state == member_state::left)
      mail(self_, node_left_atom_v, node).send(handoff_);
    else if (p.state == member_state::up && p.replica.handle)
      mail(self_, node_up_atom_v, node, p.replica).send(handoff_);
    else
      mail(self_, node_down_atom_v, node).send(handoff_);
  }

  // -- this node -----------------------------------------------------------------------------------------------------

  /// All members are to know the replica of this node. Before it has one for the first time, it connects to nobody: its
  /// port may not be open yet, and may never be.
  void set_replica(const neighbour& replica) {
    replica_ = replica;
    // Its last pair ends with the node that leaves; for the others it is gone already.
    if (is_leaving_)
      return;
    for (auto& [node, p] : peers_)
      if (p.state == member_state::up)
        introduce_again(node, p);
    if (replica_.handle && !std::exchange(may_connect_, true))
      for (auto& [node, p] : peers_)
        if (p.state == member_state::down)
          connect(node, p);
  }

  void introduce_again(const std::string& node, const peer& p) {
    mail(self_, introduce_atom_v, introduction())
      .request(p.membership, caf::infinite)
      .then(
        [this, node, membership = p.membership](const introduction_result& result) {
          if (result.accepted && peers_.at(node).membership == membership)
            join(result.node, membership);
        },
        // The node is being lost, which its down message says as well.
        [](const caf::error&) {});
  }

  void say_farewell(const peer& p) {
    ++farewells_unanswered_;
    auto answered = [this](bool is_told) {
      --farewells_unanswered_;
      all_are_told_ = all_are_told_ && is_told;
      settle_leaves();
    };
    mail(self_, leave_atom_v, options_.node)
      .request(p.membership, options_.connect_timeout)
      .then([answered](bool) { answered(true); }, [answered](const caf::error&) { answered(false); });
  }

  void settle_leaves() {
    if (farewells_unanswered_ == 0)
      for (auto& promise : std::exchange(leaves_, {}))
        promise.deliver(all_are_told_);
  }

  std::vector<member_status> other_members() const {
    std::vector<member_status> result;
    for (const auto& [node, p] : peers_)
      result.push_back(status_of(node, p));
    return result;
  }

  static member_status status_of(const std::string& node, const peer& p) {
    return {node,
            to_string(p.address),
            p.state,
            p.replica.replica,
            static_cast<std::uint64_t>(p.round_trip.count()),
            last_contact_ms(p),
            p.state == member_state::down ? p.problem : std::string{}};
  }

  /// How long ago it was last heard of; 0 if it never was.
  static std::uint64_t last_contact_ms(const peer& p) {
    if (p.monitor)
      return milliseconds_since(p.monitor->last_heard());
    return p.last_heard ? milliseconds_since(*p.last_heard) : 0;
  }

  static std::string in_words(const std::string& node, const peer& p) {
    return fmt::format("node {} ({})", crdt::escaped_briefly(node), crdt::printable_briefly(to_string(p.address)));
  }

  ticking_cluster_membership_actor::pointer self_;
  monitored_actors<ticking_cluster_membership_actor::pointer> monitored_;
  cluster_membership_options options_;
  std::optional<local_health> health_;
  std::minstd_rand random_{std::random_device{}()};
  /// By name. A node that has been heard of is never forgotten.
  std::map<std::string, peer> peers_;
  /// Who has been refused, and why: each refusal is logged once.
  std::map<caf::actor_addr, std::string> refused_;
  /// The address of a node that claims the name of this one; logged once.
  std::string claimant_;
  state_handoff_actor handoff_;
  neighbour replica_;
  bool may_connect_ = false;
  /// Another node has accepted this one, or has been accepted.
  bool has_been_member_ = false;
  bool is_leaving_ = false;
  /// Who waits for the farewells to be answered.
  std::vector<caf::typed_response_promise<bool>> leaves_;
  std::size_t farewells_unanswered_ = 0;
  bool all_are_told_ = true;
};

ticking_cluster_membership_actor::behavior_type
cluster_membership(ticking_cluster_membership_actor::stateful_pointer<cluster_membership_state> self,
                   cluster_membership_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](introduce_atom, const node_introduction& other) { return state.introduced(other); },
    [&state](const heartbeat& sign) { state.heard(sign); },
    [&state](name_taken_atom, const std::string& address) { state.name_claimed(address); },
    [&state](leave_atom, const std::string& node) { return state.has_left(node); },
    [&state](handoff_atom) { return state.handoff(); },
    [self](get_atom, const std::string& name) { return registered<caf::strong_actor_ptr>(self->system(), name); },
    [&state](handoff_atom, const state_handoff_actor& handoff) { state.set_handoff(handoff); },
    [&state](status_atom, const std::string& after) { return state.members(after); },
    [&state](leave_atom) { return state.leave(); },
    [&state](tick_atom) { state.send_heartbeats(); },
    [&state](tick_atom, const std::string& node) { state.connect_if_due(node); },
  };
}

} // namespace

cluster_membership_actor spawn_cluster_membership(caf::actor_system& system, cluster_membership_options options) {
  return system.spawn(cluster_membership, std::move(options));
}

} // namespace ariadne
