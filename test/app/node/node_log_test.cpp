#include "app/node/node_log.hpp"

#include "app/node/caught_streams.hpp"
#include "test/support/pipe_ends.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace node_log_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

/// A log with both its outputs in one pipe.
struct written_log {
  explicit written_log(log_format format = log_format::text, log_level least = log_level::info)
    : log(least, format, "a", "games", pipe.writer(), pipe.writer()) {}

  pipe_ends pipe;
  node_log log;
};

} // namespace

BOOST_AUTO_TEST_SUITE(node_log)

BOOST_FIXTURE_TEST_CASE(an_event_is_one_line_with_level_and_node, written_log) {
  log.sink()(log_level::debug, log_event::node_down, "not said");
  log.sink()(log_level::warning, log_event::node_down, "node b is down");
  const auto line = pipe.read_line();
  const std::string end = "Z warning a: node b is down";
  BOOST_TEST(line.ends_with(end), line);
  BOOST_TEST(line.size() == std::string{"2026-01-02T03:04:05.678"}.size() + end.size(), line);
}

BOOST_FIXTURE_TEST_CASE(an_event_stays_one_line_whatever_others_call_themselves, written_log) {
  log.sink()(log_level::info, log_event::node_down, "node \x1b[2J\r\n\xff");
  BOOST_TEST(pipe.read_line().ends_with(" a: node \\x1b[2J\\r\\n\\xff"));
  log.sink()(log_level::info, log_event::node_down, std::string(100'000, 'x'));
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

BOOST_AUTO_TEST_CASE(a_line_for_programs_is_an_object_with_the_name_of_the_event) {
  written_log with{log_format::json};
  with.log.sink()(log_level::warning, log_event::node_down, "node \"b\"\nis \xff down");
  auto line = nlohmann::json::parse(with.pipe.read_line());
  BOOST_TEST(line["time"].get<std::string>().size() == std::string{"2026-01-02T03:04:05.678Z"}.size());
  line.erase("time");
  BOOST_TEST(line
             == nlohmann::json({{"level", "warning"},
                                {"node", "a"},
                                {"cluster", "games"},
                                {"event", "node_down"},
                                {"message", "node \"b\"\\nis \\xff down"}}));
}

BOOST_AUTO_TEST_CASE(a_line_for_the_journal_has_a_priority_and_no_time) {
  written_log with{log_format::journal, log_level::debug};
  with.log.sink()(log_level::error, log_event::replication_refused, "refused");
  BOOST_TEST(with.pipe.read_line() == "<3>a: refused");
  with.log.sink()(log_level::debug, log_event::session_started, "started");
  BOOST_TEST(with.pipe.read_line() == "<7>a: started");
}

BOOST_AUTO_TEST_CASE(each_event_has_a_name_of_its_own_which_the_documents_explain) {
  std::ifstream file{ARIADNE_CONFIG_DIR "/../docs/operations.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last_log_event); ++i) {
    const auto name = to_text(static_cast<log_event>(i));
    BOOST_TEST(name != "unknown");
    BOOST_TEST(names.insert(name).second, name);
    BOOST_TEST(text.find(fmt::format("| `{}` |", name)) != std::string::npos, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace node_log_test
