#include "app/load/load_report.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

namespace load_report_test {

using namespace ariadne;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(load_report)

namespace {

ariadne::load_report hundred_requests() {
  ariadne::load_report report{load_operation::get, 16, 3, 256, 2s};
  for (int i = 1; i <= 100; ++i)
    report.tally.times.add(i * 1ms);
  return report;
}

} // namespace

BOOST_DATA_TEST_CASE(a_percentile_is_never_too_small_and_at_most_a_thirty_second_too_great,
                     boost::unit_test::data::make({1ns, 31ns, 32ns, 33ns, 1'000ns, 123'456ns, 1'000'000'007ns}), time) {
  latency_histogram times;
  times.add(time);
  times.add(1h);
  const auto half = times.percentile(0.5);
  BOOST_TEST((half >= time));
  BOOST_TEST((half - time <= time / 32));
  BOOST_TEST((times.percentile(1) == 1h));
}

BOOST_AUTO_TEST_CASE(what_takes_longer_than_an_hour_is_told_as_the_greatest_alone) {
  latency_histogram times;
  times.add(5h);
  times.add(1ms);
  BOOST_TEST((times.greatest() == 5h));
  BOOST_TEST((times.percentile(1) <= 1h + 2min));
  BOOST_TEST(times.count() == 2u);
}

BOOST_AUTO_TEST_CASE(without_requests_all_figures_are_0) {
  const ariadne::load_report report;
  BOOST_TEST((report.tally.times.percentile(0.99) == 0ns));
  BOOST_TEST(report.per_second() == 0);
  BOOST_TEST(to_text(report).find("p99 0.00 ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tallies_of_several_clients_are_one_and_the_first_failure_stays) {
  auto sum = hundred_requests().tally;
  sum.add({{}, 2, "refused"});
  sum.add({{}, 1, "lost"});
  sum.add(hundred_requests().tally);
  BOOST_TEST(sum.times.count() == 200u);
  BOOST_TEST(sum.failed == 3u);
  BOOST_TEST(sum.first_failure == "refused");
}

BOOST_AUTO_TEST_CASE(a_report_fits_on_a_terminal_of_80_columns) {
  auto report = hundred_requests();
  report.tally.times.add(59min);
  report.tally.failed = 1'000'000;
  std::istringstream lines{to_text(report) + progress_line(report, 24h) + '\n'};
  for (std::string line; std::getline(lines, line);)
    BOOST_TEST(line.size() < 80u, line);
}

BOOST_AUTO_TEST_CASE(programs_get_the_same_figures_as_people) {
  const auto json = to_json(hundred_requests());
  BOOST_TEST(json["operation"] == "get");
  BOOST_TEST(json["requests"] == 100);
  BOOST_TEST(json["per_second"] == 50.0);
  BOOST_TEST(json["latency_ms"]["max"] == 100.0);
  BOOST_TEST(json["latency_ms"]["p50"].get<double>() >= 50.0);
  BOOST_TEST(json["latency_ms"]["p50"].get<double>() <= 51.7);
}

BOOST_AUTO_TEST_CASE(the_bar_shows_how_much_of_the_time_is_over) {
  const auto report = hundred_requests();
  BOOST_TEST(progress_line(report, 4s).starts_with("[##########..........] 2 of 4 s, 50/s, "),
             progress_line(report, 4s));
  BOOST_TEST(progress_line(report, 1s).starts_with("[####################] "));
}

BOOST_AUTO_TEST_CASE(the_bar_of_keys_shows_how_many_are_done) {
  BOOST_TEST(keys_line("stashed", 250, 1'000) == "[#####...............] stashed 250 of 1000 keys");
  BOOST_TEST(keys_line("discarded", 0, 0) == "[....................] discarded 0 of 0 keys");
}

BOOST_AUTO_TEST_CASE(what_takes_a_second_or_more_is_told_in_seconds) {
  auto report = hundred_requests();
  report.tally.times.add(1'500ms);
  BOOST_TEST(to_text(report).find("max 1.50 s") != std::string::npos, to_text(report));
  BOOST_TEST(to_text(report).find(" ms, p90 ") != std::string::npos, to_text(report));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace load_report_test
