#include "actors/state_handoff.hpp"

#include "actors/crdt_replica.hpp"
#include "actors/error.hpp"
#include "actors/snapshot.hpp"

#include <caf/actor_cast.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>

namespace ariadne {

namespace {

crdt::replica_id draw_replica_id() {
  std::random_device random;
  std::uniform_int_distribution<std::uint64_t> distribution{1};
  return {distribution(random)};
}

/// A promise that is kept whatever happens: CAF leaves it unanswered if its actor ends first.
template <class Answer>
class kept_promise {
public:
  explicit kept_promise(caf::typed_response_promise<Answer> promise) : promise_(std::move(promise)) {}
  kept_promise(const kept_promise&) = delete;
  kept_promise& operator=(const kept_promise&) = delete;
  ~kept_promise() {
    if (promise_.pending())
      promise_.deliver(make_error(ec::replica_restarting));
  }

  void deliver(caf::expected<Answer> answer) {
    if (answer)
      promise_.deliver(std::move(*answer));
    else
      promise_.deliver(std::move(answer.error()));
  }

private:
  caf::typed_response_promise<Answer> promise_;
};

class state_handoff_state {
public:
  static inline const char* name = "state_handoff";

  explicit state_handoff_state(state_handoff_actor::pointer self) : self_(self) {}

  void start(state_handoff_options options) {
    crdt_replica_options replica;
    replica.core.id = draw_replica_id();
    replica.core.cluster = options.cluster;
    replica.core.node = options.node;
    replica.core.limits = options.limits;
    replica.log = options.log;
    status_.node = std::move(options.node);
    status_.cluster = std::move(options.cluster);
    unreported_.insert(options.expected_nodes.begin(), options.expected_nodes.end());
    replica_id_ = replica.core.id.value;
    replica_ = spawn_crdt_replica(self_->system(), std::move(replica));
    self_->link_to(replica_);
  }

  caf::result<receipt> stash(std::string key, const snapshot& state) {
    if (is_draining_)
      return make_error(ec::draining);
    return ask<receipt, event_id>(
      [this](const event_id& event) {
        return receipt{event, {replica_id_}};
      },
      put_atom_v, std::move(key), encode_snapshot(state), std::uint64_t{0});
  }

  /// `Atom` says whether to read the entry or to erase it as well.
  template <class Atom>
  caf::result<pickup_result> pickup(Atom operation, std::string key) {
    return ask<pickup_result, map_entry>([this](const map_entry& entry) { return to_pickup_result(entry); }, operation,
                                         std::move(key));
  }

  caf::result<bool> discard(std::string key) {
    return ask<bool, map_entry>([](const map_entry& entry) { return entry.found; }, erase_atom_v, std::move(key));
  }

  auto keys(std::string prefix) {
    return self_->delegate(replica_, keys_atom_v, std::move(prefix));
  }

  auto drain(std::uint64_t timeout_ms) {
    is_draining_ = true;
    return self_->delegate(replica_, drain_atom_v, timeout_ms);
  }

  caf::result<node_status> status() {
    return ask<node_status, replica_status>(
      [this](const replica_status& replica) {
        auto result = status_;
        result.replica = replica;
        result.replica.caught_up = replica.caught_up && unreported_.empty();
        return result;
      },
      status_atom_v);
  }

  neighbour own_replica() const {
    return {replica_id_, caf::actor_cast<caf::strong_actor_ptr>(replica_)};
  }

  void node_up(const std::string& node, const neighbour& replica) {
    members_.insert_or_assign(node, replica);
    reported(node);
  }

  void node_gone(const std::string& node) {
    members_.erase(node);
    reported(node);
  }

private:
  void reported(const std::string& node) {
    unreported_.erase(node);
    std::vector<neighbour> neighbours;
    for (const auto& [name, replica] : members_)
      neighbours.push_back(replica);
    self_->send(replica_, neighbours_atom_v, std::move(neighbours));
  }

  /// Sends a request to the replica, and answers with what `convert` makes of the response.
  template <class Answer, class Response, class Convert, class... Request>
  caf::result<Answer> ask(Convert convert, Request&&... request) {
    const auto promise = self_->make_response_promise<Answer>();
    const auto kept = std::make_shared<kept_promise<Answer>>(promise);
    self_->request(replica_, caf::infinite, std::forward<Request>(request)...)
      .then([kept, convert](const Response& response) { kept->deliver(convert(response)); },
            [kept](caf::error& error) { kept->deliver(std::move(error)); });
    return promise;
  }

  caf::expected<pickup_result> to_pickup_result(const map_entry& entry) const {
    if (!entry.found) {
      const auto proves_absence = entry.caught_up && unreported_.empty();
      return pickup_result{proves_absence ? pickup_outcome::absent : pickup_outcome::pending, {}, {}};
    }
    auto state = decode_snapshot(entry.value);
    if (!state)
      return std::move(state.error());
    return pickup_result{pickup_outcome::found, std::move(*state), entry.event};
  }

  state_handoff_actor::pointer self_;
  /// Without the replica's part.
  node_status status_;
  std::uint64_t replica_id_ = 0;
  crdt_replica_actor replica_;
  /// The nodes that are up, and their replicas.
  std::map<std::string, neighbour> members_;
  /// The expected nodes of which nothing has been heard.
  std::set<std::string> unreported_;
  bool is_draining_ = false;
};

state_handoff_actor::behavior_type state_handoff(state_handoff_actor::stateful_pointer<state_handoff_state> self,
                                                 state_handoff_options options) {
  auto& state = self->state;
  state.start(std::move(options));
  return {
    [&state](stash_atom, std::string& key, const snapshot& stashed) { return state.stash(std::move(key), stashed); },
    [&state](pickup_atom, std::string& key) { return state.pickup(get_atom_v, std::move(key)); },
    [&state](take_atom, std::string& key) { return state.pickup(erase_atom_v, std::move(key)); },
    [&state](discard_atom, std::string& key) { return state.discard(std::move(key)); },
    [&state](keys_atom, std::string& prefix) { return state.keys(std::move(prefix)); },
    [&state](drain_atom, std::uint64_t timeout_ms) { return state.drain(timeout_ms); },
    [&state](status_atom) { return state.status(); },
    [&state](replica_atom) { return state.own_replica(); },
    [&state](node_up_atom, const std::string& node, const neighbour& replica) { state.node_up(node, replica); },
    [&state](node_down_atom, const std::string& node) { state.node_gone(node); },
    [&state](node_left_atom, const std::string& node) { state.node_gone(node); },
  };
}

} // namespace

state_handoff_actor spawn_state_handoff(caf::actor_system& system, state_handoff_options options) {
  return system.spawn(state_handoff, std::move(options));
}

} // namespace ariadne
