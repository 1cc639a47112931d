#include "actors/internal/cluster_membership.hpp"

#include "actors/error.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/contact_book.hpp"
#include "actors/internal/farewells.hpp"
#include "actors/internal/membership_messages.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/process_clocks.hpp"
#include "actors/internal/storage_messages.hpp"
#include "actors/network/basp.hpp"
#include "actors/network/discovery.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/node_connector.hpp"
#include "actors/network/own_address_check.hpp"
#include "actors/node_listing.hpp"
#include "crdt/printable_text.hpp"
#include "membership/cluster_view.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/middleman.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <variant>

namespace ariadne {

namespace {

using membership::attempt;
using membership::contact;
using membership::overloaded;

using ticking_cluster_membership_actor = peer_membership_actor::extend<
  // It is time for heartbeats.
  takes<tick_atom>,
  // It is time to connect to nodes.
  takes<connect_atom>,
  // Something has come of attempts to connect.
  takes<work_atom>,
  // From the supervisor.
  takes<node_listing>,
  // Nodes have been silent, and their connections have been looked at since.
  takes<contact_atom>,
  // See phone_book_actor.
  answers<caf::strong_actor_ptr, get_atom, std::string, std::string>,
  // See identified_membership_actor. What is published announces only what all versions have.
  answers<identified_result, introduce_atom, node_introduction, journal_identity>>;

/// Since this version of the protocol between nodes, nodes that keep journals introduce themselves with the id of their
/// cluster.
constexpr std::uint32_t first_with_ids = 7;

/// An introduction and its answer wait for what is on the link already, and each may be lost and sent again.
constexpr int introduction_steps = 3;

/// So long it takes at most to look at a connection, if the network's thread is not busy.
constexpr std::chrono::milliseconds look_time_max{10};

const char* label_of(membership::refusal_cause cause) {
  constexpr std::array labels{"incompatible",    "other_cluster", "invalid_name", "name_taken",
                              "invalid_address", "leaving",       "other_journal"};
  return labels.at(static_cast<std::size_t>(cause));
}

/// Tells a membership::cluster_view what happens, and does what it commands.
class cluster_membership_state {
public:
  static inline const char* name = "cluster_membership";

  explicit cluster_membership_state(ticking_cluster_membership_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }), contacts_(monitored_),
      gate_(self, answer_budget::of_process()), farewells_(self) {}

  void start(cluster_membership_options options) {
    options_ = std::move(options);
    connector_.emplace(self_, options_.connect_timeout, connector_callbacks());
    own_address_.emplace(self_, options_.connect_timeout, options_.address, options_.log);
    view_.emplace(to_view_options(options_), now());
    if (options_.discovery)
      discovery_.emplace(*options_.discovery, wake_up(self_), [&tally = tally_](bool is_found) {
        tally.discovery_lookups[is_found ? "found" : "failed"].add();
      });
    schedule_heartbeats();
  }

  // -- other nodes ---------------------------------------------------------------------------------------------------

  introduction_result introduced(const node_introduction& other, const journal_identity& journal = {}) {
    const auto& sender = self_->current_sender();
    if (!sender) {
      // The other side would wait for an answer that cannot be sent.
      end_unheard_connections(self_->system());
      return {false, "nobody has sent the introduction", {}};
    }
    if (!may_be_named(self_->system(), sender->node(), other.node)) {
      options_.log({log_level::warning,
                    log_event::name_not_certified,
                    "a node introduces itself as {name}, and its certificate is for another one",
                    {{"name", crdt::printable_briefly(other.node)}}});
      tally_.introductions_refused["name_not_certified"].add();
      return {false, "its certificate is not for the name that it introduces itself by", {}};
    }
    const auto by = contacts_.number_of(caf::actor_cast<peer_membership_actor>(sender));
    auto refused = view_->introduced(by, from_message(other, journal), now());
    if (!refused)
      note_introduction(by, other);
    else
      tally_.introductions_refused[label_of(refused->cause)].add();
    act();
    if (refused)
      return {false, std::move(refused->reason), {}, refused->cause == membership::refusal_cause::name_taken};
    return {true, {}, to_message(view_->own_introduction(now()), replica_), false};
  }

  identified_result identified(const node_introduction& other, const journal_identity& journal) {
    auto result = introduced(other, journal);
    return {std::move(result), journal_of(view_->own_introduction(now()))};
  }

  void name_claimed(const std::string& address) {
    view_->name_claimed(address);
    act();
  }

  bool has_left(const std::string& node) {
    const auto was_member = view_->has_left(sender(), node, now());
    act();
    return was_member;
  }

