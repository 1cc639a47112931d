#include "actors/supervisor.hpp"

#include "actors/caf_edition_unexpected.hpp"
#include "actors/error.hpp"
#include "actors/monitored_actors.hpp"
#include "actors/network/basp.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/middleman.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ariadne {

std::optional<std::chrono::milliseconds> restart_policy::next_delay(time_point now) {
  while (!restarts_.empty() && now - restarts_.front() > limits_.window)
    restarts_.pop_front();
  if (restarts_.size() >= limits_.restarts_max)
    return std::nullopt;
  auto delay = limits_.delay_min;
  for (std::size_t i = 0; i < restarts_.size() && delay < limits_.delay_max; ++i)
    delay *= 2;
  restarts_.push_back(now);
  return std::min(delay, limits_.delay_max);
}

namespace {

using ticking_supervisor_actor = supervisor_actor::extend<
  // Whatever does not run is to be started.
  takes<tick_atom>,
  // What the handoff pair tells of nodes.
  takes<handoff_events>>;

class supervisor_state {
public:
  static constexpr const char* name = "supervisor";

  explicit supervisor_state(ticking_supervisor_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { child_ended(down); }) {}

  void start(supervisor_options options) {
    options_ = std::move(options);
    policy_.emplace(options_.restarts);
    // Not yet, for an actor that has not come to be cannot give up.
    mail(self_, tick_atom_v).send(self_);
  }

  void start_missing() {
    if (!handoff_)
      start_handoff();
    if (!membership_)
      start_membership();
    services_.resize(options_.services.size());
    for (std::size_t i = 0; i < services_.size() && port_open_; ++i)
      if (!services_[i])
        start_service(i);
    announce_to_waiting();
  }

  caf::result<state_handoff_actor> in_service() {
    if (is_in_service())
      return handoff_;
    waiting_.push_back(self_->make_response_promise<state_handoff_actor>());
    return waiting_.back();
  }

  void note(const handoff_events& message) {
    for (const auto& event : message.events)
      if (event.kind == handoff_event_kind::caught_up) {
        options_.log(log_level::info, "caught up with all nodes");
        options_.on_caught_up();
      }
  }

  caf::result<bool> leave() {
    if (!membership_)
      return false;
    return mail(self_, leave_atom_v).delegate(membership_);
  }

  void child_ended(const caf::down_msg& down) {
    if (down.source == handoff_.address()) {
      handoff_ = nullptr;
      unregister_actor(self_->system(), to_string(handoff_atom_v));
      restart("the handoff pair", down.reason);
    } else if (down.source == membership_.address()) {
      close_port();
      membership_ = nullptr;
      if (down.reason == make_error(ec::name_taken))
        give_up(describe(down.reason) + "; give this node another name, or stop that one");
      else
        restart("the membership actor", down.reason);
    } else {
      service_ended(down);
    }
  }

  void stop(const caf::error& reason) {
    for (std::size_t i = 0; i < services_.size(); ++i) {
      unregister_actor(self_->system(), options_.services[i].name);
      self_->send_exit(services_[i], reason);
    }
    self_->send_exit(handoff_, reason);
    self_->send_exit(membership_, reason);
    self_->quit(reason);
  }

private:
  void start_handoff() {
    handoff_ = spawn_state_handoff(self_->system(), options_.handoff);
    monitored_.add(handoff_);
    register_actor(self_->system(), to_string(handoff_atom_v), handoff_);
    mail(self_, watch_atom_v, caf::actor_cast<watcher_actor>(self_->ctrl())).send(handoff_);
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (services_[i])
        introduce(i);
    announce();
  }

  void start_membership() {
    membership_ = spawn_cluster_membership(self_->system(), options_.membership);
    monitored_.add(membership_);
    if (!open_port(self_->system(), membership_, options_.address, options_.membership.log, options_.handoff.limits))
      return port_not_opened();
    port_open_ = true;
    was_in_service_ = true;
    announce();
  }

  void port_not_opened() {
    if (was_in_service_)
      self_->send_exit(membership_, caf::exit_reason::user_shutdown);
    else
      give_up(
        fmt::format("cannot open {}: it is in use, or not an address of this machine", to_string(options_.address)));
  }

  void close_port() {
    port_open_ = false;
    mail(self_, caf::unpublish_atom_v, membership_.address(), options_.address.port)
      .send(self_->system().middleman().actor_handle());
  }

  // Only a node whose port is open may introduce its replica to the others: what cannot open it may be a second
  // process of the same name.
  void announce() {
    if (!port_open_ || !handoff_)
      return;
    options_.log(log_level::info, fmt::format("in service at {}", to_string(options_.address)));
    mail(self_, handoff_atom_v, handoff_).send(membership_);
  }

