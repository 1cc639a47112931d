// Tests the engine's matches on clusters of engines: engine_test PATH_OF_ENGINE

#include "arena.hpp"
#include "protocol.hpp"

#include <ariadne/actors/ask.hpp>
#include <ariadne/testing/embedded_cluster.hpp>
#include <ariadne/testing/eventually.hpp>
#include <ariadne/testing/program_cluster.hpp>
#include <ariadne/testing/reserved_port.hpp>
#include <ariadne/testing/test_system.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace ariadne::test;

void expect(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error("not so: " + what);
}

void a_match_goes_on_where_it_was_when_its_node_stops() {
  embedded_cluster cluster{{
    .nodes = {"a", "b"},
    .make_config = [] { return std::make_unique<engine::engine_config>(); },
    .complete =
      [](const std::string&, ariadne::supervisor_options& options) {
        options.services.push_back({engine::arena_atom_v, engine::spawn_arena});
      },
  }};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();

  auto play = [&](const std::string& node, const std::string& move) {
    const auto arena = cluster.actor<engine::arena_actor>(node, engine::arena_atom_v);
    return ariadne::ask<engine::match>(cluster.system(node), arena, patience, engine::play_atom_v, "duel", move);
  };
  play("a", "north");
  play("a", "east");
  expect(cluster.stop("a").complete, "a hands over all matches");
  const auto match = play("b", "south");
  expect(match && match->moves == 3, "b goes on after the second move");
}

void engines_restart_one_after_the_other(const std::string& engine) {
  std::map<std::string, reserved_port> ports;
  std::vector<std::string> all_nodes;
  for (const std::string name : {"a", "b", "c"})
    all_nodes.push_back(name + "=" + std::to_string(ports[name].number()));
  program_cluster cluster;
  for (const auto& [name, port] : ports) {
    std::vector<std::string> command{engine, name};
    command.insert(command.end(), all_nodes.begin(), all_nodes.end());
    cluster.add(name, {.command = command, .address = {"127.0.0.1", port.number()}});
    cluster.start(name);
  }
  cluster.settle();

  test_system client{std::make_unique<engine::engine_config>()};
  auto play = [&](const std::string& node, const std::string& move) {
    const ariadne::endpoint address{"127.0.0.1", ports[node].number()};
    const auto arena = client.actor_at<engine::arena_actor>(address, to_string(engine::arena_atom_v));
    return client.ask<engine::match>(arena, engine::play_atom_v, "duel", move);
  };
  expect(play("a", "north").moves == 1, "a begins the match");
  const std::map<std::string, std::string> next{{"a", "b"}, {"b", "c"}, {"c", "a"}};
  std::uint64_t moves = 1;
  for (const auto& [node, other] : next) {
    expect(cluster.stop(node) == EXIT_SUCCESS, node + " hands over all matches");
    cluster.start(node);
    cluster.settle();
    expect(play(other, "east").moves == ++moves, other + " goes on where " + node + " was");
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: engine_test PATH_OF_ENGINE\n";
    return EXIT_FAILURE;
  }
  try {
    a_match_goes_on_where_it_was_when_its_node_stops();
    engines_restart_one_after_the_other(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
