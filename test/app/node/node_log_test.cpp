#include "app/node/node_log.hpp"

#include "app/node/caught_streams.hpp"
#include "test/support/pipe_ends.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// A log with both its outputs in one pipe.
struct written_log {
  pipe_ends pipe;
  node_log log{log_level::info, "a", pipe.writer(), pipe.writer()};
};

} // namespace

BOOST_AUTO_TEST_SUITE(node_log)

BOOST_FIXTURE_TEST_CASE(an_event_is_one_line_with_level_and_node, written_log) {
  log.sink()(log_level::debug, "not said");
  log.sink()(log_level::warning, "node b is down");
  const auto line = pipe.read_line();
  const std::string end = "Z warning a: node b is down";
  BOOST_TEST(line.ends_with(end), line);
  BOOST_TEST(line.size() == std::string{"2026-01-02T03:04:05.678"}.size() + end.size(), line);
}

BOOST_FIXTURE_TEST_CASE(an_event_stays_one_line_whatever_others_call_themselves, written_log) {
  log.sink()(log_level::info, "node \x1b[2J\r\n\xff");
  BOOST_TEST(pipe.read_line().ends_with(" a: node \\x1b[2J\\r\\n\\xff"));
  log.sink()(log_level::info, std::string(100'000, 'x'));
  BOOST_TEST(pipe.read_line().size() < 2'200u);
}

BOOST_FIXTURE_TEST_CASE(announcements_and_complaints_stand_for_themselves, written_log) {
  log.announce("ariadne: node a of cluster c caught up");
  BOOST_TEST(pipe.read_line() == "ariadne: node a of cluster c caught up");
  log.complain("port 1 is in use");
  BOOST_TEST(pipe.read_line() == "ariadne: port 1 is in use");
}

BOOST_AUTO_TEST_CASE(what_libraries_print_comes_line_by_line) {
  std::vector<std::string> lines;
  {
    const caught_streams caught{[&](std::string_view line) { lines.emplace_back(line); }};
    std::cout << "*** unexpected " << 7 << std::endl << "second\nbegun";
    std::cerr << "error" << '\n';
    std::cout << ", ended\n";
  }
  BOOST_TEST(lines == (std::vector<std::string>{"*** unexpected 7", "second", "error", "begun, ended"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
