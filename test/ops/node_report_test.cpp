#include "ops/node_report.hpp"

#include "app/output/output.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace node_report_test {

using namespace ariadne;

namespace {

constexpr std::uint64_t own_replica = 0xa;
constexpr std::uint64_t other_replica = 0xb;

/// Of node a, which has caught up with b, and has lost c.
ariadne::node_report report_of_three() {
  ariadne::node_report result;
  result.status.node = "a";
  result.status.cluster = "knossos";
  auto& replica = result.status.replica;
  replica.replica = own_replica;
  replica.caught_up = true;
  replica.keys = 7;
  replica.links = {{.node = "b", .replica = other_replica, .is_neighbour = true, .caught_up = true}};
  result.members = {
    {.name = "a", .address = "127.0.0.1:4101", .state = member_state::up, .replica = own_replica},
    {.name = "b",
     .address = "[::1]:4102",
     .state = member_state::up,
     .replica = other_replica,
     .round_trip_us = 90,
     .last_contact_ms = 40},
    {.name = "c",
     .address = "127.0.0.1:4103",
     .state = member_state::down,
     .last_contact_ms = 2'000,
     .problem = "connection refused"},
  };
  return result;
}

/// The line of the table that begins so; empty if there is none.
std::string line_of(const ariadne::node_report& report, const std::string& begin) {
  const auto table = '\n' + to_table(report);
  const auto found = table.find('\n' + begin);
  return found == std::string::npos ? "" : table.substr(found + 1, table.find('\n', found + 1) - found - 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_report)

BOOST_AUTO_TEST_CASE(a_replica_is_sixteen_digits_and_an_event_counts_behind_them) {
  BOOST_TEST(replica_text(0xbeef) == "000000000000beef");
  BOOST_TEST(event_text({0xbeef, 12}) == "000000000000beef:12");
}

BOOST_AUTO_TEST_CASE(members_stand_in_columns_with_what_this_node_knows_of_them) {
  const auto report = report_of_three();
  BOOST_TEST(line_of(report, "node") == "node     a of cluster knossos");
  BOOST_TEST(line_of(report, "replica") == "replica  000000000000000a, caught up with all nodes");
  BOOST_TEST(line_of(report, "  a") == "  a  127.0.0.1:4101  up    this node");
  BOOST_TEST(line_of(report, "  b")
             == "  b  [::1]:4102      up    round trip 90 us, heard of 40 ms ago, caught up with, lag 0 events");
  BOOST_TEST(line_of(report, "  c") == "  c  127.0.0.1:4103  down  connection refused, heard of 2000 ms ago");
}

BOOST_AUTO_TEST_CASE(a_member_that_was_never_heard_of_has_only_its_problem) {
  auto report = report_of_three();
  report.members[2].last_contact_ms = 0;
  BOOST_TEST(line_of(report, "  c") == "  c  127.0.0.1:4103  down  connection refused");
  report.members[2].problem.clear();
  BOOST_TEST(line_of(report, "  c") == "  c  127.0.0.1:4103  down");
}

BOOST_AUTO_TEST_CASE(a_member_that_replicates_with_nobody_yet_says_so) {
  auto report = report_of_three();
  report.status.replica.links.clear();
  BOOST_TEST(line_of(report, "  b").ends_with("heard of 40 ms ago, no replication yet"));
  BOOST_TEST(!to_json(report)["members"][1].contains("replication"));
  // Neither replica is known: that makes them none and the same.
  report.members[1].replica = 0;
  report.status.replica.links = {{.node = "d"}};
  BOOST_TEST(line_of(report, "  b").ends_with("no replication yet"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_replication_stands_behind_the_member) {
  auto report = report_of_three();
  auto& link = report.status.replica.links[0];
  link.caught_up = link.is_neighbour = false;
  link.lag_events = 3;
  link.lag_bytes_max = 500;
  link.refused_there = 1;
  link.refusal = "the value is too long";
  const auto line = line_of(report, "  b");
  BOOST_TEST(line.ends_with("catching up, lag 3 events (up to 500 bytes), by way of others, 0 keys of it refused, 1 "
                            "keys refused by it: the value is too long"),
             line);
  const auto replication = to_json(report)["members"][1]["replication"];
  BOOST_TEST(replication["neighbour"] == false);
  BOOST_TEST(replication["caught_up"] == false);
  BOOST_TEST(replication["lag_events"] == 3);
  BOOST_TEST(replication["refused_there"] == 1);
  BOOST_TEST(replication["refusal"] == "the value is too long");
}

BOOST_AUTO_TEST_CASE(a_clock_in_doubt_and_a_node_out_of_service_are_shown) {
  auto report = report_of_three();
  BOOST_TEST(line_of(report, "clock") == "");
  BOOST_TEST(line_of(report, "service") == "");
  BOOST_TEST(to_json(report)["in_service"] == true);
  BOOST_TEST(!to_json(report).contains("out_of_service"));
  report.status.replica.clock_doubt = "it is an hour ahead";
  report.status.replica.out_of_service = "most others refuse its keys";
  report.status.replica.caught_up = false;
  BOOST_TEST(line_of(report, "clock") == "clock    it is an hour ahead");
  BOOST_TEST(line_of(report, "service") == "service  out of service: most others refuse its keys");
  BOOST_TEST(line_of(report, "replica").ends_with("not yet caught up"));
  const auto json = to_json(report);
  BOOST_TEST(json["clock"]["doubt"] == "it is an hour ahead");
  BOOST_TEST(json["in_service"] == false);
  BOOST_TEST(json["out_of_service"] == "most others refuse its keys");
  BOOST_TEST(json["caught_up"] == false);
}

BOOST_AUTO_TEST_CASE(a_node_that_hosts_no_sessions_has_a_report_all_the_same) {
  const auto report = report_of_three();
  BOOST_TEST(line_of(report, "sessions") == "");
  BOOST_TEST(to_json(report)["sessions"].is_null());
}

BOOST_AUTO_TEST_CASE(each_host_is_shown_with_its_kinds_and_whether_it_takes_sessions) {
  auto report = report_of_three();
  auto& hosting = report.hosting.emplace();
  hosting.running = 2;
  hosting.is_paused = true;
  hosting.moved = 5;
  hosting.hosts = {{.node = "a", .kinds = {{"minotaur", 2}}, .running = 2},
                   {.node = "b", .is_cordoned = true, .is_draining = true}};
  const auto table = to_table(report);
  BOOST_TEST(
    table.ends_with("\nsessions 2 run here, the node is paused; 0 started, 5 moved away, 0 stranded, 0 lost, 0 "
                    "failed\n  a  2 run, minotaur up to version 2\n  b  0 run, cordoned, draining\n"),
    table);
  const auto json = to_json(report)["sessions"];
  BOOST_TEST(json["running"] == 2);
  BOOST_TEST(json["paused"] == true);
  BOOST_TEST(json["hosts"][0]["kinds"]["minotaur"] == 2);
  BOOST_TEST(json["hosts"][1]["cordoned"] == true);
  BOOST_TEST(json["hosts"][1]["draining"] == true);
}

BOOST_AUTO_TEST_CASE(names_and_reasons_of_others_are_shown_without_what_a_terminal_would_obey) {
  const std::string wild = "b\n  c\x1b[2J";
  ariadne::node_report report;
  report.status.node = "a";
  report.members = {{.name = wild, .address = wild, .state = member_state::down, .problem = wild}};
  report.hosting.emplace().hosts = {{.node = wild, .kinds = {{wild, 1}}}};
  const auto table = to_table(report);
  BOOST_TEST(table.find('\x1b') == std::string::npos);
  BOOST_TEST(table.find("\n  c") == std::string::npos);
  BOOST_TEST(table.find("b\\n \\x20c\\x1b[2J") != std::string::npos, table);
}

BOOST_AUTO_TEST_CASE(names_that_are_no_utf8_are_told_apart_in_json) {
  auto report = report_of_three();
  report.members[1].name = "b\xff";
  const auto member = nlohmann::json::parse(json_line(to_json(report)))["members"][1];
  BOOST_TEST(member["name"] == "b\xef\xbf\xbd");
  BOOST_TEST(member["name_base64"] == "Yv8=");
}

BOOST_AUTO_TEST_CASE(a_journal_has_a_line_which_says_if_nothing_is_kept) {
  auto report = report_of_three();
  BOOST_TEST(line_of(report, "journal") == "");
  BOOST_TEST(to_json(report)["storage"].is_null());
  report.storage =
    storage_status{.directory = "/journals/a", .mode = storage_mode::sync, .bytes = 5'000, .lag_keys = 3};
  BOOST_TEST(
    line_of(report, "journal").starts_with("journal  /journals/a, mode sync, 5000 bytes; 3 keys not yet kept; synced"));
  report.storage->lag_events = 4;
  report.storage->lag_bytes_max = 700;
  BOOST_TEST(line_of(report, "journal").find("3 keys not yet kept (4 events, up to 700 bytes); synced")
             != std::string::npos);
  BOOST_TEST(line_of(report, "         ") == "");
  report.storage->faults = 1;
  report.storage->problem = report.storage->last_fault = "no space left";
  BOOST_TEST(line_of(report, "         ") == "         nothing is kept now: no space left");
  const auto json = to_json(report)["storage"];
  BOOST_TEST(json["is_failing"] == true);
  BOOST_TEST(json["lag_keys"] == 3);
  BOOST_TEST(json["lag_events"] == 4);
  BOOST_TEST(json["lag_bytes_max"] == 700);
  report.storage->problem.clear();
  BOOST_TEST(line_of(report, "         ") == "         1 faults, the last one 0 s ago: no space left");
}

BOOST_AUTO_TEST_CASE(each_setting_has_a_line_which_says_where_it_comes_from) {
  auto report = report_of_three();
  BOOST_TEST(line_of(report, "settings") == "");
  BOOST_TEST(to_json(report)["settings"].empty());
  report.settings = {{"bind", "0.0.0.0:4100", setting_origin::environment}, {"name", "a", setting_origin::built_in}};
  BOOST_TEST(line_of(report, "settings") == "settings");
  BOOST_TEST(line_of(report, "  bind ") == "  bind        0.0.0.0:4100, from the environment");
  BOOST_TEST(line_of(report, "  name ") == "  name        a, by default");
  BOOST_TEST(to_json(report)["settings"]["bind"]["value"] == "0.0.0.0:4100");
  BOOST_TEST(to_json(report)["settings"]["bind"]["from"] == "environment");
}

BOOST_AUTO_TEST_CASE(a_journal_says_which_cluster_it_belongs_to) {
  auto report = report_of_three();
  BOOST_TEST(line_of(report, "cluster") == "");
  report.storage = storage_status{.directory = "/journals/a"};
  BOOST_TEST(line_of(report, "cluster") == "cluster  id none");
  BOOST_TEST(!to_json(report)["storage"].contains("cluster_id"));
  report.storage->cluster_id = {0x2a, membership::agreement::final};
  BOOST_TEST(line_of(report, "cluster") == "cluster  id 000000000000002a, final");
  BOOST_TEST(to_json(report)["storage"]["cluster_id"]["id"] == "000000000000002a");
  BOOST_TEST(to_json(report)["storage"]["cluster_id"]["agreement"] == "final");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace node_report_test
