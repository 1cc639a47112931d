#include "test/support/child_process.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ariadne::test::lost_clients_test {

namespace {

constexpr int done = 0;
constexpr int unwritten = 6;
constexpr int superseded = 7;

/// Two nodes that have settled, and takes of the key `game_1` at the first one.
struct takes_at_a : cluster_process {
  takes_at_a() : cluster_process({"a", "b"}) {
    start("a");
    start("b");
    settle();
  }

  std::string address() const {
    return fmt::format("{}:{}", host("a"), port("a"));
  }

  std::unique_ptr<child_process> take_in_background(const std::string& out) {
    return std::make_unique<child_process>(
      std::vector<std::string>{ARIADNE_PROGRAM, "take", "game_1", "--wait", "1h", "--node", address()},
      child_process::streams{.out = directory() / out, .err = directory() / (out + ".err")});
  }

  /// Runs a command of the shell, for which `$TAKE` takes the key.
  run_result run_in_shell(const std::string& command) {
    const auto take = fmt::format("TAKE='{} take game_1 --timeout 20s --node {}'; cd {}; ", ARIADNE_PROGRAM, address(),
                                  directory().string());
    return run_to_end({"/bin/sh", "-c", take + command});
  }

  void stash(const std::string& node, std::string_view value) {
    const auto result = run(node, {"stash", "game_1"}, value);
    BOOST_TEST(result.exit_code == done, result.err);
  }

  std::string pickup(const std::string& node) {
    return run(node, {"pickup", "game_1"}).out;
  }

  bool waits(std::uint64_t reads) {
    const auto status = client("a").status();
    return status && status->replica.waiting_reads == reads;
  }

  bool eventually_waits(std::uint64_t reads) {
    return eventually([&] { return waits(reads); });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(lost_clients)

BOOST_FIXTURE_TEST_CASE(a_killed_client_takes_nothing, takes_at_a) {
  const auto ghost = take_in_background("ghost");
  BOOST_TEST(eventually_waits(1));
  ghost->signal(SIGKILL);
  ghost->wait();
  BOOST_TEST(eventually_waits(0));
  stash("b", "round 7");
  BOOST_TEST(pickup("a") == "round 7");
  BOOST_TEST(pickup("b") == "round 7");
}

BOOST_FIXTURE_TEST_CASE(a_frozen_client_that_is_killed_in_the_end_has_taken_nothing, takes_at_a) {
  const auto ghost = take_in_background("ghost");
  BOOST_TEST(eventually_waits(1));
  ghost->signal(SIGSTOP);
  stash("b", "round 7");
  // It has been answered.
  BOOST_TEST(eventually_waits(0));
  BOOST_TEST(pickup("a") == "round 7");
  ghost->signal(SIGKILL);
  ghost->wait();
  const auto next = run("a", {"take", "game_1"});
  BOOST_TEST(next.exit_code == done, next.err);
  BOOST_TEST(next.out == "round 7");
}

BOOST_FIXTURE_TEST_CASE(of_two_clients_that_wait_to_take_a_key_at_one_node_one_gets_it, takes_at_a) {
  const std::vector<std::string> names{"first", "second"};
  std::vector<std::unique_ptr<child_process>> takers;
  for (const auto& name : names)
    takers.push_back(take_in_background(name));
  BOOST_TEST(eventually_waits(2));
  stash("a", "round 7");
  const auto has_ended = [&](std::size_t which, int code) {
    return !takers[which]->running() && takers[which]->wait() == code;
  };
  std::size_t winner = 0;
  BOOST_REQUIRE(eventually([&] {
    winner = has_ended(0, done) ? 0 : 1;
    const auto other = 1 - winner;
    // One that takes longer than two seconds for what it holds loses its hold; the other gets it, too, and it is told.
    return has_ended(winner, done) && ((takers[other]->running() && waits(1)) || has_ended(other, superseded));
  }));
  BOOST_TEST(read_file(directory() / names[winner]) == "round 7");
  if (takers[1 - winner]->running())
    BOOST_TEST(read_file(directory() / names[1 - winner]) == "");
}

BOOST_DATA_TEST_CASE_F(takes_at_a, what_cannot_be_written_out_stays,
                       boost::unit_test::data::make({"$TAKE > /dev/full", "$TAKE --json > /dev/full",
                                                     "mkfifo unread; exec 3<>unread 4>unread 3<&-; $TAKE >&4"}),
                       command) {
  stash("a", "round 7");
  const auto result = run_in_shell(command);
  BOOST_TEST(result.exit_code == unwritten);
  BOOST_TEST(result.err.find("cannot write to stdout") != std::string::npos, result.err);
  // A pipe without a reader is noticed before anything is asked for.
  const auto is_asked = std::string_view{command}.starts_with("$TAKE");
  BOOST_TEST((result.err.find("the state stays under game_1") != std::string::npos) == is_asked, result.err);
  BOOST_TEST(pickup("a") == "round 7");
  BOOST_TEST(run_in_shell("$TAKE").out == "round 7");
  BOOST_TEST(pickup("a") == "");
}

BOOST_FIXTURE_TEST_CASE(what_has_replaced_the_state_while_it_was_written_out_stays, takes_at_a) {
  // The value is more than a pipe holds. Its first byte says that the take has its answer; the take ends once the rest
  // is read, which is after the next stash.
  stash("a", std::string(1u << 20, 'v'));
  const auto result = run_in_shell(fmt::format("{{ $TAKE; echo $? > code; }} | "
                                               "{{ dd bs=1 count=1 of=first 2>/dev/null; "
                                               "echo newer | {} stash game_1 --node {} >&2; wc -c; }}",
                                               ARIADNE_PROGRAM, address()));
  BOOST_TEST(read_file(directory() / "first") == "v");
  BOOST_TEST(std::stoi(result.out) == (1 << 20) - 1);
  BOOST_TEST(std::stoi(read_file(directory() / "code")) == superseded);
  BOOST_TEST(result.err.find("has been replaced by event") != std::string::npos, result.err);
  BOOST_TEST(pickup("a") == "newer\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::lost_clients_test
