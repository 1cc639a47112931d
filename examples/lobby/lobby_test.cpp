// Players go on playing while a new version of their matches is rolled out, and taken back.

#include "lobby.hpp"

#include <ariadne/testing.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>

namespace {

using namespace ariadne::testing;

const lobby::lobby_ref hall{"lobby", "hall"};

void expect(bool holds, const std::string& what) {
  if (!holds)
    throw std::runtime_error("not so: " + what);
}

void matches_outlive_a_rollout_and_its_return() {
  std::map<std::string, int> versions{{"a", 1}, {"b", 1}};
  embedded_cluster cluster{{
    .nodes = {"a", "b"},
    .make_config = [] { return std::make_unique<lobby::lobby_config>(); },
    .complete =
      [&](const std::string& node, ariadne::supervisor_options& options) {
        if (versions[node] == 1)
          lobby::add_sessions<lobby::match_v1>(options);
        else
          lobby::add_sessions<lobby::match>(options);
      },
  }};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  cluster.client("a").start_session(hall);
  const auto joined = cluster.client("a").request(hall, lobby::join_atom_v, "theseus");
  expect(cluster.client("b").request(hall, lobby::join_atom_v, "minotaur") == joined, "both are in the same match");

  std::uint32_t moves = 0;
  for (const auto version : {2, 1})
    for (const auto& [node, other] : std::map<std::string, std::string>{{"a", "b"}, {"b", "a"}}) {
      expect(cluster.client(node).request(joined, lobby::move_atom_v, "theseus") == ++moves, "theseus moves");
      expect(cluster.stop(node).complete, node + " hands over lobby and match");
      expect(cluster.client(other).request(joined, lobby::move_atom_v, "minotaur") == ++moves, "the minotaur moves");
      versions[node] = version;
      cluster.start(node);
      cluster.settle();
    }

  cluster.client("a").request(joined, lobby::won_atom_v, "theseus");
  const auto wins = [&] { return cluster.client("b").request(hall, lobby::wins_atom_v, "theseus"); };
  expect(eventually([&] { return wins() == 1; }), "the lobby hears who has won");
}

} // namespace

int main() {
  try {
    matches_outlive_a_rollout_and_its_return();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