  bool is_in_service() const {
    return port_open_ && handoff_
           && std::all_of(services_.begin(), services_.end(), [](const participant_actor& s) { return bool{s}; });
  }

  void announce_to_waiting() {
    if (is_in_service())
      for (auto& promise : std::exchange(waiting_, {}))
        promise.deliver(handoff_);
  }

  void start_service(std::size_t number) {
    const auto& started = options_.services[number];
    if (!is_registrable(started.name))
      return give_up(fmt::format("{} is no name for a service", started.name.empty() ? "an empty one" : started.name));
    services_[number] = started.spawn(self_->system());
    monitored_.add(services_[number]);
    register_actor(self_->system(), started.name, services_[number]);
    if (handoff_)
      introduce(number);
  }

  /// Makes the service and the handoff pair known to each other.
  void introduce(std::size_t number) {
    mail(self_, register_atom_v, services_[number]).send(handoff_);
    if (options_.services[number].is_session_host)
      mail(self_, handoff_atom_v, handoff_).send(caf::actor_cast<session_host_actor>(services_[number]));
  }

  void service_ended(const caf::down_msg& down) {
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (services_[i] == down.source) {
        services_[i] = nullptr;
        unregister_actor(self_->system(), options_.services[i].name);
        restart(fmt::format("the service {}", options_.services[i].name), down.reason);
      }
  }

  void restart(const std::string& child, const caf::error& reason) {
    const auto ended = fmt::format("{} has ended ({})", child, describe(reason));
    const auto delay = policy_->next_delay(restart_policy::time_point::clock::now());
    if (!delay)
      return give_up(fmt::format("{}, after {} restarts within {} s", ended, options_.restarts.restarts_max,
                                 std::chrono::duration_cast<std::chrono::seconds>(options_.restarts.window).count()));
    options_.log(log_level::warning, fmt::format("{}; it is started anew in {} ms", ended, delay->count()));
    mail(self_, tick_atom_v).delay(*delay).send(self_);
  }

  void give_up(const std::string& reason) {
    options_.on_failure(reason);
    for (auto& promise : std::exchange(waiting_, {}))
      promise.deliver(make_error(ec::not_in_service, reason));
    stop(caf::exit_reason::user_shutdown);
  }

  ticking_supervisor_actor::pointer self_;
  monitored_actors<ticking_supervisor_actor::pointer> monitored_;
  supervisor_options options_;
  std::optional<restart_policy> policy_;
  state_handoff_actor handoff_;
  cluster_membership_actor membership_;
  /// In the order of the options.
  std::vector<participant_actor> services_;
  bool port_open_ = false;
  bool was_in_service_ = false;
  /// Who waits for the node to be in service.
  std::vector<caf::typed_response_promise<state_handoff_actor>> waiting_;
};

ticking_supervisor_actor::behavior_type supervisor(ticking_supervisor_actor::stateful_pointer<supervisor_state> self,
                                                   supervisor_options options) {
  drop_unexpected_messages(self);
  auto& state = state_of(self);
  handle_exits(self, [&state](const caf::exit_msg& exit) { state.stop(exit.reason); });
  state.start(std::move(options));
  return {
    [&state](handoff_atom) { return state.in_service(); },
    [&state](leave_atom) { return state.leave(); },
    [&state](const handoff_events& message) { state.note(message); },
    [&state](tick_atom) { state.start_missing(); },
  };
}

} // namespace

supervisor_options options_for_node(const std::string& cluster, const seed_node& self,
                                    const std::vector<seed_node>& nodes) {
  supervisor_options options;
  options.handoff.cluster = options.membership.cluster = cluster;
  options.handoff.node = options.membership.node = self.name;
  options.address = options.membership.address = self.address;
  options.handoff.is_listed = false;
  for (const auto& node : nodes) {
    options.handoff.replication.nodes.insert(node.name);
    if (node.name == self.name) {
      options.handoff.is_listed = true;
    } else {
      options.handoff.expected_nodes.push_back(node.name);
      options.membership.seeds.push_back(node);
    }
  }
  return options;
}

void add_session_host(supervisor_options& options, session_host_options hosting) {
  const auto& handoff = options.handoff;
  hosting.node = handoff.node;
  hosting.configured_nodes = {handoff.expected_nodes.begin(), handoff.expected_nodes.end()};
  if (handoff.is_listed)
    hosting.configured_nodes.insert(handoff.node);
  auto spawn = [hosting = std::move(hosting)](caf::actor_system& system) {
    return caf::actor_cast<participant_actor>(spawn_session_host(system, hosting));
  };
  options.services.push_back({to_string(host_atom_v), std::move(spawn), true});
}

supervisor_actor spawn_supervisor(caf::actor_system& system, supervisor_options options) {
  return system.spawn(supervisor, std::move(options));
}

} // namespace ariadne
