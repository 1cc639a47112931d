// Tests the engine's matches on clusters of engines: engine_test PATH_OF_ENGINE

#include "engine.hpp"

#include <ariadne/testing.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <stdexcept>

using namespace ariadne::testing;

const ariadne::session_ref<engine::match_actor> duel{"match", "duel"};

static void expect(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error("not so: " + what);
}

static void a_match_goes_on_where_it_was_when_its_node_stops() {
  embedded_cluster cluster{{
    .nodes = {"a", "b"},
    .make_config = [] { return std::make_unique<engine::engine_config>(); },
    .complete = [](const std::string&, ariadne::supervisor_options& options) { engine::add_matches(options); },
  }};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  cluster.client("a").start_session(duel);
  expect(cluster.client("b").request(duel, engine::play_atom_v, "east").moves == 1, "b reaches the match");
  expect(cluster.stop("a").complete, "a hands over all matches");
  expect(cluster.client("b").request(duel, engine::play_atom_v, "west").moves == 2, "b goes on after the first move");
}

static void a_match_survives_a_rolling_restart_and_a_kill(const std::string& engine) {
  program_cluster cluster;
  std::map<std::string, reserved_port> ports;
  const auto file = cluster.directory() / "cluster.toml";
  std::string text = "[cluster]\nname = \"engine\"\n";
  for (const std::string name : {"a", "b", "c"})
    text += "[[node]]\nname = \"" + name + "\"\nport = " + std::to_string(ports[name].number()) + "\n";
  write_file(file, text);
  for (const auto& [name, port] : ports) {
    cluster.add(name, {.command = {engine, file, name}, .address = {"127.0.0.1", port.number()}});
    cluster.start(name);
  }
  cluster.settle();
  const auto played = [&](const std::string& node, const std::string& move) {
    return cluster.client(node).request(duel, engine::play_atom_v, move).moves;
  };
  cluster.client("a").start_session(duel);
  std::uint64_t moves = 0;
  const std::map<std::string, std::string> next{{"a", "b"}, {"b", "c"}, {"c", "a"}};
  for (const auto& [node, other] : next) {
    expect(played(node, "east") == ++moves, "no move is lost before " + node + " restarts");
    expect(cluster.stop(node) == EXIT_SUCCESS, node + " hands over all matches");
    expect(played(other, "west") == ++moves, "no move is lost when " + node + " has stopped");
    cluster.start(node);
    cluster.settle();
  }
  const auto owner = cluster.client("a").locate(duel);
  cluster.kill(owner);
  expect(played(next.at(owner), "north") == ++moves, "what a match has answered survives the death of its node");
}

int main(int argc, char** argv) {
  try {
    expect(argc == 2, "usage: engine_test PATH_OF_ENGINE");
    a_match_goes_on_where_it_was_when_its_node_stops();
    a_match_survives_a_rolling_restart_and_a_kill(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
