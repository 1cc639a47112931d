// One node of a small game engine: engine NAME NAME=PORT...
//
// Its actor system has messages and actors of the engine; Ariadne's actors live beside them.

#include "arena.hpp"
#include "protocol.hpp"

#include <ariadne/actors/ask.hpp>
#include <ariadne/actors/endpoint.hpp>
#include <ariadne/actors/error.hpp>
#include <ariadne/actors/supervisor.hpp>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

namespace {

using namespace std::chrono_literals;

int fail(std::string_view why) {
  std::cerr << "engine: " << why << std::endl;
  return EXIT_FAILURE;
}

int run(const ariadne::seed_node& self, const std::vector<ariadne::seed_node>& nodes) {
  // Blocked before there are threads, so that none of them is interrupted.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  std::string failure;
  auto end_program = [&failure](const ariadne::node_failure& why) {
    failure = why.reason;
    kill(getpid(), SIGTERM);
  };

  engine_config config;
  caf::actor_system system{config};
  auto options = ariadne::options_for_node("engine", self, nodes);
  options.on_failure = end_program;
  add_services(options);
  const auto supervisor = ariadne::spawn_supervisor(system, options);
  auto handoff = ariadne::ask<ariadne::state_handoff_actor>(system, supervisor, caf::infinite, ariadne::handoff_atom_v);
  if (!handoff)
    return fail(failure);
  std::cout << "ready" << std::endl;

  int signal = 0;
  sigwait(&stop, &signal);

  handoff = ariadne::ask<ariadne::state_handoff_actor>(system, supervisor, 5s, ariadne::handoff_atom_v);
  if (!handoff)
    return fail(failure);
  const std::uint64_t stash_ms = 5'000;
  const std::uint64_t hand_over_ms = 5'000;
  const auto report =
    ariadne::ask<ariadne::drain_report>(system, *handoff, 12s, ariadne::drain_atom_v, stash_ms, hand_over_ms);
  ariadne::ask<bool>(system, supervisor, 2s, ariadne::leave_atom_v);
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  if (!report)
    return fail(ariadne::describe(report.error()));
  for (const auto& [match, reason] : report->leftovers)
    fail(match + " is lost: " + reason);
  return report->complete ? EXIT_SUCCESS : EXIT_FAILURE;
}

std::optional<ariadne::seed_node> parse_node(const std::string& text) {
  const auto split = text.find('=');
  if (split == std::string::npos)
    return std::nullopt;
  const auto address = ariadne::endpoint_from_string("127.0.0.1:" + text.substr(split + 1));
  return address ? std::optional{ariadne::seed_node{text.substr(0, split), *address}} : std::nullopt;
}

} // namespace

} // namespace engine

int main(int argc, char** argv) {
  std::vector<ariadne::seed_node> nodes;
  for (int i = 2; i < argc; ++i) {
    if (auto node = engine::parse_node(argv[i]))
      nodes.push_back(*node);
    else
      return engine::fail(std::string{"not NAME=PORT: "} + argv[i]);
  }
  const auto self = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node.name == argv[1]; });
  if (self == nodes.end())
    return engine::fail("usage: engine NAME NAME=PORT..., one NAME=PORT for each node of the cluster");
  return engine::run(*self, nodes);
}
