#include "app/client/top_picture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace top_picture_test {

using namespace ariadne;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(top_picture)

namespace {

node_report report_of(std::uint64_t replica, std::uint64_t puts) {
  node_report report;
  report.status.node = "a";
  report.status.cluster = "games";
  report.status.replica.replica = replica;
  report.status.replica.caught_up = true;
  report.status.replica.keys = 12'345;
  report.status.replica.counters.puts = puts;
  report.status.replica.links = {replication_status{.node = "b", .replica = 2, .lag_events = 17}};
  report.members = {member_status{"a", "127.0.0.1:4101", member_state::up, replica, 0, 0, {}},
                    member_status{"b", "127.0.0.1:4102", member_state::up, 2, 1'234, 100, {}},
                    member_status{"c", "127.0.0.1:4103", member_state::down, 3, 0, 12'300, "connection refused"}};
  report.hosting = session_host_status{};
  report.hosting->running = 7;
  report.hosting->hosts = {hosting_node{"a", {}, false, false, 7}, hosting_node{"b", {}, true, true, 5}};
  return report;
}

bool shows(const std::vector<std::string>& lines, const std::string& text) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// Of the line that begins with the name of a node.
std::string line_of(const std::vector<std::string>& lines, const std::string& node) {
  const auto found =
    std::find_if(lines.begin(), lines.end(), [&](const std::string& line) { return line.starts_with(node + "  "); });
  return found == lines.end() ? std::string{} : *found;
}

} // namespace

BOOST_AUTO_TEST_CASE(rates_are_those_since_the_report_before) {
  ariadne::top_picture picture;
  BOOST_TEST(shows(picture.take(report_of(1, 1'000), 0s), " - puts, "));
  BOOST_TEST(shows(picture.take(report_of(1, 4'000), 2s), " 1.5k puts, "));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_started_anew_has_no_rates_yet) {
  ariadne::top_picture picture;
  picture.take(report_of(1, 1'000), 0s);
  BOOST_TEST(shows(picture.take(report_of(9, 10), 1s), " - puts, "));
}

BOOST_AUTO_TEST_CASE(another_node_has_no_rates_yet) {
  ariadne::top_picture picture;
  picture.take(report_of(1, 1'000), 0s);
  picture.begin_anew();
  BOOST_TEST(shows(picture.take(report_of(1, 2'000), 1s), " - puts, "));
}

BOOST_AUTO_TEST_CASE(each_node_has_a_line_and_one_that_is_down_says_why) {
  ariadne::top_picture picture;
  const auto lines = picture.take(report_of(1, 0), 0s);
  BOOST_TEST(line_of(lines, "a").find(" 7 ") != std::string::npos, line_of(lines, "a"));
  BOOST_TEST(line_of(lines, "b").find("draining") != std::string::npos, line_of(lines, "b"));
  BOOST_TEST(line_of(lines, "b").find(" 17 ") != std::string::npos, line_of(lines, "b"));
  BOOST_TEST(line_of(lines, "b").find(" 1.23 ") != std::string::npos, line_of(lines, "b"));
  BOOST_TEST(line_of(lines, "c").find("down") != std::string::npos, line_of(lines, "c"));
  BOOST_TEST(line_of(lines, "c").ends_with(" 12.3"), line_of(lines, "c"));
  BOOST_TEST(shows(lines, "connection refused"));
}

BOOST_AUTO_TEST_CASE(it_fits_on_a_terminal_of_80_columns) {
  ariadne::top_picture picture;
  picture.take(report_of(1, 0), 0s);
  auto report = report_of(1, 987'654'321'987);
  auto& counters = report.status.replica.counters;
  counters.erases = counters.frames_sent = counters.bytes_sent = counters.frames_received = counters.bytes_received =
    987'654'321'987;
  for (const auto& line : picture.take(std::move(report), 1s))
    BOOST_TEST(line.size() < 80u, line);
}

BOOST_AUTO_TEST_CASE(a_node_that_was_heard_of_just_now_was_heard_of_0_seconds_ago) {
  ariadne::top_picture picture;
  auto report = report_of(1, 0);
  report.members[1].last_contact_ms = 0;
  const auto line = line_of(picture.take(std::move(report), 0s), "b");
  BOOST_TEST(line.ends_with(" 0.0"), line);
}

BOOST_AUTO_TEST_CASE(a_narrow_terminal_has_fewer_columns_of_the_table_and_all_of_the_rest) {
  ariadne::top_picture picture;
  const auto lines = picture.take(report_of(1, 0), 0s, 40);
  for (const auto& line : lines)
    BOOST_TEST(line.size() <= 40u, line);
  BOOST_TEST(shows(lines, "node  state     sessions     lag"));
  BOOST_TEST(line_of(lines, "b").ends_with("draining         5      17"), line_of(lines, "b"));
  BOOST_TEST(shows(lines, " reads wait"));
  BOOST_TEST(shows(lines, "- failed"));
}

BOOST_AUTO_TEST_CASE(a_long_address_leaves_room_for_the_other_columns) {
  ariadne::top_picture picture;
  auto report = report_of(1, 0);
  report.members[1].address = "ariadne-1.ariadne.games.svc.cluster.local:4100";
  const auto lines = picture.take(report, 0s, 80);
  for (const auto& line : lines)
    BOOST_TEST(line.size() <= 80u, line);
  BOOST_TEST(line_of(lines, "b").find("  ariadne-1.ariadne.") != std::string::npos, line_of(lines, "b"));
  BOOST_TEST(line_of(lines, "b").find("...  ") != std::string::npos, line_of(lines, "b"));
  BOOST_TEST(line_of(lines, "b").ends_with(" 0.1"), line_of(lines, "b"));
  // In a pipe, nothing is cut.
  BOOST_TEST(shows(picture.take(report, 0s), "svc.cluster.local:4100  "));
}

BOOST_AUTO_TEST_CASE(what_a_member_chose_moves_no_cursor) {
  ariadne::top_picture picture;
  auto report = report_of(1, 0);
  report.members[2].problem = "\x1b[2J\n";
  for (const auto& line : picture.take(std::move(report), 0s))
    BOOST_TEST(line.find_first_of("\x1b\n") == std::string::npos, line);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace top_picture_test
