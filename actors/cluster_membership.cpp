#include "actors/cluster_membership.hpp"

#include "actors/admission.hpp"
#include "actors/answer_gate.hpp"
#include "actors/caf_edition_unexpected.hpp"
#include "actors/deadline.hpp"
#include "actors/error.hpp"
#include "actors/farewells.hpp"
#include "actors/membership_news.hpp"
#include "actors/monitored_actors.hpp"
#include "actors/network/basp.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/link_probe.hpp"
#include "actors/network/node_connector.hpp"
#include "actors/process_clocks.hpp"
#include "crdt/printable_text.hpp"
#include "membership/liveness.hpp"
#include "membership/node_table.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/middleman.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

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

using membership::attempt;
using membership::presence;

using ticking_cluster_membership_actor = cluster_membership_actor::extend<
  // It is time for heartbeats.
  takes<tick_atom>,
  // It is time to connect to nodes.
  takes<connect_atom>,
  // Something has come of attempts to connect.
  takes<work_atom>,
  // Nodes have been silent, and their connections have been looked at since.
  takes<contact_atom>>;

/// So long it takes at most to look at a connection, if the network's thread is not busy.
constexpr std::chrono::milliseconds look_time_max{10};

/// Others are told who is up this often, one of them at a time, if that is often enough for `forget_after`.
constexpr std::chrono::milliseconds news_interval_max{10'000};

/// What the actor keeps of another node, beside its record.
struct peer {
  /// Set from the introduction on, until the connection is lost.
  cluster_membership_actor membership;
  /// Without a handle unless it is up and has a handoff pair.
  neighbour replica;
  introduced_address introduced;
  link_probe probe;
};

struct introduction_under_way {
  std::uint64_t number = 0;
  attempt made;
};

template <class Duration>
std::uint64_t to_ms(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::uint64_t now_ms() {
  return to_ms(read_node_clock().time_since_epoch());
}

membership::node_table_options table_options(const cluster_membership_options& options) {
  membership::node_table_options result;
  result.reconnect_min_ms = static_cast<std::uint64_t>(options.reconnect_min.count());
  result.reconnect_max_ms = static_cast<std::uint64_t>(options.reconnect_max.count());
  result.forget_after_ms = static_cast<std::uint64_t>(options.forget_after.count());
  return result;
}

class cluster_membership_state {
public:
  static inline const char* name = "cluster_membership";

  explicit cluster_membership_state(ticking_cluster_membership_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }),
      gate_(self, answer_budget::of_process()), farewells_(self) {}

  void start(cluster_membership_options options) {
    options_ = std::move(options);
    table_ = membership::node_table{table_options(options_)};
    connector_.emplace(self_, options_.connect_timeout, connector_callbacks());
    life_.emplace(options_.heartbeats, read_clocks());
    schedule_heartbeats();
    for (const auto& seed : options_.seeds)
      if (seed.name != options_.node && is_name(seed.name)) {
        table_.list(seed.name, to_string(seed.address), now_ms());
        life_->await(seed.name);
      }
  }

  /// To be called before anything is made of what has happened: a process that was frozen is sent what is old, in any
  /// order, before its clock has ticked.
  void look_at_clocks() {
    const auto pause = life_->look(read_clocks());
    if (pause == membership::liveness::duration{})
      return;
    // Others hardly miss it in less than that.
    const auto is_long = pause >= options_.heartbeats.tolerance;
    options_.log(is_long ? log_level::warning : log_level::debug,
                 fmt::format("by its clocks, this process was not run for {} ms; it looks whether the other nodes are "
                             "still there before it takes any of them for down",
                             to_ms(pause)));
    for (const auto& node : table_.names()) {
      if (is_up(node))
        table_.alive(node, now_ms());
      table_.hurry(node, now_ms());
    }
    schedule_attempts();
  }

  // -- other nodes ---------------------------------------------------------------------------------------------------

  introduction_result introduced(const node_introduction& other) {
    look_at_clocks();
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
    if (found == peers_.end() || !is_up(node) || found->second.membership != self_->current_sender())
      return false;
    options_.log(log_level::info, fmt::format("{} has left", words_for(node)));
    found->second.replica = {};
    life_->gone(node);
    const auto is_forgotten = table_.leave(node, now_ms());
    if (handoff_)
      mail(self_, node_left_atom_v, node).send(handoff_);
    if (is_forgotten)
      drop(node);
    schedule_attempts();
    return true;
  }

  void told(const std::vector<member_news>& news) {
    if (std::any_of(peers_.begin(), peers_.end(), [&](const auto& entry) {
          return life_->is_up(entry.first) && entry.second.membership == self_->current_sender();
        }))
      hear(news);
  }

  void heard(const heartbeat& sign) {
    look_at_clocks();
    for (auto& [node, p] : peers_)
      if (life_->is_up(node) && p.membership == self_->current_sender()) {
        life_->heard(node, {sign.sent_us, sign.echo_us, sign.echo_age_us}, read_node_clock());
        table_.alive(node, now_ms());
      }
  }

  void tick() {
    schedule_heartbeats();
    look_at_clocks();
    for (auto& [node, p] : peers_)
      note_activity(node, p);
    const auto round = life_->tick(read_node_clock());
    for (const auto& [node, beat] : round.beats)
      mail(self_, heartbeat{beat.sent_us, beat.echo_us, beat.echo_age_us}).send(peers_.at(node).membership);
    // Heartbeats may be stuck behind something large, on their way out of a node or here. So bytes count as signs of
    // life as well, of which only the kernel knows before they are a message.
    for (const auto& node : round.quiet)
      peers_.at(node).probe.begin(self_->system(), peers_.at(node).membership.node());
    if (!round.suspects.empty())
      mail(self_, contact_atom_v).delay(look_time_max).send(self_);
    suspects_ = round.suspects;
    for (const auto& node : round.down)
      report_loss(node, table_.find(node)->problem);
    for (const auto& node : round.overdue)
      tell_if_down(node);
    for (const auto& node : round.steady)
      report_state(node);
    for (const auto& node : table_.forget_gone(now_ms()))
      forget(node, "it has been gone for too long");
    tell_news();
  }

  /// The connections of suspects have been looked at.
  void judge_suspects() {
    look_at_clocks();
    for (const auto& node : std::exchange(suspects_, {})) {
      const auto found = peers_.find(node);
      // Where this takes long, the network's thread of this node is busy, and has heard nobody.
      if (found == peers_.end() || found->second.probe.is_looking())
        continue;
      note_activity(node, found->second);
      if (life_->is_silent(node, read_node_clock()))
        give_up(node, found->second);
    }
  }

  void ended(const caf::down_msg& down) {
    look_at_clocks();
    refused_.erase(down.source);
    if (handoff_ == down.source) {
      handoff_ = nullptr;
      set_replica({});
    }
    std::vector<std::string> lost;
    for (const auto& [node, p] : peers_)
      if (p.membership == down.source)
        lost.push_back(node);
    for (const auto& node : lost)
      lose(node, describe(down.reason));
  }

  // -- this node -----------------------------------------------------------------------------------------------------

  void set_handoff(const state_handoff_actor& handoff) {
    handoff_ = handoff;
    monitored_.add(handoff_);
    for (const auto& node : table_.names())
      if (const auto& record = *table_.find(node); record.state != presence::down || !record.problem.empty())
        tell_handoff(node);
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

  caf::result<members_page> members(const std::string& after) {
    if (!gate_.passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    members_page page;
    if (after.empty())
      page.members.push_back(
        {options_.node, to_string(options_.address), member_state::up, replica_.replica, 0, 0, {}});
    const auto names = table_.names();
    auto position = std::upper_bound(names.begin(), names.end(), after);
    for (std::size_t bytes = 0; position != names.end() && bytes < page_bytes; ++position) {
      const auto& added = page.members.emplace_back(status_of(*position));
      bytes += added.name.size() + added.address.size() + added.problem.size() + 64;
    }
    page.is_last = position == names.end();
    return page;
  }

  caf::result<bool> leave() {
    // One that this node is introducing itself to may have accepted it already, which is not known here yet.
    if (!std::exchange(is_leaving_, true))
      for (const auto& [node, p] : peers_)
        if (p.membership)
          farewells_.say(p.membership, options_.node, options_.connect_timeout);
    return farewells_.result();
  }

  caf::result<bool> forget_on_demand(const std::string& node) {
    if (node == options_.node)
      return make_error(ec::refused, fmt::format("node {} is the one that was asked, and is up", node));
    if (const auto refused = table_.forget(node, now_ms()))
      return make_error(ec::refused, in_words(*refused, node, options_.node, table_.names()));
    forget(node, "as was demanded");
    const auto news = told_to_others();
    for (const auto& [name, p] : peers_)
      if (is_up(name))
        mail(self_, news).send(p.membership);
    return true;
  }

  // -- connecting ----------------------------------------------------------------------------------------------------

  void connect_to_due() {
    wakes_at_.reset();
    if (!may_connect_ || is_leaving_)
      return;
    for (const auto& next : table_.due(now_ms()))
      connector_->begin(next);
    schedule_attempts();
  }

  void go_on_connecting() {
    connector_->go_on();
  }

private:
  // First the connection, then the introduction. The node may join by its own introduction meanwhile, or be forgotten,
  // so each step first looks whether it is still needed.

  node_connector<ticking_cluster_membership_actor::pointer>::callbacks connector_callbacks() {
    return {[this](const std::string& node) { return needs_connection(node); },
            [this](const attempt& made, const cluster_membership_actor& membership, const std::string& local_host) {
              introduce_to(made, membership, local_host);
            },
            [this](const attempt& made, const std::string& problem, log_level level, bool is_refused) {
              fail(made, problem, level, is_refused);
            },
            [this](const attempt& made) { end_attempt(made.node); }};
  }

  /// To be called after whatever may have made a node due.
  void schedule_attempts() {
    const auto next = table_.next_due_ms();
    if (!may_connect_ || is_leaving_ || !next || (wakes_at_ && *wakes_at_ <= *next))
      return;
    wakes_at_ = next;
    const auto now = now_ms();
    mail(self_, connect_atom_v).delay(std::chrono::milliseconds{*next - std::min(now, *next)}).send(self_);
  }

  void introduce_to(const attempt& made, const cluster_membership_actor& membership, const std::string& local_host) {
    watch(peers_[made.node], membership);
    const auto number = ++last_introduction_;
    introducing_.insert_or_assign(made.node, introduction_under_way{number, made});
    // If this node accepts connections at all interfaces, the other one reaches it at this one.
    const auto reached_at =
      is_any_host(options_.address.host) ? to_string(endpoint{local_host, options_.address.port}) : std::string{};
    mail(self_, introduce_atom_v, introduction(reached_at))
      .request(membership, options_.connect_timeout)
      .then(
        [this, made, membership, number](const introduction_result& result) {
          if (is_awaited(made.node, number))
            be_answered(made, membership, result);
        },
        [this, made, membership, number](const caf::error& error) {
          if (!is_awaited(made.node, number))
            return;
          if (needs_connection(made.node))
            disconnect(self_->system(), membership.node());
          fail(made, describe(error));
        });
  }

  /// Whether the answer to an introduction matters still; not, if contact was lost before. To be asked once.
  bool is_awaited(const std::string& node, std::uint64_t number) {
    const auto found = introducing_.find(node);
    if (found == introducing_.end() || found->second.number != number)
      return false;
    introducing_.erase(found);
    return true;
  }

  void be_answered(const attempt& made, const cluster_membership_actor& membership, const introduction_result& result) {
    look_at_clocks();
    if (!result.accepted) {
      if (result.is_name_taken)
        give_way(result.reason);
      return fail(made, "it refuses this node: " + crdt::printable_briefly(result.reason));
    }
    if (const auto refused = reason_to_refuse(result.node, membership))
      return fail(made, refused->reason);
    if (result.node.node != made.node)
      fail(made, fmt::format("node {} answers there", result.node.node));
    join(result.node, membership, made.address);
    end_attempt(made.node);
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

  bool is_up(const std::string& node) const {
    const auto* record = table_.find(node);
    return record && record->state == presence::up;
  }

  bool needs_connection(const std::string& node) const {
    const auto* record = table_.find(node);
    return record && record->state != presence::up && !is_leaving_;
  }

  void end_attempt(const std::string& node) {
    table_.ended(node);
    schedule_attempts();
  }

  void fail(const attempt& made, const std::string& problem, log_level level = log_level::warning,
            bool is_refused = false) {
    look_at_clocks();
    if (!needs_connection(made.node))
      return end_attempt(made.node);
    if (const auto found = peers_.find(made.node); found != peers_.end())
      watch(found->second, {});
    const auto is_new = table_.failed(made.node, made.address, problem, now_ms(), random_());
    schedule_attempts();
    if (is_refused && is_nowhere(made.node) && life_->is_awaited(made.node))
      give_up_waiting(made.node);
    // Who has left may well stay away.
    if (!is_new || table_.find(made.node)->state == presence::left)
      return;
    if (!is_unsteady(made.node))
      options_.log(level, fmt::format("cannot connect to node {} ({}): {}", made.node, made.address, problem));
    tell_handoff(made.node);
  }

  /// Whether it has been looked for in vain wherever it may be.
  bool is_nowhere(const std::string& node) const {
    const auto* record = table_.find(node);
    return record && std::none_of(record->addresses.begin(), record->addresses.end(), [](const auto& known) {
             return known.problem.empty();
           });
  }

  // -- signs of life -------------------------------------------------------------------------------------------------

  void schedule_heartbeats() {
    mail(self_, tick_atom_v).delay(options_.heartbeats.interval).send(self_);
  }

  /// What the last look at the connection has found.
  void note_activity(const std::string& node, peer& p) {
    if (const auto seen = p.probe.take())
      life_->seen(node, *seen);
  }

  /// Ends the connection to a node that is still silent, so that both sides see the same: a node that is frozen or cut
  /// off closes none.
  void give_up(const std::string& node, peer& p) {
    disconnect(self_->system(), p.membership.node());
    lose(node, fmt::format("no sign of life for {} ms", to_ms(read_node_clock() - *life_->last_heard(node))));
  }

  // -- coming and going ----------------------------------------------------------------------------------------------

  node_introduction introduction(std::string reached_at = {}) const {
    return {node_protocols,        options_.cluster, options_.node,   to_string(options_.address),
            std::move(reached_at), replica_,         told_to_others()};
  }

  std::vector<member_news> told_to_others() const {
    return to_messages(table_.tell(now_ms()));
  }

  /// Tells one of the others at random, if it is time.
  void tell_news() {
    const auto now = steady_clock::now();
    if (now < news_due_)
      return;
    news_due_ = now + std::min(news_interval_max, options_.forget_after / 20);
    std::vector<const peer*> up;
    for (const auto& [node, p] : peers_)
      if (life_->is_up(node))
        up.push_back(&p);
    if (!up.empty())
      mail(self_, told_to_others()).send(up[random_() % up.size()]->membership);
  }

  void hear(const std::vector<member_news>& told) {
    const auto changes = table_.hear(from_messages(told), options_.node, now_ms());
    for (const auto& node : changes.learnt)
      // It may hold what this node lacks.
      tell_handoff(node);
    for (const auto& node : changes.forgotten)
      forget(node, "as others have");
    schedule_attempts();
  }

  std::optional<refusal> reason_to_refuse(const node_introduction& other,
                                          const cluster_membership_actor& membership) const {
    if (is_leaving_)
      return refusal{fmt::format("node {} is leaving", options_.node)};
    if (auto refused = ariadne::reason_to_refuse(other, options_))
      return refused;
    const auto found = peers_.find(other.node);
    if (found != peers_.end() && is_up(other.node) && found->second.membership != membership
        && found->second.introduced.differs_from(other))
      return name_taken(other.node, table_.find(other.node)->address());
    return std::nullopt;
  }

  void report_refusal(const node_introduction& other, const cluster_membership_actor& membership,
                      const refusal& refused) {
    const auto [known, is_first] = refused_.try_emplace(membership.address());
    if (is_first)
      monitored_.add(membership);
    if (std::exchange(known->second, refused.reason) == refused.reason || is_leaving_)
      return;
    options_.log(log_level::warning, fmt::format("node {} ({}) is refused: {}", crdt::escaped_briefly(other.node),
                                                 crdt::printable_briefly(other.address), refused.reason));
    if (const auto owner = peers_.find(other.node); refused.is_name_taken && owner != peers_.end())
      mail(self_, name_taken_atom_v, other.address).send(owner->second.membership);
  }

  /// Makes a node a member, or takes note of its new replica. The introduction has been found acceptable. `dialled`:
  /// where this node has reached it, if it has.
  void join(const node_introduction& other, const cluster_membership_actor& membership,
            const std::string& dialled = {}) {
    has_been_member_ = true;
    auto& p = peers_[other.node];
    const auto is_new = p.membership != membership;
    // What is not watched any more would end unheard.
    if (is_new && introducing_.erase(other.node) > 0)
      end_attempt(other.node);
    watch(p, membership);
    p.introduced.address = other.address;
    if (!other.reached_at.empty())
      p.introduced.reached_at = other.reached_at;
    const auto was_up = is_up(other.node);
    table_.up(other.node, where_to_reach(other, dialled), other.replica.replica, now_ms());
    const auto was_in_doubt = life_->is_in_doubt(other.node);
    if (!was_up || is_new)
      life_->up(other.node, other.replica.replica, read_node_clock());
    const auto had_replica = std::exchange(p.replica, other.replica).replica;
    if (!was_up || had_replica != p.replica.replica) {
      const auto what = was_in_doubt       ? "is still there"
                        : !was_up          ? "is up"
                        : p.replica.handle ? "has a new replica"
                                           : "restarts its handoff";
      if (!is_unsteady(other.node))
        options_.log(log_level::info, fmt::format("{} {}", words_for(other.node), what));
      tell_handoff(other.node);
    }
    hear(other.members);
  }

  /// Empty: where it was reached before.
  std::string where_to_reach(const node_introduction& other, const std::string& dialled) const {
    const auto is_host = !is_any_host(endpoint_from_string(other.address)->host);
    const auto& said = is_host ? other.address : other.reached_at.empty() ? dialled : other.reached_at;
    return said.empty() && !table_.find(other.node) ? other.address : said;
  }

  void lose(const std::string& node, const std::string& reason) {
    auto& p = peers_.at(node);
    p.membership = nullptr;
    p.replica = {};
    const auto loss = life_->lost(node, read_node_clock());
    // CAF answers no request to an actor of a node that is lost.
    const auto introduction = introducing_.extract(node);
    if (!is_up(node)) {
      if (introduction)
        fail(introduction.mapped().made, reason, log_level::info);
      return;
    }
    if (introduction)
      end_attempt(node);
    auto* losses = life_->losses(node);
    const auto factor = loss == membership::liveness::loss::down && losses ? losses->backoff_factor() : 1;
    const auto forgotten = table_.down(node, reason, now_ms(), random_(), factor);
    if (loss == membership::liveness::loss::in_doubt)
      table_.hurry(node, now_ms());
    else
      report_loss(node, reason);
    tell_handoff(node);
    for (const auto& gone : forgotten)
      forget(gone, "too many nodes are gone");
    schedule_attempts();
  }

  void report_loss(const std::string& node, const std::string& reason) {
    if (is_leaving_)
      return;
    if (!is_unsteady(node))
      options_.log(log_level::warning, fmt::format("{} is down: {}", words_for(node), reason));
    else if (const auto due = life_->losses(node)->due_report(read_node_clock()))
      options_.log(log_level::warning, fmt::format("the link to {} breaks again and again: {} times in {} s",
                                                   crdt::escaped_briefly(node), due->count, due->within.count()));
  }

  /// One line a minute has told of this link while it broke again and again.
  void report_state(const std::string& node) {
    const auto* record = table_.find(node);
    if (!record || is_leaving_)
      return;
    if (record->state == presence::up)
      options_.log(log_level::info, fmt::format("{} is up, and the link to it holds again", words_for(node)));
    else
      options_.log(log_level::warning, fmt::format("{} is down: {}", words_for(node), record->problem));
  }

  bool is_unsteady(const std::string& node) {
    const auto* losses = life_->losses(node);
    return losses && losses->is_unsteady();
  }

  /// It is certain that the node, which is awaited, is not there.
  void give_up_waiting(const std::string& node) {
    const auto was_in_doubt = life_->is_in_doubt(node);
    life_->gone(node);
    if (was_in_doubt)
      report_loss(node, table_.find(node)->problem);
    tell_if_down(node);
  }

  /// That it is down, unless nobody knows yet.
  void tell_if_down(const std::string& node) {
    const auto* record = table_.find(node);
    if (record && record->state == presence::down && !record->problem.empty())
      tell_handoff(node);
  }

  /// Draws the consequences: the table has forgotten it already.
  void forget(const std::string& node, std::string_view why) {
    options_.log(log_level::info, fmt::format("node {} is forgotten: {}", node, why));
    // It may still count as up there.
    if (life_->is_in_doubt(node) && handoff_)
      mail(self_, node_down_atom_v, node).send(handoff_);
    drop(node);
    if (handoff_)
      mail(self_, forget_atom_v, node).send(handoff_);
    schedule_attempts();
  }

  void drop(const std::string& node) {
    connector_->break_off(node);
    life_->forget(node);
    const auto found = peers_.find(node);
    if (found == peers_.end())
      return;
    watch(found->second, {});
    peers_.erase(found);
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

  void tell_handoff(const std::string& node) {
    const auto* record = table_.find(node);
    if (!handoff_ || !record)
      return;
    // It has not had the time to show that it is there.
    if (record->state == presence::down && life_->is_awaited(node))
      return;
    const auto found = peers_.find(node);
    if (record->state == presence::left)
      mail(self_, node_left_atom_v, node).send(handoff_);
    else if (record->state == presence::up && found != peers_.end() && found->second.replica.handle)
      mail(self_, node_up_atom_v, node, found->second.replica).send(handoff_);
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
      if (is_up(node))
        introduce_again(node, p);
    if (replica_.handle && !std::exchange(may_connect_, true))
      connect_to_due();
  }

  void introduce_again(const std::string& node, const peer& p) {
    mail(self_, introduce_atom_v, introduction())
      .request(p.membership, caf::infinite)
      .then(
        [this, node, membership = p.membership](const introduction_result& result) {
          const auto found = peers_.find(node);
          if (result.accepted && found != peers_.end() && found->second.membership == membership)
            join(result.node, membership);
        },
        // The node is being lost, which its down message says as well.
        [](const caf::error&) {});
  }

  member_status status_of(const std::string& node) const {
    auto status = to_status(node, *table_.find(node));
    const auto found = peers_.find(node);
    if (found == peers_.end())
      return status;
    if (life_->is_in_doubt(node)) {
      status.state = member_state::up;
      status.problem.clear();
    }
    status.replica = found->second.replica.replica;
    status.round_trip_us = static_cast<std::uint64_t>(life_->round_trip(node).count());
    if (const auto last_heard = life_->last_heard(node))
      status.last_contact_ms = to_ms(std::max(read_node_clock() - *last_heard, membership::liveness::duration{}));
    return status;
  }

  std::string words_for(const std::string& node) const {
    return fmt::format("node {} ({})", crdt::escaped_briefly(node),
                       crdt::printable_briefly(table_.find(node)->address()));
  }

  ticking_cluster_membership_actor::pointer self_;
  monitored_actors<ticking_cluster_membership_actor::pointer> monitored_;
  answer_gate<ticking_cluster_membership_actor::pointer> gate_;
  cluster_membership_options options_;
  std::optional<membership::liveness> life_;
  /// Their connections are looked at once more before they are judged.
  std::vector<std::string> suspects_;
  std::minstd_rand random_{std::random_device{}()};
  /// Which nodes are known, and when to connect to which.
  membership::node_table table_;
  /// By name: those of the table that this node has been connected to, or is about to be.
  std::map<std::string, peer> peers_;
  std::optional<node_connector<ticking_cluster_membership_actor::pointer>> connector_;
  /// By name: the attempts that wait for the other node to answer the introduction, numbered.
  std::map<std::string, introduction_under_way> introducing_;
  std::uint64_t last_introduction_ = 0;
  /// When this actor is to connect to nodes next.
  std::optional<std::uint64_t> wakes_at_;
  steady_clock::time_point news_due_;
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
  farewells<ticking_cluster_membership_actor::pointer> farewells_;
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
    [&state](const std::vector<member_news>& news) { state.told(news); },
    [&state](forget_atom, const std::string& node) { return state.forget_on_demand(node); },
    [&state](handoff_atom) { return state.handoff(); },
    [self](get_atom, const std::string& name) { return registered<caf::strong_actor_ptr>(self->system(), name); },
    [&state](handoff_atom, const state_handoff_actor& handoff) { state.set_handoff(handoff); },
    [&state](status_atom, const std::string& after) { return state.members(after); },
    [&state](leave_atom) { return state.leave(); },
    [&state](tick_atom) { state.tick(); },
    [&state](connect_atom) { state.connect_to_due(); },
    [&state](work_atom) { state.go_on_connecting(); },
    [&state](contact_atom) { state.judge_suspects(); },
  };
}

} // namespace

cluster_membership_actor spawn_cluster_membership(caf::actor_system& system, cluster_membership_options options) {
  return system.spawn(cluster_membership, std::move(options));
}

} // namespace ariadne
