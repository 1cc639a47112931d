#include "ops/readiness.hpp"

#include "test/support/sample_report.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace readiness_test {

using namespace ariadne;
using test::sample_report;

namespace {

/// The only check that fails; empty if none does, or several do.
std::string failing(const node_report& report) {
  std::string result;
  std::size_t count = 0;
  for (const auto& c : readiness_of(report)) {
    BOOST_TEST((c.has_passed || !c.reason.empty()));
    count += c.has_passed ? 0 : 1;
    if (!c.has_passed)
      result = c.name + ": " + c.reason;
  }
  return count == 1 ? result : std::string{};
}

} // namespace

BOOST_AUTO_TEST_SUITE(readiness)

BOOST_AUTO_TEST_CASE(a_node_that_has_met_all_who_are_not_down_is_ready) {
  BOOST_TEST(is_ready(readiness_of(sample_report())));
}

BOOST_AUTO_TEST_CASE(a_node_is_not_ready_before_it_has_caught_up_with_one_that_is_up) {
  auto report = sample_report();
  report.status.replica.links.front().caught_up = false;
  BOOST_TEST(failing(report) == "met: not caught up with b yet");
  report.status.replica.links.clear();
  BOOST_TEST(failing(report) == "met: not caught up with b yet");
}

BOOST_AUTO_TEST_CASE(a_link_to_a_former_start_of_a_node_does_not_count) {
  auto report = sample_report();
  report.members[1].replica = 22;
  BOOST_TEST(failing(report) == "met: not caught up with b yet");
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_node_whose_connection_was_lost_just_now) {
  auto report = sample_report();
  report.members[1].replica = 0;
  report.status.replica.links.clear();
  BOOST_TEST(is_ready(readiness_of(report)));
}

BOOST_AUTO_TEST_CASE(a_node_is_not_ready_before_it_has_tried_all) {
  auto report = sample_report();
  report.members[2].problem.clear();
  report.members[2].last_contact_ms = 0;
  BOOST_TEST(failing(report) == "met: c has not been tried yet");
  report.members[2].problem = "Connection refused";
  BOOST_TEST(is_ready(readiness_of(report)));
}

BOOST_AUTO_TEST_CASE(a_node_that_has_left_is_not_waited_for) {
  auto report = sample_report();
  report.members[1].state = member_state::left;
  report.status.replica.links.clear();
  BOOST_TEST(is_ready(readiness_of(report)));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_out_of_service_drains_or_is_paused_is_not_ready) {
  auto report = sample_report();
  report.status.replica.out_of_service = "its clock is wrong";
  BOOST_TEST(failing(report) == "in_service: its clock is wrong");
  report = sample_report();
  report.hosting->hosts.front().is_draining = true;
  BOOST_TEST(failing(report) == "draining: the node hands over what it holds");
  report = sample_report();
  report.hosting->is_paused = true;
  BOOST_TEST(failing(report) == "paused: the node sees no majority, and runs no sessions");
}

BOOST_AUTO_TEST_CASE(a_node_that_hosts_no_sessions_may_be_ready) {
  auto report = sample_report();
  report.hosting.reset();
  BOOST_TEST(is_ready(readiness_of(report)));
}

BOOST_AUTO_TEST_CASE(a_journal_in_trouble_is_a_warning_unless_what_is_stashed_has_to_be_synced) {
  auto report = sample_report();
  BOOST_TEST(to_text(readiness_of(report).back()) == "journal: ok");
  report.storage->problem = "No space left on device";
  BOOST_TEST(is_ready(readiness_of(report)));
  BOOST_TEST(to_text(readiness_of(report).back()) == "journal: warning, No space left on device");
  report.storage->mode = storage_mode::sync;
  BOOST_TEST(failing(report) == "journal: No space left on device");
  BOOST_TEST(to_text(readiness_of(report).back()) == "journal: no, No space left on device");
}

BOOST_AUTO_TEST_CASE(a_node_without_a_journal_has_no_check_of_it) {
  auto report = sample_report();
  report.storage.reset();
  BOOST_TEST(readiness_of(report).back().name == "paused");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace readiness_test
