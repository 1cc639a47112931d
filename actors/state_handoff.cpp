#include "actors/state_handoff.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "actors/internal/answer_gate.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/crdt_replica.hpp"
#include "actors/internal/event_feeds.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/leftover_book.hpp"
#include "actors/internal/participant_stops.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/snapshot_view.hpp"
#include "actors/internal/waiting_room.hpp"
#include "actors/value_messages.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace ariadne {

namespace {

crdt::replica_id draw_replica_id() {
  std::random_device random;
  // Their twins have the other half to themselves.
  std::uniform_int_distribution<std::uint64_t> distribution{1, std::numeric_limits<std::uint64_t>::max() / 2};
  return {distribution(random)};
}

/// More nodes are not counted once they have been forgotten.
constexpr auto forgotten_max = 1'000;

class state_handoff_state {
public:
  static inline const char* name = "state_handoff";

  explicit state_handoff_state(value_stashing_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { ended(down); }), stops_(self),
      watchers_(self, monitored_) {}

  void start(state_handoff_options options) {
    crdt_replica_options replica;
    replica.core.id = draw_replica_id();
    replica.core.cluster = options.cluster;
    replica.core.node = options.node;
    replica.core.limits = options.limits;
    replica.counted_nodes = options.expected_nodes;
    if (options.is_listed && !options.expected_nodes.empty())
      replica.counted_nodes.push_back(options.node);
    replica.answers = options.answers;
    replica.awaits_nodes = options.awaits_nodes;
    replica.listed_nodes = options.expected_nodes;
    replica.journal = std::move(options.journal);
    has_counted_nodes_ = !replica.counted_nodes.empty();
    replica.log = options.log;
    gate_.emplace(self_, std::move(options.answers));
    replica.requests = options.requests;
    waits_.emplace(self_, monitored_, options.requests);
    status_.node = std::move(options.node);
    status_.cluster = std::move(options.cluster);
    replication_ = std::move(options.replication);
    services_ = std::move(options.services);
    for (auto& node : options.expected_nodes)
      nodes_[node].node = node;
    replica_id_ = replica.core.id.value;
    replica_ = caf::actor_cast<value_holding_actor>(spawn_crdt_replica(self_->system(), std::move(replica)));
    self_->link_to(replica_);
    tell_replica();
  }

  // -- state ---------------------------------------------------------------------------------------------------------

  caf::result<receipt> stash(std::string key, const snapshot& state, const write_options& options) {
    auto encoded = begin_encoding(state, state.bytes.size());
    encoded.append(state.bytes);
    return stash(std::move(key), shared_value{encoded.bytes()}, options, false);
  }

  caf::result<receipt> stash(std::string key, shared_value encoded, const write_options& options,
                             bool counts_from_last_piece) {
    if (is_draining_)
      return make_error(ec::draining);
    return mail(self_, put_atom_v, std::move(key), std::move(encoded), options, counts_from_last_piece)
      .delegate(replica_);
  }

  /// `Atom` says whether to read the state, to take it, or to hold it.
  template <class Atom>
  auto pickup(Atom operation, std::string key, const wait_options& options) {
    return mail(self_, operation, std::move(key), options).delegate(replica_);
  }

  auto discard(std::string key) {
    return mail(self_, discard_atom_v, std::move(key)).delegate(replica_);
  }

  auto discard(std::string key, const event_id& event) {
    return mail(self_, discard_atom_v, std::move(key), event).delegate(replica_);
  }

  auto keys(std::string prefix, std::string after) {
    return mail(self_, keys_atom_v, std::move(prefix), std::move(after)).delegate(replica_);
  }

  auto standing_events(std::string prefix, std::string after) {
    return mail(self_, watch_atom_v, std::move(prefix), std::move(after)).delegate(replica_);
  }

  auto watch(std::string prefix, const watcher_actor& watcher) {
    return mail(self_, watch_atom_v, std::move(prefix), watcher).delegate(replica_);
  }

  /// The replica has the same quota, and says so if it is used up.
  auto watch(const watcher_actor& watcher) {
    auto place = waits_->admit_watch(0, 0, caf::actor_cast<caf::strong_actor_ptr>(watcher));
    if (watcher && place)
      add_watcher(watcher, std::move(*place));
    return mail(self_, watch_atom_v, watcher).delegate(replica_);
  }

  void add_watcher(const watcher_actor& watcher, waiting_place place) {
    std::vector<handoff_event> first;
    for (const auto& [name, node] : nodes_)
      if (node.presence == node_presence::up)
        first.push_back({handoff_event_kind::node_up, name, {}});
    watchers_.add(watcher, std::move(place), first);
  }

  // -- the end of the node -------------------------------------------------------------------------------------------

  void add_participant(const participant_actor& participant) {
    monitored_.add(participant);
    participants_.push_back(participant);
    if (stops_.has_begun())
      stop(participant);
  }

