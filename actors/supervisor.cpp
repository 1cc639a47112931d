#include "actors/supervisor.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/internal/cluster_membership.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/participant_stops.hpp"
#include "actors/internal/replica_journal.hpp"
#include "actors/internal/storage.hpp"
#include "actors/internal/value_desk.hpp"
#include "actors/network/basp.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/middleman.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
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

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

/// For how long, and how often, the name of the node's own host is looked up if it is not known.
constexpr auto resolve_timeout = 10s;
constexpr auto resolve_interval = 500ms;

/// More often than this, no pair is started anew from the same directory: what makes it die may stand there.
constexpr restart_limits restarts_from_storage{.restarts_max = 3};

using ticking_supervisor_actor = supervisor_actor::extend<
  // Whatever does not run is to be started.
  takes<tick_atom>,
  // What the handoff pair tells of nodes.
  takes<handoff_events>,
  // The node drains, see service_keeper_actor.
  answers<std::vector<leftover>, drain_atom, std::uint64_t>>;

/// The nodes of which a majority is counted.
std::set<std::string> counted_nodes(const state_handoff_options& handoff) {
  std::set<std::string> result{handoff.expected_nodes.begin(), handoff.expected_nodes.end()};
  if (handoff.is_listed)
    result.insert(handoff.node);
  return result;
}

class supervisor_state {
public:
  static constexpr const char* name = "supervisor";

  explicit supervisor_state(ticking_supervisor_actor::pointer self)
    : self_(self), monitored_(self, [this](const caf::down_msg& down) { child_ended(down); }), stops_(self) {}

  void start(supervisor_options options) {
    options_ = std::move(options);
    options_.handoff.services = caf::actor_cast<service_keeper_actor>(self_->ctrl());
    options_.membership.voters = counted_nodes(options_.handoff);
    services_.resize(options_.services.size());
    is_restored_ = !options_.storage;
    policy_.emplace(options_.restarts);
    count_restarts();
    // Not yet, for an actor that has not come to be cannot give up.
    mail(self_, tick_atom_v).send(self_);
  }

  void start_missing() {
    // What waits for its restart when the node begins to drain waits for ever.
    if (stops_.has_begun())
      return;
    if (const auto problem = find_problem_of_names(); !problem.empty())
      return give_up({ec::refused, problem});
    if (!handoff_ && options_.storage)
      open_storage();
    else if (!handoff_)
      start_handoff();
    // A node whose journal is not to be gone on with is never seen by others; nor is one that does not have yet what
    // its journal has kept, for it could answer nobody.
    if (!membership_ && (!handoff_ || !is_restored_))
      return;
    if (!membership_)
      start_membership();
    else if (!port_open_)
      open();
    for (std::size_t i = 0; i < services_.size() && port_open_; ++i)
      if (!services_[i].actor)
        start_service(i);
    announce_to_waiting();
  }

  caf::result<state_handoff_actor> in_service() {
    if (is_in_service() || (stops_.has_begun() && handoff_))
      return handoff_;
    if (stops_.has_begun())
      return make_error(ec::not_in_service, "it drains, and its handoff pair has ended");
    waiting_.push_back(self_->make_response_promise<state_handoff_actor>());
    return waiting_.back();
  }

  void note(const handoff_events& message) {
    for (const auto& event : message.events)
      if (event.kind == handoff_event_kind::caught_up) {
        options_.log({log_level::info, log_event::caught_up, "caught up with all nodes"});
        options_.on_caught_up();
      }
  }

  void list(const node_listing& listing) {
    if (!listing.nodes)
      return;
    auto& seeds = options_.membership.seeds;
    seeds.clear();
    for (const auto& [node, address] : *listing.nodes)
      seeds.push_back({node, endpoint_from_string(address).value_or(endpoint{})});
    if (membership_)
      mail(self_, listing).send(caf::actor_cast<listing_taker>(membership_));
  }

  caf::result<bool> leave() {
    if (!membership_)
      return false;
    return mail(self_, leave_atom_v).delegate(membership_);
  }

