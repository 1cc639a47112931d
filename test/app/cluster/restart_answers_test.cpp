#include "app/cluster/restart_answers.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

namespace restart_answers_test {

BOOST_AUTO_TEST_SUITE(restart_answers)

using namespace ariadne;

namespace {

/// The connection between whoever has asked for a restart and what answers, which says what a test lets it say.
struct asked_runner {
  explicit asked_runner(const std::array<int, 2>& ends = connected()) : asker(ends[0]), runner(ends[1]) {}

  static std::array<int, 2> connected() {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    return ends;
  }

  void say(std::string_view text) const {
    BOOST_REQUIRE(::send(runner.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }

  tl::expected<exit_code, std::string> follow() {
    return follow_restart(
      asker, [this](std::string_view line) { shown.emplace_back(line); }, limits);
  }

  std::string why() {
    const auto result = follow();
    return result ? std::string{} : result.error();
  }

  file_descriptor asker;
  file_descriptor runner;
  std::vector<std::string> shown;
  restart_answer_limits limits{std::chrono::seconds{0}, std::chrono::seconds{0}, 100, 1'000};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(all_lines_but_the_verdict_are_shown, asked_runner) {
  say("stopping a\nstarting a\ndrain incomplete\nmore\n");
  BOOST_TEST((follow() == exit_code::drain_incomplete));
  BOOST_TEST(shown == (std::vector<std::string>{"stopping a", "starting a"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(one_that_ends_without_a_verdict_is_told_from_one_that_is_silent, asked_runner) {
  BOOST_TEST(why() == "the process that runs the nodes has not answered within 0s; the restart begins when it goes on");
  say("stopping a\ndo");
  BOOST_TEST(why()
             == "the process that runs the nodes has said nothing more for 0s; \"ariadne status\" shows which nodes "
                "are up");
  runner.reset();
  BOOST_TEST(why() == "the process that runs the nodes has ended before they were restarted");
}

BOOST_FIXTURE_TEST_CASE(a_line_without_an_end_is_given_up, asked_runner) {
  say(std::string(101, 'x'));
  BOOST_TEST(why()
             == "what answers for the process that runs the nodes is none: it has sent a line of more than 100 bytes");
  BOOST_TEST(shown.empty());
}

BOOST_FIXTURE_TEST_CASE(a_flood_of_lines_is_given_up, asked_runner) {
  std::string lines;
  while (lines.size() < 1'200)
    lines += "x\n";
  say(lines);
  BOOST_TEST(why() == "what answers for the process that runs the nodes is none: it has sent more than 1000 bytes");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace restart_answers_test