  caf::result<drain_report> drain(std::uint64_t stop_timeout_ms, std::uint64_t handover_timeout_ms) {
    auto place = waits_->admit(std::max(stop_timeout_ms, handover_timeout_ms));
    if (!place)
      return std::move(place.error());
    auto promise = self_->make_response_promise<drain_report>();
    const auto answer = std::make_shared<kept_promise<drain_report>>(promise, ec::not_in_service);
    // Until the drain is over: that goes on, whether or not anybody waits for its end.
    const auto waits = std::make_shared<waiting_place>(std::move(*place));
    if (!stops_.has_begun())
      begin_stop(stop_timeout_ms);
    stops_.when_over([=, this](const auto& not_stashed) {
      hand_over(handover_timeout_ms, not_stashed, [answer, waits](auto result) { answer->deliver(std::move(result)); });
    });
    return promise;
  }

  caf::result<leftovers_page> leftovers(std::uint64_t from) {
    if (!gate_->passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    if (leftovers_.holds(from))
      return leftovers_.page(from);
    return ask<leftovers_page, leftovers_page>(
      [this](leftovers_page page) {
        page.next = leftovers_.number_through(page.next);
        return page;
      },
      leftovers_atom_v, leftovers_.to_replica(from));
  }

  void ended(const caf::down_msg& down) {
    watchers_.ended(down.source);
    waits_->ended(down.source);
    stops_.ended(down);
    std::erase_if(participants_, [&](const participant_actor& p) { return p.address() == down.source; });
  }

  // -- what is known -------------------------------------------------------------------------------------------------

  caf::result<node_status> status() {
    if (!gate_->passes(self_->current_sender(), page_bytes))
      return make_error(ec::too_many_answers);
    return ask<node_status, replica_status>(
      [this](const replica_status& replica) {
        auto result = status_;
        result.replica = replica;
        return result;
      },
      status_atom_v);
  }

  neighbour own_replica() const {
    return {replica_id_, caf::actor_cast<caf::strong_actor_ptr>(replica_)};
  }

  std::vector<known_node> known_nodes() const {
    std::vector<known_node> result;
    for (const auto& [name, node] : nodes_)
      if (node.presence != node_presence::forgotten)
        result.push_back(node);
    return result;
  }

  void node_up(const std::string& node, const neighbour& replica) {
    nodes_[node] = {node, node_presence::up, replica, true};
    tell(handoff_event_kind::node_up, node);
  }

  void node_down(const std::string& node) {
    const auto was_up = nodes_[node].presence == node_presence::up;
    nodes_[node] = {node, node_presence::down, {}, true};
    if (was_up)
      tell(handoff_event_kind::node_down, node);
    else
      tell_replica();
  }

  /// Who is expected by name and has not been met is not there either.
  void expect_no_more() {
    for (auto& [name, node] : nodes_)
      if (node.presence == node_presence::unknown)
        node.presence = node_presence::down;
    tell_replica();
    mail(self_, expected_atom_v).send(replica_);
  }

  void node_left(const std::string& node) {
    nodes_.erase(node);
    tell(handoff_event_kind::node_left, node);
  }

  /// Where no list says who counts for a majority, all do that are known: that a node is forgotten changes nothing in
  /// it.
  void node_forgotten(const std::string& node) {
    const auto found = nodes_.find(node);
    if (found == nodes_.end() || found->second.presence != node_presence::down)
      return;
    const auto forgotten = std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) {
      return entry.second.presence == node_presence::forgotten;
    });
    if (has_counted_nodes_ || forgotten >= forgotten_max)
      nodes_.erase(found);
    else
      found->second = {node, node_presence::forgotten, {}, true};
    tell(handoff_event_kind::node_left, node);
  }

private:
  void tell(handoff_event_kind what, const std::string& node) {
    tell_replica();
    watchers_.tell_of_node(what, node);
  }

  void tell_replica() {
    std::set<std::string> up;
    for (const auto& [name, node] : nodes_)
      if (node.presence == node_presence::up)
        up.insert(name);
    const auto neighbours = replication_.neighbours_of(status_.node, up);
    std::vector<known_node> known;
    for (auto& [name, node] : nodes_) {
      node.is_neighbour = neighbours.contains(name);
      known.push_back(node);
    }
    mail(self_, neighbours_atom_v, std::move(known)).send(replica_);
  }

  void begin_stop(std::uint64_t timeout_ms) {
    stops_.begin();
    stop_timeout_ms_ = timeout_ms;
    if (services_) {
      monitored_.add(services_);
      // It keeps to the time itself.
      stops_.ask("the services", services_, caf::infinite, drain_atom_v, timeout_ms);
    }
    for (const auto& participant : participants_)
      stop(participant);
  }

  void stop(const participant_actor& participant) {
    stops_.ask(to_string(participant), participant, std::chrono::milliseconds{stop_timeout_ms_}, drain_atom_v);
  }

  void hand_over(std::uint64_t timeout_ms, const std::shared_ptr<const std::vector<leftover>>& not_stashed,
                 const std::function<void(caf::expected<drain_report>)>& answer) {
    is_draining_ = true;
    mail(self_, drain_atom_v, timeout_ms)
      .request(replica_, caf::infinite)
      .then(
        [=, this](drain_report& report) {
          leftovers_ = leftover_book{not_stashed};
          report.complete = report.complete && leftovers_.empty();
          auto page = leftovers_.first_page({std::move(report.leftovers), report.next_leftover});
          report.leftovers = std::move(page.leftovers);
          report.next_leftover = page.next;
          answer(std::move(report));
        },
        [answer](caf::error& error) { answer(std::move(error)); });
  }