  /// Nothing is started anew from now on.
  caf::result<std::vector<leftover>> drain(std::uint64_t timeout_ms) {
    auto promise = self_->make_response_promise<std::vector<leftover>>();
    if (!stops_.has_begun())
      begin_drain(std::chrono::milliseconds{timeout_ms});
    stops_.when_over([promise](const auto& not_stashed) mutable { promise.deliver(*not_stashed); });
    return promise;
  }

  void child_ended(const caf::down_msg& down) {
    stops_.ended(down);
    if (down.source == handoff_.address()) {
      handoff_ = nullptr;
      desk_ = nullptr;
      for (const auto& name : names_of_pair())
        unregister_actor(self_->system(), name);
      pair_ended(down.reason);
    } else if (down.source == storage_.address()) {
      storage_ = nullptr;
      unregister_actor(self_->system(), storage_name);
      // Whatever changes now would not be kept.
      self_->send_exit(handoff_, down.reason);
      restart("storage", "the storage", down.reason);
    } else if (down.source == membership_.address()) {
      close_port();
      unregister_actor(self_->system(), membership_name);
      membership_ = nullptr;
      is_introduced_ = false;
      if (down.reason == make_error(ec::name_taken))
        give_up({ec::name_taken, describe(down.reason) + "; give this node another name, or stop that one"});
      else if (down.reason == make_error(ec::storage_foreign) && options_.storage)
        give_up({ec::storage_foreign, foreign_journal(down.reason)});
      else
        restart("membership", "the membership actor", down.reason);
    } else {
      service_ended(down);
    }
  }

  void stop(const caf::error& reason) {
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (const auto& service = std::exchange(services_[i].actor, nullptr)) {
        unregister_actor(self_->system(), options_.services[i].name);
        self_->send_exit(service, reason);
      }
    if (handoff_)
      for (const auto& name : names_of_pair())
        unregister_actor(self_->system(), name);
    if (membership_)
      unregister_actor(self_->system(), membership_name);
    self_->send_exit(handoff_, reason);
    self_->send_exit(membership_, reason);
    if (storage_)
      unregister_actor(self_->system(), storage_name);
    self_->send_exit(storage_, reason);
    self_->quit(reason);
  }

private:
  /// A pair is started with what the directory has, once that is read.
  void open_storage() {
    if (!storage_) {
      const auto& handoff = options_.handoff;
      storage_ = spawn_storage(self_->system(), *options_.storage, handoff.cluster, handoff.node, options_.log);
      monitored_.add(storage_);
      register_actor(self_->system(), storage_name, storage_);
    }
    if (std::exchange(is_opening_, true))
      return;
    mail(self_, start_atom_v)
      .request(storage_, caf::infinite)
      .then(
        [this](const storage_opening& opening) {
          is_opening_ = false;
          id_ = opening.id;
          options_.membership.former = opening.former;
          options_.handoff.journal =
            std::make_shared<const replica_journal>(replica_journal{storage_, opening, *options_.storage});
          start_handoff();
          await_pair();
        },
        [this](const caf::error& error) {
          is_opening_ = false;
          // If it has ended, it is started anew.
          if (storage_ && error.category() == make_error(ec::storage_damaged).category())
            give_up({static_cast<ec>(error.code()), describe(error)});
        });
  }

  /// What the pair answers, it answers once it has what the journal has kept.
  void await_pair() {
    mail(self_, status_atom_v)
      .request(handoff_, caf::infinite)
      .then(
        [this](const node_status&) {
          is_restored_ = true;
          start_missing();
        },
        // It has ended, and is started anew.
        [](const caf::error&) {});
  }

  void start_handoff() {
    handoff_ = spawn_state_handoff(self_->system(), options_.handoff);
    monitored_.add(handoff_);
    register_actor(self_->system(), to_string(handoff_atom_v), handoff_);
    desk_ = spawn_value_desk(self_->system(), {.handoff = handoff_,
                                               .value_bytes_max = options_.handoff.limits.value_bytes_max,
                                               .answers = options_.handoff.answers});
    register_actor(self_->system(), value_desk_name, desk_);
    mail(self_, watch_atom_v, caf::actor_cast<watcher_actor>(self_->ctrl())).send(handoff_);
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (services_[i].actor)
        introduce(i);
    announce();
  }

