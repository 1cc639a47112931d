#include "app/cluster/cluster_keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace cluster_keeper_test {

using namespace ariadne;
using namespace std::chrono_literals;
using what = keeper_command::what;

namespace {

const node_end done{exit_code::done, "has ended with exit code 0"};
const node_end incomplete{exit_code::drain_incomplete, "has ended with exit code 3"};
const node_end crash{exit_code::failed, "was killed by signal 9 (Killed)"};
const node_end misuse{exit_code::usage, "has ended with exit code 2", "ariadne: c.toml:3: unknown key\n"};

const std::vector<node_place> three{{"a", "h:1"}, {"b", "h:2"}, {"c", "h:3"}};

/// Nodes that start and stop as they are told, and a clock that moves on by a second with each look at it.
struct kept_cluster {
  explicit kept_cluster(const std::vector<node_place>& nodes = three) : keeper("test", nodes) {
    keeper.begin(now);
    check_started({"a", "b", "c"});
    for (const auto& place : nodes)
      come_up(place.name);
  }

  ariadne::cluster_keeper::time_point later(std::chrono::milliseconds time = 1s) {
    return now += time;
  }

  void come_up(const std::string& node) {
    keeper.came_up();
    keeper.caught_up(node, later());
  }

  void end(const std::string& node, const node_end& how) {
    keeper.ended(node, how, later());
  }

  std::optional<std::string> restart(const std::vector<node_place>& nodes = three) {
    return keeper.restart("test", nodes, later());
  }

  /// What there was of this kind among the commands since the last call of this or the following.
  std::vector<std::string> nodes_told(what action) {
    std::vector<std::string> result;
    for (const auto& command : keeper.take_commands()) {
      if (command.action == action)
        result.push_back(command.node);
      if (command.action == what::tell)
        told += command.text + '\n';
      if (command.action == what::end_restart)
        verdict = command.code;
    }
    return result;
  }

  void check_started(const std::vector<std::string>& expected) {
    BOOST_TEST(nodes_told(what::start) == expected, boost::test_tools::per_element());
  }
  void check_stopped(const std::vector<std::string>& expected) {
    BOOST_TEST(nodes_told(what::stop) == expected, boost::test_tools::per_element());
  }

  /// The next one of a rolling restart.
  void go_through_restart(const std::string& node) {
    check_stopped({node});
    end(node, done);
    check_started({node});
    come_up(node);
  }

  ariadne::cluster_keeper keeper;
  ariadne::cluster_keeper::time_point now{};
  std::string told;
  std::optional<exit_code> verdict;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_keeper)

BOOST_FIXTURE_TEST_CASE(a_node_that_crashes_is_started_again_after_a_pause, kept_cluster) {
  end("b", crash);
  check_started({});
  BOOST_TEST((keeper.next_tick() == now + 250ms));
  keeper.tick(now + 249ms);
  check_started({});
  keeper.tick(now + 250ms);
  check_started({"b"});
  BOOST_TEST(!keeper.next_tick().has_value());
}

BOOST_FIXTURE_TEST_CASE(the_pause_grows_with_each_crash_and_ten_in_a_row_are_enough, kept_cluster) {
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 9; ++i) {
    end("b", crash);
    BOOST_REQUIRE(keeper.next_tick().has_value());
    pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*keeper.next_tick() - now));
    keeper.tick(now = *keeper.next_tick());
    check_started({"b"});
  }
  const std::vector<std::chrono::milliseconds> expected{250ms, 500ms, 1s, 2s, 4s, 8s, 16s, 30s, 30s};
  BOOST_TEST((pauses == expected));
  end("b", crash);
  BOOST_TEST(!keeper.next_tick().has_value());
  BOOST_TEST(!keeper.is_over());
}

BOOST_FIXTURE_TEST_CASE(a_crash_after_a_long_life_begins_a_new_row, kept_cluster) {
  for (int i = 0; i < 30; ++i) {
    later(1min);
    end("b", crash);
    BOOST_REQUIRE((keeper.next_tick() == now + 250ms));
    keeper.tick(later(250ms));
    check_started({"b"});
  }
}

