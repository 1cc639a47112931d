#include "ops/metrics.hpp"

#include "test/support/child_process.hpp"
#include "test/support/sample_report.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

namespace metrics_test {

using namespace ariadne;
using test::sample_report;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

/// The names of all families, in a text of Prometheus, or in the table of the documentation.
std::set<std::string> names_after(const std::string& text, const std::string& mark) {
  std::set<std::string> result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(mark))
      result.insert(line.substr(mark.size(), line.find_first_of(" {`", mark.size()) - mark.size()));
  return result;
}

std::string all_metrics() {
  const auto report = sample_report();
  node_tally counted;
  test::count_samples(counted);
  return to_prometheus(&report, counted, facts_of_process());
}

} // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(what_a_node_knows_is_told_with_its_labels) {
  const auto text = all_metrics();
  for (const auto* line : {"ariadne_ready 1",
                           "ariadne_keys 12",
                           "ariadne_map_bytes 3400",
                           "ariadne_writes_total{op=\"put\"} 7",
                           "ariadne_writes_total{op=\"erase\"} 0",
                           "ariadne_members{state=\"up\"} 2",
                           "ariadne_members{state=\"down\"} 1",
                           "ariadne_peer_up{peer=\"b\"} 1",
                           "ariadne_peer_up{peer=\"c\"} 0",
                           "ariadne_peer_round_trip_seconds{peer=\"b\"} 0.00025",
                           "ariadne_replication_lag_events{peer=\"b\"} 5",
                           "ariadne_journal_lag_events 4",
                           "ariadne_journal_lag_bytes 700",
                           "ariadne_journal_sync_duration_seconds_count 1",
                           "ariadne_journal_sync_duration_seconds_sum 0.003",
                           "ariadne_sessions_running{kind=\"minotaur\"} 4",
                           "ariadne_session_starts_total{kind=\"minotaur\"} 6",
                           "ariadne_peer_downs_total{peer=\"c\",reason=\"silence\"} 1",
                           "ariadne_session_messages_total{kind=\"minotaur\",outcome=\"handled\"} 7",
                           "ariadne_connections{role=\"node\",state=\"open\"} 2",
                           "ariadne_log_lines_total{level=\"warning\"} 5",
                           "ariadne_map_limit_bytes 1048576",
                           "ariadne_certificate_expiry_timestamp_seconds 1728000000"})
    BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(a_duration_is_counted_in_each_bucket_that_it_fits_in) {
  const auto text = all_metrics();
  for (const auto* line : {"ariadne_stash_duration_seconds_bucket{concern=\"one\",le=\"0.001\"} 0",
                           "ariadne_stash_duration_seconds_bucket{concern=\"one\",le=\"0.0025\"} 1",
                           "ariadne_stash_duration_seconds_bucket{concern=\"one\",le=\"10\"} 1",
                           "ariadne_stash_duration_seconds_bucket{concern=\"one\",le=\"+Inf\"} 2",
                           "ariadne_stash_duration_seconds_count{concern=\"one\"} 2",
                           "ariadne_stash_duration_seconds_sum{concern=\"one\"} 20.002"})
    BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(what_a_node_does_not_know_is_not_told) {
  const auto text = all_metrics();
  BOOST_TEST(text.find("ariadne_peer_round_trip_seconds{peer=\"c\"}") == std::string::npos);
  const node_tally nothing;
  auto report = sample_report();
  // How long heartbeats took before it went down is not how long they take.
  report.members[2].round_trip_us = 300;
  BOOST_TEST(to_prometheus(&report, nothing, {}).find("ariadne_peer_round_trip_seconds{peer=\"c\"}")
             == std::string::npos);
  report.hosting.reset();
  const auto without_sessions = to_prometheus(&report, nothing, {});
  for (const auto* name :
       {"ariadne_paused", "ariadne_sessions_running", "ariadne_stash_duration_seconds", "ariadne_map_limit_bytes"})
    BOOST_TEST(without_sessions.find(name) == std::string::npos, name);
  const auto silent = to_prometheus(nullptr, nothing, {});
  BOOST_TEST(has_line(silent, "ariadne_ready 0"));
  BOOST_TEST(silent.find("ariadne_keys") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_names_are_those_of_the_documentation) {
  auto documented = names_after(test::read_file(ARIADNE_CONFIG_DIR "/../docs/operations.md"), "| `");
  // Other tables have other things.
  std::erase_if(documented,
                [](const auto& name) { return !name.starts_with("ariadne_") && !name.starts_with("process_"); });
  const auto told = names_after(all_metrics(), "# HELP ");
  BOOST_TEST(told == documented, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_dashboard_and_the_alerts_ask_for_what_there_is) {
  const auto told = names_after(all_metrics(), "# HELP ");
  const std::regex name{"(ariadne|process)_[a-z_]+[a-z]"};
  for (const auto* file : {"/grafana-dashboard.json", "/prometheus-alerts.yml"}) {
    const auto text = test::read_file(std::string{ARIADNE_CONFIG_DIR} + file);
    const std::sregex_iterator begin{text.begin(), text.end(), name};
    BOOST_TEST(std::distance(begin, {}) > 5);
    for (auto at = begin; at != std::sregex_iterator{}; ++at) {
      auto asked = at->str();
      // A histogram is asked for by its parts.
      if (asked.ends_with("_bucket"))
        asked.resize(asked.size() - std::string_view{"_bucket"}.size());
      BOOST_TEST(told.contains(asked), asked << " in " << file);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_process_was_started_before_it_is_asked) {
  const auto facts = facts_of_process();
  const auto now_s = std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()}.count();
  BOOST_TEST(facts.started_s > 0);
  BOOST_TEST(facts.started_s <= now_s + 1);
  BOOST_TEST(facts.virtual_bytes >= facts.resident_bytes);
  BOOST_TEST(facts.resident_bytes > 0u);
}

BOOST_AUTO_TEST_CASE(promtool_finds_nothing_to_complain_of) {
  const std::filesystem::path promtool{"/usr/bin/promtool"};
  if (!std::filesystem::exists(promtool))
    return static_cast<void>(BOOST_TEST_MESSAGE("skipped: there is no promtool"));
  const auto result = test::run_to_end({promtool, "check", "metrics"}, all_metrics());
  BOOST_TEST(result.exit_code == 0, result.out + result.err);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace metrics_test
