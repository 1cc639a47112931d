#include "bench/embedded_node.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "app/config/cluster_file.hpp"
#include "app/config/node_options.hpp"
#include "bench/requests.hpp"

#include <caf/send.hpp>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace ariadne::bench {

namespace {

supervisor_options options_of(const cluster_file& file, const std::string& name) {
  const auto cluster = load_cluster_file(file.path());
  if (!cluster)
    throw std::runtime_error(to_string(cluster.error()));
  supervisor_options options;
  options.handoff.cluster = cluster->name;
  options.handoff.node = name;
  options.membership.cluster = cluster->name;
  options.membership.node = name;
  for (const auto& node : cluster->nodes) {
    if (node.name == name) {
      options.storage = storage_of(cluster->storage, node);
      options.membership.address = {node.host, node.port};
      options.address = options.membership.address;
    } else {
      options.handoff.expected_nodes.push_back(node.name);
      options.membership.seeds.push_back({node.name, {node.host, node.port}});
    }
  }
  return options;
}

network_security security_of(const cluster_file& file, const std::string& name) {
  auto security = security_for_node(load_cluster_file(file.path()).value(), name);
  if (!security)
    throw std::runtime_error(security.error());
  return *security;
}

} // namespace

embedded_node::embedded_node(const cluster_file& file, const std::string& name)
  : bench_(security_of(file, name)), supervisor_(spawn_supervisor(bench_.system(), options_of(file, name))) {
  std::string failure;
  mail(bench_.self(), handoff_atom_v)
    .request(supervisor_, caf::infinite)
    .receive([&](state_handoff_actor& handoff) { handoff_ = std::move(handoff); },
             [&](caf::error& error) { failure = describe(error); });
  if (!failure.empty())
    throw std::runtime_error(failure);
  events_ = std::make_unique<event_log>(bench_.system(), handoff_);
}

embedded_node::~embedded_node() {
  events_.reset();
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
}

void embedded_node::stash_all(const std::vector<std::string>& keys, const snapshot& state) {
  const write_options options{.concern = {.level = concern_level::local}};
  for (const auto& key : keys)
    anon_mail(stash_atom_v, key, state, options).send(handoff_);
  stash(keys.back(), state, concern_level::local);
}

void embedded_node::stash(const std::string& key, const snapshot& state, concern_level level) {
  (void)time_stashes({key}, state, 1, {.concern = {.level = level}, .timeout_ms = 60'000});
}

latencies embedded_node::time_stashes(const std::vector<std::string>& keys, const snapshot& state, std::size_t count,
                                      const write_options& options) {
  return time_requests<receipt>(bench_.system(), count, [&](auto* self, std::size_t i) {
    return mail(self, stash_atom_v, keys[i % keys.size()], state, options).request(handoff_, caf::infinite);
  });
}

void embedded_node::drain() {
  constexpr std::uint64_t timeout_ms = 60'000;
  std::string failure;
  mail(bench_.self(), drain_atom_v, timeout_ms, timeout_ms)
    .request(handoff_, caf::infinite)
    .receive([&](const drain_report& report) { failure = report.complete ? "" : "the drain is not complete"; },
             [&](caf::error& error) { failure = describe(error); });
  if (!failure.empty())
    throw std::runtime_error(failure);
}

std::uint64_t tcp_bytes() {
  std::uint64_t sum = 0;
  for (const auto& file : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    const auto socket = std::stoi(file.path().filename());
    // Fails for what is no TCP socket.
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
      sum += info.tcpi_bytes_acked + info.tcpi_bytes_received;
  }
  return sum;
}

snapshot make_state(std::size_t bytes) {
  return {"bench", 1, std::string(bytes, 'v')};
}

} // namespace ariadne::bench
