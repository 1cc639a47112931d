#include "test/support/game_nodes.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <string>

namespace ariadne::test::play_command_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int usage = 2;

} // namespace

BOOST_AUTO_TEST_SUITE(play_command)

BOOST_AUTO_TEST_CASE(a_play_prints_a_table_with_a_column_for_each_part) {
  game_nodes cluster;
  const auto played = run_ariadne({"game", "play", "--cluster", cluster.nodes.file().string(), "--games", "3"},
                                  "drain at first\ncrash later\n");
  BOOST_TEST(played.exit_code == done, played.err);
  BOOST_TEST(played.out.find("games that run: 3\npart begins: at first\npart begins: later\n") == 0u, played.out);
  for (const std::string text : {"  at first  ", "  later\n", "\nmoves lost  ", "\nduplicates  "})
    BOOST_TEST(played.out.find(text) != std::string::npos, played.out);
  BOOST_TEST(cluster.is_without_games("a"));
}

BOOST_AUTO_TEST_CASE(a_line_that_begins_no_part_is_a_usage_error) {
  game_nodes cluster;
  for (const std::string line : {"dance", "drain", "drain ", "kill all"}) {
    const auto refused =
      run_ariadne({"game", "play", "--cluster", cluster.nodes.file().string(), "--games", "1"}, line + "\n");
    BOOST_TEST(refused.exit_code == usage);
    BOOST_TEST(refused.err == fmt::format("ariadne: stdin: {} is neither drain NAME nor crash NAME\n", line));
  }
}

BOOST_AUTO_TEST_CASE(a_cluster_that_does_not_run_is_one_clear_line) {
  const cluster_process none{{"a", "b"}};
  const auto refused = run_ariadne({"game", "play", "--cluster", none.file().string(), "--games", "2"});
  BOOST_TEST(refused.exit_code == failed);
  BOOST_TEST(refused.err == "ariadne: 2 of 2 games do not run: no node is reached\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::play_command_test
