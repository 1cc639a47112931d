#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ariadne::test::lost_answers_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The program as a client that waits for its answer.
struct waiting_command {
  explicit waiting_command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ARIADNE_PROGRAM);
    write_file(directory.path() / "in", "round 7");
    process.emplace(arguments, child_process::streams{directory.path() / "in", out(), err()});
  }

  std::filesystem::path out() const {
    return directory.path() / "out";
  }
  std::filesystem::path err() const {
    return directory.path() / "err";
  }

  temporary_directory directory;
  std::optional<child_process> process;
};

} // namespace

BOOST_AUTO_TEST_SUITE(lost_answers)

BOOST_AUTO_TEST_CASE(a_stash_whose_node_is_killed_fails_long_before_its_timeout_and_says_what_may_be) {
  cluster_process cluster{{"a", "b"}};
  cluster.start("a");
  // The other node is not there to hold it.
  waiting_command stash{{"stash", "game_ABYZ", "--concern", "all", "--timeout", "1h", "--node",
                         fmt::format("127.0.0.1:{}", cluster.port("a"))}};
  BOOST_REQUIRE(eventually([&] { return cluster.client("a").pickup("game_ABYZ").outcome == pickup_outcome::found; }));
  cluster.kill("a");
  BOOST_TEST((stash.process->wait() == failed));
  const auto said = read_file(stash.err());
  BOOST_TEST(has(said, "was lost before it answered; the value may have been stashed"), said);
}

BOOST_AUTO_TEST_CASE(a_command_goes_on_to_the_next_node_of_the_file) {
  cluster_process cluster{{"a", "b"}};
  cluster.start("b");
  const auto file = cluster.file().string();
  BOOST_TEST(run_ariadne({"stash", "game_ABYZ", "--cluster", file}, "round 7").exit_code == done);
  BOOST_TEST(run_ariadne({"pickup", "game_ABYZ", "--cluster", file}).out == "round 7");
  BOOST_TEST(run_ariadne({"take", "game_ABYZ", "--cluster", file}).out == "round 7");
  cluster.kill("b");
  const auto nobody = run_ariadne({"stash", "game_ABYZ", "--cluster", file}, "round 8");
  BOOST_TEST(nobody.exit_code == failed);
  for (const auto* node : {"a", "b"})
    BOOST_TEST(has(nobody.err, fmt::format("127.0.0.1:{}", cluster.port(node))), nobody.err);
}

BOOST_AUTO_TEST_CASE(a_pickup_that_waits_goes_on_by_way_of_another_node_when_its_own_is_killed) {
  cluster_process cluster{{"a", "b"}};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  waiting_command pickup{
    {"pickup", "game_ABYZ", "--wait", "1h", "--timeout", "1h", "--cluster", cluster.file().string()}};
  // It may not have asked the first node yet, and then never does.
  cluster.kill("a");
  cluster.client("b").stash("game_ABYZ", {"bytes", 1, "round 7"});
  BOOST_TEST((pickup.process->wait() == done), read_file(pickup.err()));
  BOOST_TEST(read_file(pickup.out()) == "round 7");
}

BOOST_AUTO_TEST_CASE(a_pickup_that_waits_at_a_node_that_stops_says_which_node_that_was) {
  cluster_process cluster{{"a"}};
  cluster.start("a");
  const auto address = fmt::format("127.0.0.1:{}", cluster.port("a"));
  waiting_command pickup{{"pickup", "game_ABYZ", "--wait", "1h", "--node", address}};
  BOOST_REQUIRE(eventually([&] {
    const auto status = cluster.client("a").status();
    return status && status->replica.waiting_reads == 1;
  }));
  cluster.stop("a");
  BOOST_TEST((pickup.process->wait() == failed));
  const auto said = read_file(pickup.err());
  BOOST_TEST(has(said, address), said);
  BOOST_TEST(!has(said, "is being restarted"), said);
}

BOOST_AUTO_TEST_CASE(a_watch_goes_on_by_way_of_another_node_and_shows_what_has_changed_meanwhile) {
  cluster_process cluster{{"a", "b"}};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  const auto stash = [&](const std::string& node, const std::string& key) {
    cluster.client(node).stash(key, {"bytes", 1, "round 7"});
  };
  stash("a", "game_kept");
  stash("a", "game_gone");
  waiting_command watch{{"watch", "game_", "--cluster", cluster.file().string()}};
  const auto shows = [&](const std::string& what) {
    return eventually([&] { return has(read_file(watch.out()), what); });
  };
  // It watches, and knows what stands, once it has shown this.
  BOOST_REQUIRE(shows("caught up a"));
  stash("a", "game_first");
  BOOST_REQUIRE(shows("stashed game_first"));
  watch.process->signal(SIGSTOP);
  cluster.kill("a");
  stash("b", "game_new");
  BOOST_TEST(cluster.run("b", {"discard", "game_gone"}).exit_code == done);
  watch.process->signal(SIGCONT);
  BOOST_TEST(shows("discarded game_gone\n"));
  BOOST_TEST(shows("stashed game_new"));
  stash("b", "game_last");
  BOOST_TEST(shows("stashed game_last"));
  const auto shown = read_file(watch.out());
  BOOST_TEST(!has(shown, "game_kept"), shown);
  BOOST_TEST(shown.find("stashed game_first") == shown.rfind("stashed game_first"), shown);
  BOOST_TEST(has(shown, "node down a\n"), shown);
  const auto said = read_file(watch.err());
  const auto gone_on = fmt::format("going on by way of 127.0.0.1:{}", cluster.port("b"));
  BOOST_TEST(has(said, gone_on), said);
  BOOST_TEST(said.find(gone_on) == said.rfind(gone_on), said);
  cluster.kill("b");
  BOOST_TEST((watch.process->wait() == failed));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::lost_answers_test