BOOST_AUTO_TEST_CASE(a_cluster_of_which_no_node_ever_comes_up_is_given_up_sooner) {
  ariadne::cluster_keeper keeper{"test", {{"a", "h:1"}}};
  ariadne::cluster_keeper::time_point now{};
  keeper.begin(now);
  int ends = 0;
  for (; !keeper.is_over(); ++ends) {
    keeper.ended("a", crash, now);
    if (keeper.next_tick())
      keeper.tick(now = *keeper.next_tick());
  }
  BOOST_TEST(ends == 6);
  BOOST_TEST((keeper.result() == exit_code::failed));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_cannot_be_started_with_its_file_is_not_started_again, kept_cluster) {
  end("b", misuse);
  BOOST_TEST(!keeper.next_tick().has_value());
  BOOST_TEST(!keeper.is_over());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_somebody_else_has_stopped_stays_away_until_a_rolling_restart, kept_cluster) {
  end("b", done);
  BOOST_TEST(!keeper.next_tick().has_value());
  BOOST_TEST(!restart().has_value());
  check_started({"b"});
}

BOOST_FIXTURE_TEST_CASE(the_cluster_stops_one_node_after_the_other, kept_cluster) {
  keeper.stop();
  for (const auto* node : {"a", "b", "c"}) {
    check_stopped({node});
    end(node, done);
  }
  BOOST_TEST(keeper.is_over());
  BOOST_TEST((keeper.result() == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_is_told_to_stop_is_told_so_once, kept_cluster) {
  keeper.stop();
  check_stopped({"a"});
  keeper.stop();
  // A service manager has told all of them at the same time.
  end("c", done);
  check_stopped({});
  end("a", done);
  check_stopped({"b"});
  end("b", incomplete);
  BOOST_TEST(keeper.is_over());
  BOOST_TEST((keeper.result() == exit_code::drain_incomplete));
}

BOOST_FIXTURE_TEST_CASE(a_crash_that_has_been_mended_is_no_failure_of_the_stop, kept_cluster) {
  end("b", crash);
  keeper.tick(later());
  keeper.stop();
  for (const auto* node : {"a", "b", "c"})
    end(node, done);
  BOOST_TEST((keeper.result() == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_has_crashed_is_not_started_again_while_the_cluster_stops, kept_cluster) {
  end("b", crash);
  keeper.stop();
  keeper.tick(later(1min));
  check_started({});
  end("a", done);
  end("c", crash);
  BOOST_TEST(keeper.is_over());
  BOOST_TEST((keeper.result() == exit_code::failed));
}

BOOST_FIXTURE_TEST_CASE(a_kill_is_for_all_that_still_run, kept_cluster) {
  keeper.stop();
  end("a", done);
  nodes_told(what::stop);
  keeper.kill();
  const std::vector<std::string> left{"b", "c"};
  BOOST_TEST(nodes_told(what::kill) == left, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_rolling_restart_goes_through_all_nodes, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  for (const auto* node : {"a", "b", "c"})
    go_through_restart(node);
  nodes_told(what::stop);
  BOOST_TEST((verdict == exit_code::done));
  BOOST_TEST(has(told, "node c is back, and has caught up"), told);
}

BOOST_FIXTURE_TEST_CASE(a_drain_that_is_incomplete_is_the_verdict_of_the_restart, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  end("a", incomplete);
  come_up("a");
  for (const auto* node : {"b", "c"}) {
    end(node, done);
    come_up(node);
  }
  nodes_told(what::stop);
  BOOST_TEST((verdict == exit_code::drain_incomplete));
}

BOOST_FIXTURE_TEST_CASE(a_restart_that_failed_at_one_node_can_be_repeated_and_begins_with_it, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  go_through_restart("a");
  check_stopped({"b"});
  end("b", done);
  check_started({"b"});
  end("b", {exit_code::failed, "has ended with exit code 1", "ariadne: cannot open h:2\n"});
  check_started({});
  BOOST_TEST((verdict == exit_code::failed));
  BOOST_TEST(has(told, "node b has ended with exit code 1; its last lines:\n  b | ariadne: cannot open h:2"), told);

  verdict.reset();
  BOOST_TEST(!restart().has_value());
  check_started({"b"});
  come_up("b");
  go_through_restart("a");
  go_through_restart("c");
  nodes_told(what::stop);
  BOOST_TEST((verdict == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_failed_to_start_is_tried_again_without_being_asked, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  end("a", done);
  end("a", crash);
  nodes_told(what::start);
  BOOST_REQUIRE(keeper.next_tick().has_value());
  keeper.tick(*keeper.next_tick());
  check_started({"a"});
}

BOOST_FIXTURE_TEST_CASE(a_crash_of_another_node_breaks_off_and_the_one_that_stops_comes_back, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  check_stopped({"a"});
  end("c", crash);
  check_started({});
  BOOST_TEST((verdict == exit_code::failed));
  end("a", done);
  check_started({"a"});
}

BOOST_FIXTURE_TEST_CASE(a_node_that_does_not_catch_up_in_time_ends_the_restart_and_is_the_first_of_the_next,
                        kept_cluster) {
  BOOST_TEST(!restart().has_value());
  go_through_restart("a");
  check_stopped({"b"});
  end("b", done);
  check_started({"b"});
  keeper.tick(later(1min));
  check_stopped({});
  BOOST_TEST((verdict == exit_code::failed));
  BOOST_TEST(has(told, "node b has not caught up"), told);
  BOOST_TEST(!restart().has_value());
  check_stopped({"b"});
}

BOOST_FIXTURE_TEST_CASE(nodes_that_do_not_run_are_started_at_once_since_none_catches_up_without_the_others,
                        kept_cluster) {
  end("a", misuse);
  end("b", misuse);
  BOOST_TEST(!restart().has_value());
  check_started({"a", "b"});
  come_up("b");
  check_stopped({});
  come_up("a");
  go_through_restart("c");
  check_started({});
  BOOST_TEST((verdict == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(a_new_node_is_started_as_soon_as_another_one_has_left_its_address, kept_cluster) {
  BOOST_TEST(!restart({{"a", "h:4"}, {"b", "h:2"}, {"c", "h:3"}, {"d", "h:1"}}).has_value());
  check_stopped({"a"});
  end("a", done);
  check_started({"a", "d"});
  come_up("a");
  come_up("d");
  go_through_restart("b");
  go_through_restart("c");
  check_started({});
  BOOST_TEST((verdict == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_ends_by_the_file_as_it_was_does_not_break_off, kept_cluster) {
  for (const std::string node : {"a", "b"}) {
    end(node, crash);
    keeper.tick(now = *keeper.next_tick());
    check_started({node});
  }
  BOOST_TEST(!restart().has_value());
  check_stopped({"a"});
  end("b", crash);
  check_started({"b"});
  end("a", crash);
  check_started({"a"});
  come_up("b");
  come_up("a");
  BOOST_TEST(!verdict.has_value());
  go_through_restart("c");
  check_started({});
  BOOST_TEST((verdict == exit_code::done));
}

BOOST_FIXTURE_TEST_CASE(nodes_are_added_and_removed_by_the_file, kept_cluster) {
  BOOST_TEST(!restart({{"a", "h:1"}, {"d", "h:2"}, {"c", "h:3"}}).has_value());
  check_stopped({"b"});
  end("b", done);
  check_started({"d"});
  come_up("d");
  go_through_restart("a");
  go_through_restart("c");
  nodes_told(what::stop);
  BOOST_TEST((verdict == exit_code::done));
  keeper.stop();
  for (const auto* node : {"a", "d", "c"}) {
    check_stopped({node});
    end(node, done);
  }
  BOOST_TEST(keeper.is_over());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_stopped_for_a_file_that_cannot_be_followed, kept_cluster) {
  BOOST_TEST(keeper.restart("other", three, later()).has_value());
  BOOST_TEST(restart({{"a", "h:2"}, {"b", "h:1"}, {"c", "h:3"}}).has_value());
  check_stopped({});
}

BOOST_FIXTURE_TEST_CASE(two_restarts_do_not_go_on_at_once, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  BOOST_TEST(restart().has_value());
  check_stopped({"a"});
}

BOOST_FIXTURE_TEST_CASE(a_stop_breaks_off_a_restart, kept_cluster) {
  BOOST_TEST(!restart().has_value());
  check_stopped({"a"});
  keeper.stop();
  check_stopped({});
  BOOST_TEST((verdict == exit_code::failed));
  BOOST_TEST(restart().has_value());
  end("a", done);
  check_stopped({"b"});
  end("b", done);
  end("c", done);
  BOOST_TEST(keeper.is_over());
  BOOST_TEST((keeper.result() == exit_code::done));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_keeper_test
