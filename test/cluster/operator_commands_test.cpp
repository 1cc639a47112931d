#include "test/support/game_nodes.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

// ariadne drain, load and top.

namespace ariadne::test::operator_commands_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;

std::size_t running_at(cluster_process& nodes, const std::string& node) {
  return nlohmann::json::parse(nodes.run(node, {"status", "--json"}).out)["sessions"]["running"];
}

} // namespace

BOOST_AUTO_TEST_SUITE(operator_commands)

BOOST_AUTO_TEST_CASE(a_drained_node_has_moved_its_sessions_and_its_process_stays) {
  game_nodes cluster;
  cluster.start_games(12);
  BOOST_REQUIRE(cluster.all_run("a", 12));
  const auto drained = cluster.nodes.run("a", {"drain", "b", "--json"});
  BOOST_TEST(drained.exit_code == done, drained.err);
  BOOST_TEST(nlohmann::json::parse(drained.out)
             == nlohmann::json({{"drained", "b"}, {"complete", true}, {"leftovers", nlohmann::json::array()}}));
  BOOST_TEST(running_at(cluster.nodes, "b") == 0u);
  BOOST_TEST(cluster.all_run("a", 12, "b"));
  // It still answers, takes over nothing, and a second drain has nothing left to do.
  BOOST_TEST(cluster.nodes.run("b", {"keys"}).exit_code == done);
  BOOST_TEST(cluster.nodes.run("a", {"session", "start", "minotaur/99"}).exit_code == done);
  BOOST_TEST(running_at(cluster.nodes, "b") == 0u);
  BOOST_TEST(cluster.nodes.run("a", {"drain", "b"}).out
             == "b has moved its sessions, and takes over none until it restarts\n");
  BOOST_TEST(cluster.nodes.stop("b") == done);
}

BOOST_AUTO_TEST_CASE(a_node_whose_sessions_nobody_would_take_over_is_not_drained) {
  cluster_process nodes{{"a"}};
  nodes.start("a");
  nodes.settle();
  BOOST_REQUIRE(nodes.run("a", {"session", "start", "minotaur/7"}).exit_code == done);
  const auto drained = nodes.run("a", {"drain", "a"});
  BOOST_TEST(drained.exit_code == failed);
  BOOST_TEST(drained.err == "ariadne: no other node is up that takes over sessions; a keeps the 1 that it runs\n");
  BOOST_TEST(running_at(nodes, "a") == 1u);
}

BOOST_AUTO_TEST_CASE(a_load_counts_its_requests_and_leaves_no_key_behind) {
  cluster_process nodes{{"a", "b"}};
  for (const auto* node : {"a", "b"})
    nodes.start(node);
  nodes.settle();
  for (const std::string operation : {"put", "get", "churn"}) {
    const auto loaded =
      nodes.run("a", {"load", operation, "--time", "300ms", "--keys", "20", "--clients", "3", "--json"});
    BOOST_TEST(loaded.exit_code == done, loaded.err);
    const auto report = nlohmann::json::parse(loaded.out);
    BOOST_TEST(report["operation"] == operation);
    BOOST_TEST(report["requests"].get<std::uint64_t>() > 0u);
    BOOST_TEST(report["failed"] == 0);
    BOOST_TEST(loaded.err.empty(), loaded.err);
    BOOST_TEST(nodes.run("a", {"keys", "load/"}).out.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_load_makes_no_more_requests_than_it_was_told) {
  cluster_process nodes{{"a"}};
  nodes.start("a");
  nodes.settle();
  const auto loaded = nodes.run("a", {"load", "put", "--concern", "local", "--time", "1s", "--rate", "50", "--json"});
  BOOST_TEST(loaded.exit_code == done, loaded.err);
  BOOST_TEST(nlohmann::json::parse(loaded.out)["requests"].get<std::uint64_t>() <= 50u);
}

BOOST_AUTO_TEST_CASE(a_load_on_nobody_fails_with_the_reason) {
  cluster_process nodes{{"a"}};
  const auto loaded = nodes.run("a", {"load", "put", "--time", "1s"});
  BOOST_TEST(loaded.exit_code == failed);
  BOOST_TEST(loaded.err.find("onnection refused") != std::string::npos, loaded.err);
}

BOOST_AUTO_TEST_CASE(top_in_a_pipe_shows_each_look_below_the_one_before) {
  cluster_process nodes{{"a", "b"}};
  nodes.start("a");
  nodes.start("b");
  nodes.settle();
  const auto shown = nodes.run("a", {"top", "--count", "2", "--interval", "10ms"});
  BOOST_TEST(shown.exit_code == done, shown.err);
  BOOST_TEST(shown.out.find('\x1b') == std::string::npos);
  std::size_t heads = 0;
  std::istringstream lines{shown.out};
  for (std::string line; std::getline(lines, line);) {
    BOOST_TEST(line.size() < 80u, line);
    heads += line.find("as node a sees it: ") != std::string::npos ? 1 : 0;
  }
  BOOST_TEST(heads == 2u);
  const auto as_json = nodes.run("a", {"top", "--count", "2", "--interval", "10ms", "--json"});
  std::istringstream reports{as_json.out};
  for (std::string line; std::getline(reports, line);)
    BOOST_TEST(nlohmann::json::parse(line)["node"] == "a");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::operator_commands_test