  void told(const std::vector<member_news>& news) {
    view_->told(sender(), from_messages(news), now());
    act();
  }

  void heard(const heartbeat& sign) {
    view_->heard(sender(), {sign.sent_us, sign.echo_us, sign.echo_age_us}, now());
    act();
  }

  void tick() {
    schedule_heartbeats();
    note_activity();
    view_->tick(now());
    act();
    // The port is open by then.
    if (replica_.replica != 0)
      own_address_->look(now().clocks.now);
  }

  void judge_suspects() {
    std::set<contact> still_looking;
    for (const auto& [number, c] : contacts_.entries())
      if (c.probe.is_looking())
        still_looking.insert(number);
    note_activity();
    view_->judge_suspects(still_looking, now());
    act();
  }

  void ended(const caf::down_msg& down) {
    if (handoff_ == down.source) {
      handoff_ = nullptr;
      replica_ = {};
      view_->handoff_ended(now());
    }
    const auto whom = contacts_.find(down.source);
    if (whom != contact::nobody)
      view_->ended(whom, describe(down.reason), now());
    act();
    contacts_.drop(whom);
  }

  // -- this node -----------------------------------------------------------------------------------------------------

  void set_handoff(const state_handoff_actor& handoff) {
    handoff_ = caf::actor_cast<node_handoff_actor>(handoff);
    monitored_.add(handoff_);
    view_->handoff_started(now());
    act();
    mail(self_, replica_atom_v)
      .request(handoff_, caf::infinite)
      .then(
        [this, handoff = handoff_](const neighbour& replica) {
          if (handoff_ != handoff)
            return;
          replica_ = replica;
          view_->set_incarnation(replica.replica, now());
          act();
        },
        // The pair has died; whoever supervises it starts a new one.
        [](const caf::error&) {});
  }

  caf::result<state_handoff_actor> handoff() const {
    if (!handoff_)
      return make_error(ec::replica_restarting);
    return state_handoff_actor{handoff_};
  }