  /// Sends a request to the replica, and answers with what `convert` makes of the response.
  template <class Answer, class Response, class Convert, class... Request>
  caf::result<Answer> ask(Convert convert, Request&&... request) {
    const auto promise = self_->make_response_promise<Answer>();
    const auto kept = std::make_shared<kept_promise<Answer>>(promise);
    mail(self_, std::forward<Request>(request)...)
      .request(replica_, caf::infinite)
      .then([kept, convert](const Response& response) { kept->deliver(convert(response)); },
            [kept](caf::error& error) { kept->deliver(std::move(error)); });
    return promise;
  }

  value_stashing_actor::pointer self_;
  std::optional<answer_gate<value_stashing_actor::pointer>> gate_;
  monitored_actors<value_stashing_actor::pointer> monitored_;
  /// Before all that waits, which has places in it.
  std::optional<waiting_room<value_stashing_actor::pointer>> waits_;
  /// Without the replica's part.
  node_status status_;
  membership::topology replication_;
  std::uint64_t replica_id_ = 0;
  value_holding_actor replica_;
  /// The other nodes, by name, but for those that have left.
  std::map<std::string, known_node> nodes_;
  /// A list says who counts for a majority.
  bool has_counted_nodes_ = false;
  std::vector<participant_actor> participants_;
  service_keeper_actor services_;
  participant_stops<value_stashing_actor::pointer> stops_;
  std::uint64_t stop_timeout_ms_ = 0;
  bool is_draining_ = false;
  /// Of the last drain, without the replica's part.
  leftover_book leftovers_;
  event_feeds<value_stashing_actor::pointer> watchers_;
};

value_stashing_actor::behavior_type state_handoff(value_stashing_actor::stateful_pointer<state_handoff_state> self,
                                                  state_handoff_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  state.start(std::move(options));
  return {
    [&state](stash_atom, std::string& key, const snapshot& stashed) {
      return state.stash(std::move(key), stashed, {});
    },
    [&state](stash_atom, std::string& key, const snapshot& stashed, const write_options& options) {
      return state.stash(std::move(key), stashed, options);
    },
    [&state](stash_atom, std::string& key, shared_value& encoded, const write_options& options) {
      return state.stash(std::move(key), std::move(encoded), options, true);
    },
    [&state](pickup_atom, std::string& key) { return state.pickup(pickup_atom_v, std::move(key), {}); },
    [&state](pickup_atom, std::string& key, const wait_options& options) {
      return state.pickup(pickup_atom_v, std::move(key), options);
    },
    [&state](take_atom, std::string& key) { return state.pickup(take_atom_v, std::move(key), {}); },
    [&state](take_atom, std::string& key, const wait_options& options) {
      return state.pickup(take_atom_v, std::move(key), options);
    },
    [&state](hold_atom, std::string& key, const wait_options& options) {
      return state.pickup(hold_atom_v, std::move(key), options);
    },
    [&state](discard_atom, std::string& key) { return state.discard(std::move(key)); },
    [&state](discard_atom, std::string& key, const event_id& event) { return state.discard(std::move(key), event); },
    [&state](keys_atom, std::string& prefix, std::string& after) {
      return state.keys(std::move(prefix), std::move(after));
    },
    [&state](watch_atom, std::string& prefix, const watcher_actor& watcher) {
      return state.watch(std::move(prefix), watcher);
    },
    [&state](watch_atom, const watcher_actor& watcher) { return state.watch(watcher); },
    [&state](watch_atom, std::string& prefix, std::string& after) {
      return state.standing_events(std::move(prefix), std::move(after));
    },
    [&state](register_atom, const participant_actor& participant) { state.add_participant(participant); },
    [&state](drain_atom, std::uint64_t stop_timeout_ms, std::uint64_t handover_timeout_ms) {
      return state.drain(stop_timeout_ms, handover_timeout_ms);
    },
    [&state](leftovers_atom, std::uint64_t from) { return state.leftovers(from); },
    [&state](status_atom) { return state.status(); },
    [&state](replica_atom) { return state.own_replica(); },
    [&state](neighbours_atom) { return state.known_nodes(); },
    [&state](node_up_atom, const std::string& node, const neighbour& replica) { state.node_up(node, replica); },
    [&state](node_down_atom, const std::string& node) { state.node_down(node); },
    [&state](expected_atom) { state.expect_no_more(); },
    [&state](node_left_atom, const std::string& node) { state.node_left(node); },
    [&state](forget_atom, const std::string& node) { state.node_forgotten(node); },
  };
}

} // namespace

state_handoff_actor spawn_state_handoff(caf::actor_system& system, state_handoff_options options) {
  return system.spawn(state_handoff, std::move(options));
}

} // namespace ariadne
