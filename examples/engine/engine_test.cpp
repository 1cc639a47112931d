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
    .complete = [](const std::string&, ariadne::supervisor_options& options) { engine::add_services(options); },
  }};
  cluster.start("a");
  auto play = [&](const std::string& node, const std::string& move) {
    const auto arena = cluster.actor<engine::arena_actor>(node, to_string(engine::arena_atom_v));
    return ariadne::ask<engine::match>(cluster.system(node), arena, patience, engine::play_atom_v, "duel", move);
  };
  expect(bool{play("a", "north")}, "a begins the match");
  cluster.start("b");
  cluster.settle();
  expect(bool{play("b", "east")}, "a move at b reaches the match at a");
  expect(cluster.stop("a").complete, "a hands over all matches");
  const auto match = play("b", "south");
  expect(match && match->moves == 3, "b goes on after the second move");
}

void a_match_survives_a_rolling_restart_and_a_kill(const std::string& engine) {
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
  auto address = [&](const std::string& node) { return ariadne::endpoint{"127.0.0.1", ports[node].number()}; };
  auto play = [&](const std::string& node, const std::string& move) {
    const auto arena = client.actor_at<engine::arena_actor>(address(node), to_string(engine::arena_atom_v));
    return client.ask<engine::match>(arena, engine::play_atom_v, "duel", move);
  };
  std::uint64_t moves = 0;
  const std::map<std::string, std::string> next{{"a", "b"}, {"b", "c"}, {"c", "a"}};
  for (const auto& [node, other] : next) {
    expect(play(node, "east").moves == ++moves, "no move is lost before " + node + " restarts");
    expect(cluster.stop(node) == EXIT_SUCCESS, node + " hands over all matches");
    expect(play(other, "west").moves == ++moves, "no move is lost when " + node + " has stopped");
    cluster.start(node);
    cluster.settle();
  }

  const auto host = client.actor_at<ariadne::session_host_actor>(address("a"), to_string(ariadne::host_atom_v));
  const auto owner =
    client.ask<ariadne::session_place>(host, ariadne::locate_atom_v, std::string{"match"}, std::string{"duel"}).node;
  cluster.kill(owner);
  // A move whose checkpoint was still on its way may be lost.
  expect(play(next.at(owner), "north").moves >= moves, "the match goes on from its last checkpoint");
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: engine_test PATH_OF_ENGINE\n";
    return EXIT_FAILURE;
  }
  try {
    a_match_goes_on_where_it_was_when_its_node_stops();
    a_match_survives_a_rolling_restart_and_a_kill(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