  caf::result<members_page> members(const std::string& after) {
    if (!gate_.passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    const member_status self{options_.node, to_string(options_.address), member_state::up, replica_.replica, 0, 0, {}};
    return to_page(self, *view_, after, now());
  }

  caf::result<caf::strong_actor_ptr> look_up(const std::string& node, const std::string& service) {
    const auto by = view_->contact_of(node);
    if (by == contact::nobody)
      return make_error(ec::unreachable, fmt::format("node {} is not up", crdt::escaped_briefly(node)));
    return mail(self_, get_atom_v, service).delegate(contacts_.at(by).handle);
  }

  caf::result<bool> leave() {
    view_->leave();
    act();
    return farewells_.result();
  }

  void listed(const node_listing& listing) {
    if (!listing.nodes)
      return;
    view_->listed(*listing.nodes, now());
    act();
  }

  caf::result<bool> forget_on_demand(const std::string& node) {
    if (node == options_.node)
      return make_error(ec::refused, fmt::format("node {} is the one that was asked, and is up", node));
    const auto refused = view_->forget(node, now());
    act();
    if (refused)
      return make_error(ec::refused, in_words(*refused, node, options_.node, view_->names()));
    return true;
  }

  // -- connecting ----------------------------------------------------------------------------------------------------

  void connect_to_due() {
    view_->connect_to_due(now());
    act();
  }

  void go_on_connecting() {
    connector_->go_on();
    own_address_->go_on();
    if (discovery_)
      if (const auto found = discovery_->take())
        discovered(*found);
  }

private:
  node_connector<ticking_cluster_membership_actor::pointer>::callbacks connector_callbacks() {
    return {[this](const std::string& node) { return view_->needs_connection(node); },
            [this](const attempt& made, const peer_membership_actor& membership, const crdt::version_range& protocols,
                   const std::string& local_host) {
              // If this node accepts connections at all interfaces, the other one reaches it at this one.
              const auto reached_at = is_any_host(options_.address.host)
                                        ? to_string(endpoint{local_host, options_.address.port})
                                        : std::string{};
              const auto by = contacts_.number_of(membership);
              contacts_.at(by).protocols = protocols;
              view_->reached(made, by, reached_at, now());
              act();
            },
            [this](const attempt& made) {
              view_->reached_self(made, now());
              act();
            },
            [this](const attempt& made, const std::string& problem, membership::failure how) {
              view_->failed(made, problem, how, now());
              act();
            },
            [this](const attempt& made) {
              view_->unneeded(made, now());
              act();
            }};
  }

  void discovered(const discovery::result& found) {
    const auto& name = options_.discovery->name;
    if (!found)
      return options_.log({log_level::warning,
                           log_event::discovery_failed,
                           "discovery: no nodes are found by the name {name}: {reason}; it is tried again, and what "
                           "was found before still holds",
                           {{"name", name}, {"reason", found.error()}}});
    std::vector<std::string> addresses;
    for (const auto& address : *found)
      addresses.push_back(to_string(address));
    options_.log({log_level::info,
                  log_event::nodes_discovered,
                  "discovery: the name {name} stands for {addresses}",
                  {{"name", name},
                   {"addresses", crdt::printable_briefly(fmt::format("{}", fmt::join(addresses, ", ")))},
                   {"count", addresses.size()}}});
    view_->discovered(addresses, now());
    act();
  }

  membership::moment now() {
    return {read_clocks(), static_cast<std::uint32_t>(random_())};
  }

  contact sender() const {
    return contacts_.find(caf::actor_cast<caf::actor_addr>(self_->current_sender()));
  }

  void schedule_heartbeats() {
    mail(self_, tick_atom_v).delay(options_.heartbeats.interval).send(self_);
  }

  /// What the last looks at the connections have found.
  void note_activity() {
    for (auto& [number, c] : contacts_.entries())
      if (const auto seen = c.probe.take())
        view_->seen(number, *seen);
  }

  // -- what the view commands ----------------------------------------------------------------------------------------

  void act() {
    for (const auto& command : view_->take_commands())
      std::visit(
        overloaded{
          [this](const membership::watch& w) { contacts_.watch(w.whom); },
          [this](const membership::watch_no_more& w) { contacts_.watch_no_more(w.whom); },
          [this](const membership::dial& d) { connector_->begin(d.made); },
          [this](const membership::break_off& b) { connector_->break_off(b.node); },
          [this](const membership::introduce& i) { introduce(i); },
          [this](const membership::send_beat& b) {
            send(b.to, heartbeat{b.sign.sent_us, b.sign.echo_us, b.sign.echo_age_us});
          },
          [this](const membership::tell_news& t) { send(t.to, to_messages(t.members)); },
          [this](const membership::warn_of_claimant& w) { send(w.owner, name_taken_atom_v, w.address); },
          [this](const membership::say_farewell& s) {
            farewells_.say(contacts_.at(s.to).handle, options_.node, options_.connect_timeout);
          },
          [this](const membership::look_at_connection& l) {
            auto& c = contacts_.at(l.of);
            c.probe.begin(self_->system(), c.handle.node());
          },
          [this](const membership::disconnect& d) { disconnect(self_->system(), contacts_.at(d.from).handle.node()); },
          [this](const membership::tell_handoff& t) { tell_handoff(t); },
          [this](const membership::expect_no_more&) { mail(self_, expected_atom_v).send(handoff_); },
          [this](const membership::wake& w) { mail(self_, connect_atom_v).delay(w.after).send(self_); },
          [this](const membership::judge_soon&) { mail(self_, contact_atom_v).delay(look_time_max).send(self_); },
          [this](const membership::give_way& g) { give_way(g); }, [this](const membership::keep_id& k) { keep_id(k); },
          [this](const membership::give_up_journal& g) { self_->quit(make_error(ec::storage_foreign, g.reason)); },
          [this](const membership::report& r) {
            if (r.about == membership::report::subject::down)
              tally_.peer_downs[r.node][r.cause == membership::loss_cause::silence ? "silence" : "connection"].add();
            log_to(options_.log, r);
          }},
        command);
    contacts_.drop_unwatched();
  }

  template <class... Ts>
  void send(contact to, Ts&&... what) {
    mail(self_, std::forward<Ts>(what)...).send(contacts_.at(to).handle);
  }

  static journal_identity journal_of(const membership::introduction& self) {
    return {self.id, self.restored_from};
  }

  void note_introduction(contact by, const node_introduction& other) {
    auto& noted = contacts_.at(by);
    noted.replica = other.replica;
    noted.protocols = other.protocols;
  }

  void introduce(const membership::introduce& what) {
    if (what.pending.number == 0)
      introduce(what, caf::infinite);
    else
      introduce(what, options_.connect_timeout * introduction_steps);
  }

  template <class Timeout>
  void introduce(const membership::introduce& what, Timeout timeout) {
    const auto handle = contacts_.at(what.pending.to).handle;
    const auto knows_ids = contacts_.at(what.pending.to).protocols.max >= first_with_ids;
    auto unanswered = [this, own = what.pending, handle](const caf::error& error) mutable {
      // It may have been forgotten meanwhile, and with it its number.
      own.to = contacts_.number_of(handle);
      view_->unanswered(own, describe(error), now());
      act();
    };
    const auto take = [this, own = what.pending, handle](const introduction_result& result,
                                                         const journal_identity& journal) {
      answered(own, handle, result, journal);
    };
    const auto send = [&](const auto& receiver, auto note, auto... content) {
      mail(self_, introduce_atom_v, std::move(content)...)
        .request(receiver, timeout)
        .then(std::move(note), std::move(unanswered));
    };
    auto self = to_message(what.self, replica_);
    if (what.self.id.number != 0 && knows_ids)
      send(
        caf::actor_cast<identified_membership_actor>(handle),
        [take](const identified_result& known) { take(known.result, known.journal); }, std::move(self),
        journal_of(what.self));
    else
      send(
        handle, [take](const introduction_result& result) { take(result, {}); }, std::move(self));
  }

  void answered(const membership::pending_introduction& own, const peer_membership_actor& by,
                const introduction_result& result, const journal_identity& journal) {
    const auto number = contacts_.number_of(by);
    const membership::introduction_answer answer{result.accepted, crdt::printable_briefly(result.reason),
                                                 result.is_name_taken, from_message(result.node, journal)};
    if (view_->answered(own, number, answer, now()))
      note_introduction(number, result.node);
    act();
  }

  void keep_id(const membership::keep_id& what) {
    const auto done = [this](bool is_kept) {
      if (is_kept)
        view_->id_kept(now());
      else
        view_->id_not_kept(now());
      act();
    };
    // It may be restarting.
    if (const auto storage = registered<journal_keeping_actor>(self_->system(), storage_name))
      mail(self_, what.id).request(storage, caf::infinite).then(done, [done](const caf::error&) { done(false); });
    else
      view_->id_not_kept(now());
  }

  void tell_handoff(const membership::tell_handoff& what) {
    switch (what.is) {
      case membership::standing::up:
        return mail(self_, node_up_atom_v, what.node, contacts_.at(what.by).replica).send(handoff_);
      case membership::standing::down:
        return mail(self_, node_down_atom_v, what.node).send(handoff_);
      case membership::standing::left:
        return mail(self_, node_left_atom_v, what.node).send(handoff_);
      case membership::standing::forgotten:
        return mail(self_, forget_atom_v, what.node).send(handoff_);
    }
  }

  /// The other node may have state that this one would be taken to have.
  void give_way(const membership::give_way& what) {
    mail(self_, status_atom_v)
      .request(handoff_, options_.connect_timeout)
      .then(
        [this, reason = what.reason](const node_status& status) {
          if (!view_->has_been_member() && status.replica.keys == 0)
            self_->quit(make_error(ec::name_taken, reason));
        },
        // It is asked again after the next attempt.
        [](const caf::error&) {});
  }

  ticking_cluster_membership_actor::pointer self_;
  node_tally& tally_ = tally_of(self_->system());
  monitored_actors<ticking_cluster_membership_actor::pointer> monitored_;
  contact_book<ticking_cluster_membership_actor::pointer> contacts_;
  answer_gate<ticking_cluster_membership_actor::pointer> gate_;
  cluster_membership_options options_;
  std::minstd_rand random_{std::random_device{}()};
  std::optional<membership::cluster_view> view_;
  std::optional<node_connector<ticking_cluster_membership_actor::pointer>> connector_;
  std::optional<own_address_check<ticking_cluster_membership_actor::pointer>> own_address_;
  std::optional<discovery> discovery_;
  node_handoff_actor handoff_;
  neighbour replica_;
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
    [&state](introduce_atom, const node_introduction& other, const journal_identity& journal) {
      return state.identified(other, journal);
    },
    [&state](const heartbeat& sign) { state.heard(sign); },
    [&state](name_taken_atom, const std::string& address) { state.name_claimed(address); },
    [&state](leave_atom, const std::string& node) { return state.has_left(node); },
    [&state](const std::vector<member_news>& news) { state.told(news); },
    [&state](const node_listing& listing) { state.listed(listing); },
    [&state](forget_atom, const std::string& node) { return state.forget_on_demand(node); },
    [&state](handoff_atom) { return state.handoff(); },
    [self](get_atom, const std::string& name) { return registered<caf::strong_actor_ptr>(self->system(), name); },
    [&state](get_atom, const std::string& node, const std::string& service) { return state.look_up(node, service); },
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

peer_membership_actor spawn_cluster_membership(caf::actor_system& system, cluster_membership_options options) {
  return system.spawn(cluster_membership, std::move(options));
}

} // namespace ariadne