  void pair_ended(const caf::error& reason) {
    const auto now = restart_policy::time_point::clock::now();
    if (!options_.storage || stops_.has_begun() || from_storage_.next_delay(now))
      return restart("handoff", "the handoff pair", reason);
    const auto directory = options_.storage->directory.string();
    give_up({ec::storage_damaged, fmt::format("the handoff pair has ended ({}), after {} restarts within {} s from the "
                                              "journal in {}; look at that: ariadne storage check {}",
                                              describe(reason), restarts_from_storage.restarts_max,
                                              seconds_of(restarts_from_storage.window), directory, directory)});
  }

  std::string foreign_journal(const caf::error& why) const {
    const auto directory = options_.storage->directory.string();
    return fmt::format(
      "{}: {}; give this node the directory that it had in that cluster, or, if what is there is to be "
      "part of it, have the journal belong to it: ariadne storage adopt {}",
      directory, describe(why), directory);
  }

  static std::chrono::seconds::rep seconds_of(std::chrono::milliseconds duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  }

  void start_membership() {
    if (!open_port_since_)
      open_port_since_ = restart_policy::time_point::clock::now();
    // The others are told of the port before it is opened for them.
    if (options_.address.port == 0 && !choose_port())
      return;
    if (options_.membership.address.port == 0)
      options_.membership.address.port = options_.address.port;
    if (id_)
      options_.membership.id = id_->get();
    membership_ = spawn_cluster_membership(self_->system(), options_.membership);
    monitored_.add(membership_);
    register_actor(self_->system(), membership_name, membership_);
    open();
  }

  bool choose_port() {
    auto chosen = listen_for_nodes(self_->system(), options_.address);
    if (!chosen) {
      port_not_opened(chosen.error());
      return false;
    }
    options_.address.port = chosen->local_port();
    chosen_ = std::move(*chosen);
    return true;
  }

  void open() {
    auto socket =
      chosen_ ? caf::expected<tcp_socket>{std::move(chosen_)} : listen_for_nodes(self_->system(), options_.address);
    if (!socket)
      return port_not_opened(socket.error());
    publish(self_->system(), membership_, std::move(*socket), options_.membership.log, options_.handoff.limits);
    port_open_ = true;
    open_port_since_.reset();
    options_.on_port_opened(options_.membership.address);
    was_in_service_ = true;
    announce();
  }

  /// The name of the host may be known in a moment, as when a machine has just started.
  void port_not_opened(const caf::error& error) {
    const auto address = to_string(options_.address);
    const auto reason = describe(error);
    const auto problem = fmt::format("cannot open {}: {}", address, reason);
    const auto since = restart_policy::time_point::clock::now() - *open_port_since_;
    if (error == ec::host_unresolved && since < resolve_timeout) {
      if (std::exchange(port_problem_, problem) != problem)
        options_.log({log_level::warning,
                      log_event::port_not_opened,
                      "cannot open {address}: {reason}; it is tried again",
                      {{"address", address}, {"reason", reason}}});
      mail(self_, tick_atom_v).delay(resolve_interval).send(self_);
    } else if (was_in_service_) {
      options_.log({log_level::error,
                    log_event::port_not_opened,
                    "cannot open {address}: {reason}",
                    {{"address", address}, {"reason", reason}}});
      self_->send_exit(membership_, caf::exit_reason::user_shutdown);
    } else {
      give_up({error == ec::host_unresolved ? ec::host_unresolved : ec::port_not_opened, problem});
    }
  }

  void close_port() {
    port_open_ = false;
    mail(self_, caf::unpublish_atom_v, membership_.address(), options_.address.port)
      .send(self_->system().middleman().actor_handle());
  }

  /// What the handoff pair, and the desk that clients move its values by, are registered as.
  static std::set<std::string> names_of_pair() {
    return {to_string(handoff_atom_v), value_desk_name};
  }

  // Only a node whose port is open may introduce its replica to the others: what cannot open it may be a second
  // process of the same name.
  void announce() {
    if (!port_open_ || !handoff_)
      return;
    options_.log(
      {log_level::info, log_event::in_service, "in service at {address}", {{"address", to_string(options_.address)}}});
    mail(self_, handoff_atom_v, handoff_).send(membership_);
    // Once this is answered, the pair has been told of the nodes that are up: it must not drain as if it were alone.
    is_introduced_ = false;
    mail(self_, handoff_atom_v)
      .request(membership_, caf::infinite)
      .then(
        [this](const state_handoff_actor& introduced) {
          is_introduced_ = introduced == handoff_;
          announce_to_waiting();
        },
        // It has ended, and is started anew.
        [](const caf::error&) {});
  }

