#include "test/support/embedded_cluster.hpp"

#include "actors/ask.hpp"
#include "actors/error.hpp"
#include "test/support/eventually.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/settled.hpp"
#include "test/support/test_system.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace ariadne::test {

/// A start of a node.
struct embedded_cluster::life {
  explicit life(std::unique_ptr<caf::actor_system_config> made) : config(std::move(made)) {}
  ~life() {
    if (supervisor)
      caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  }

  std::unique_ptr<caf::actor_system_config> config;
  caf::actor_system system{*config};
  supervisor_actor supervisor;
  std::unique_ptr<node_client> client;
};

struct embedded_cluster::node {
  reserved_port port;
  endpoint address{"127.0.0.1", port.number()};
  std::unique_ptr<life> running;
};

namespace {

template <class Answer, class Actor, class... Ts>
Answer ask_or_throw(caf::actor_system& system, const Actor& actor, Ts... request) {
  auto answer = ask<Answer>(system, actor, patience, std::move(request)...);
  if (!answer)
    throw std::runtime_error(describe(answer.error()));
  return std::move(*answer);
}

} // namespace

embedded_cluster::embedded_cluster(embedded_cluster_options options) : options_(std::move(options)) {
  for (const auto& name : options_.nodes)
    nodes_.emplace(name, std::make_unique<node>());
}

embedded_cluster::~embedded_cluster() = default;

void embedded_cluster::start(const std::string& name) {
  std::vector<seed_node> seeds;
  for (const auto& [other, node] : nodes_)
    seeds.push_back({other, node->address});
  auto& starting = find(name);
  auto options = options_for_node("test", {name, starting.address}, seeds);
  // Nodes that were down are looked for more often than by default, so that tests wait less.
  options.membership.reconnect_max = std::chrono::milliseconds{200};
  // None can be frozen alone: who is silent has no processor, as the others may have none in a moment.
  options.membership.heartbeats.tolerance = std::chrono::seconds{10};
  if (options_.complete)
    options_.complete(name, options);
  starting.running =
    std::make_unique<life>(options_.make_config ? options_.make_config() : std::make_unique<test_config>());
  starting.running->supervisor = spawn_supervisor(starting.running->system, std::move(options));
  handoff(name);
}

drain_report embedded_cluster::stop(const std::string& name) {
  constexpr auto timeout_ms = static_cast<std::uint64_t>(std::chrono::milliseconds{patience}.count() / 3);
  auto report = ask_or_throw<drain_report>(system(name), handoff(name), drain_atom_v, timeout_ms, timeout_ms);
  auto& life = find_running(name);
  ask_or_throw<bool>(life.system, life.supervisor, leave_atom_v);
  find(name).running.reset();
  return report;
}

void embedded_cluster::crash(const std::string& name) {
  find(name).running.reset();
}

bool embedded_cluster::running(const std::string& name) const {
  return find(name).running != nullptr;
}

void embedded_cluster::settle() {
  std::map<std::string, node_client*> clients;
  for (const auto& [name, node] : nodes_)
    if (node->running)
      clients.emplace(name, &client(name));
  wait_until_settled(clients);
}

node_client& embedded_cluster::client(const std::string& name) {
  auto& life = find_running(name);
  if (!life.client)
    life.client = std::make_unique<node_client>(address(name).host, address(name).port);
  return *life.client;
}

caf::actor_system& embedded_cluster::system(const std::string& name) {
  return find_running(name).system;
}

state_handoff_actor embedded_cluster::handoff(const std::string& name) {
  auto& life = find_running(name);
  return ask_or_throw<state_handoff_actor>(life.system, life.supervisor, handoff_atom_v);
}

const endpoint& embedded_cluster::address(const std::string& name) const {
  return find(name).address;
}

embedded_cluster::node& embedded_cluster::find(const std::string& name) const {
  return *nodes_.at(name);
}

embedded_cluster::life& embedded_cluster::find_running(const std::string& name) const {
  const auto& life = find(name).running;
  if (!life)
    throw std::runtime_error("node " + name + " does not run");
  return *life;
}

} // namespace ariadne::test