  bool is_in_service() const {
    return port_open_ && handoff_ && is_introduced_
           && std::all_of(services_.begin(), services_.end(), [](const child& s) { return bool{s.actor}; });
  }

  /// Empty, if the names of the services are fine, and nobody else has them yet.
  std::string find_problem_of_names() {
    if (std::exchange(are_names_checked_, true))
      return {};
    auto taken = names_of_pair();
    taken.insert(membership_name);
    if (options_.storage)
      taken.insert(storage_name);
    for (const auto& name : taken)
      if (registered<caf::strong_actor_ptr>(self_->system(), name))
        return fmt::format("another actor of this system is registered as {}, which is a name of Ariadne's", name);
    for (const auto& s : options_.services) {
      if (!is_registrable(s.name))
        return fmt::format("{} is no name for a service", s.name.empty() ? "an empty one" : s.name);
      if (s.name == to_string(host_atom_v) && !s.is_session_host)
        return fmt::format("a service may not be named {}, which is the name of the session host", s.name);
      if (!taken.insert(s.name).second)
        return fmt::format("a service may not be named {}, which another one is, too", s.name);
      if (registered<caf::strong_actor_ptr>(self_->system(), s.name))
        return fmt::format("a service may not be named {}: another actor of this system is registered so", s.name);
    }
    return {};
  }

  void announce_to_waiting() {
    if (is_in_service())
      for (auto& promise : std::exchange(waiting_, {}))
        promise.deliver(handoff_);
  }

  void start_service(std::size_t number) {
    const auto& started = options_.services[number];
    services_[number] = {started.spawn(self_->system()), std::nullopt};
    monitored_.add(services_[number].actor);
    register_actor(self_->system(), started.name, services_[number].actor);
    if (handoff_)
      introduce(number);
  }

  /// Makes the handoff pair known to the session host. Other services find it by its name.
  void introduce(std::size_t number) {
    if (options_.services[number].is_session_host)
      mail(self_, handoff_atom_v, handoff_).send(caf::actor_cast<session_host_actor>(services_[number].actor));
  }

  void service_ended(const caf::down_msg& down) {
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (services_[i].actor == down.source) {
        services_[i] = {participant_actor{},
                        participant_stops<ticking_supervisor_actor::pointer>::death_of(down.reason)};
        unregister_actor(self_->system(), options_.services[i].name);
        restart(options_.services[i].name, fmt::format("the service {}", options_.services[i].name), down.reason);
      }
  }

  void begin_drain(std::chrono::milliseconds timeout) {
    stops_.begin();
    for (std::size_t i = 0; i < services_.size(); ++i) {
      auto name = fmt::format("service {}", options_.services[i].name);
      if (services_[i].actor)
        stops_.ask(std::move(name), services_[i].actor, timeout, drain_atom_v);
      else if (services_[i].died_of)
        stops_.note_death(std::move(name), *services_[i].died_of);
    }
    // Who has waited for what is not started any more.
    for (auto& promise : std::exchange(waiting_, {}))
      deliver_handoff(promise);
  }

  void deliver_handoff(caf::typed_response_promise<state_handoff_actor>& promise) {
    if (handoff_)
      promise.deliver(handoff_);
    else
      promise.deliver(make_error(ec::not_in_service, "it drains, and its handoff pair has ended"));
  }

  /// What ends while the node drains is not missed, unless it has died.
  void note_end(const std::string& name, const std::string& child, const caf::error& reason) {
    const auto died = participant_stops<ticking_supervisor_actor::pointer>::death_of(reason).has_value();
    options_.log({died ? log_level::error : log_level::debug,
                  log_event::child_ended,
                  child + " has ended ({reason}), while this node drains; it is not started anew",
                  {{"child", name}, {"reason", describe(reason)}}});
  }

  /// Before there are any: whoever watches a count sees it grow to 1 if it was 0 before, and not if it was not there.
  void count_restarts() const {
    auto& restarts = tally_of(self_->system()).restarts;
    restarts["handoff"];
    restarts["membership"];
    if (options_.storage)
      restarts["storage"];
    for (const auto& service : options_.services)
      restarts[service.name];
  }

  void restart(const std::string& name, const std::string& child, const caf::error& reason) {
    if (stops_.has_begun())
      return note_end(name, child, reason);
    const auto delay = policy_->next_delay(restart_policy::time_point::clock::now());
    if (!delay)
      return give_up(
        {ec::not_in_service, fmt::format("{} has ended ({}), after {} restarts within {} s", child, describe(reason),
                                         options_.restarts.restarts_max, seconds_of(options_.restarts.window))});
    tally_of(self_->system()).restarts[name].add();
    options_.log({log_level::warning,
                  log_event::child_restarted,
                  child + " has ended ({reason}); it is started anew in {delay_ms} ms",
                  {{"child", name}, {"reason", describe(reason)}, {"delay_ms", delay->count()}}});
    mail(self_, tick_atom_v).delay(*delay).send(self_);
  }

  void give_up(const node_failure& failure) {
    options_.on_failure(failure);
    for (auto& promise : std::exchange(waiting_, {}))
      promise.deliver(make_error(ec::not_in_service, failure.reason));
    stop(caf::exit_reason::user_shutdown);
  }

  struct child {
    participant_actor actor;
    /// What the last one has died of, if it has, in words.
    std::optional<std::string> died_of;
  };

  ticking_supervisor_actor::pointer self_;
  monitored_actors<ticking_supervisor_actor::pointer> monitored_;
  supervisor_options options_;
  std::optional<restart_policy> policy_;
  restart_policy from_storage_{restarts_from_storage};
  /// Null without storage.
  journal_keeping_actor storage_;
  /// As the journal has it.
  std::shared_ptr<const kept_cluster_id> id_;
  /// It reads the directory for the next pair.
  bool is_opening_ = false;
  /// The pair has begun, with what the journal has kept.
  bool is_restored_ = false;
  state_handoff_actor handoff_;
  /// It ends with the pair.
  value_desk_actor desk_;
  peer_membership_actor membership_;
  /// In the order of the options.
  std::vector<child> services_;
  participant_stops<ticking_supervisor_actor::pointer> stops_;
  bool are_names_checked_ = false;
  bool port_open_ = false;
  /// The handoff pair knows all nodes that the membership actor knows.
  bool is_introduced_ = false;
  /// Since when it is tried to open the port, and why that has failed; logged once.
  /// Since when it is tried; nothing while the port is open.
  std::optional<restart_policy::time_point> open_port_since_;
  /// What accepts connections at the port that the system has chosen, until it is opened for others.
  tcp_socket chosen_;
  std::string port_problem_;
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
    [&state](const node_listing& listing) { state.list(listing); },
    [&state](const handoff_events& message) { state.note(message); },
    [&state](tick_atom) { state.start_missing(); },
    [&state](drain_atom, std::uint64_t timeout_ms) { return state.drain(timeout_ms); },
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

void list_nodes(const supervisor_actor& supervisor, const std::vector<seed_node>& nodes) {
  std::vector<std::pair<std::string, std::string>> listed;
  for (const auto& node : nodes)
    listed.emplace_back(node.name, to_string(node.address));
  anon_mail(node_listing{std::make_shared<const decltype(listed)>(std::move(listed))}).send(supervisor);
}

void add_session_host(supervisor_options& options, session_host_options hosting) {
  const auto& handoff = options.handoff;
  hosting.node = handoff.node;
  hosting.keeps_journal = options.storage.has_value();
  hosting.configured_nodes = counted_nodes(handoff);
  auto spawn = [hosting = std::move(hosting)](caf::actor_system& system) {
    return caf::actor_cast<participant_actor>(spawn_session_host(system, hosting));
  };
  options.services.push_back({to_string(host_atom_v), std::move(spawn), true});
}

supervisor_actor spawn_supervisor(caf::actor_system& system, supervisor_options options) {
  return system.spawn(supervisor, std::move(options));
}

} // namespace ariadne
