#include "session/mandate.hpp"

#include <boost/test/unit_test.hpp>

namespace mandate_test {

using namespace ariadne;

namespace {

session::session_host_options options_of(session::minority_policy minority) {
  session::session_host_options result;
  result.self = {"a", 1};
  result.minority = minority;
  result.configured_nodes = {"a", "b", "c"};
  result.lease = {1'000, 200};
  return result;
}

struct careful {
  session::mandate mandate{options_of(session::minority_policy::pause), 10'000};
};

struct carefree {
  session::mandate mandate{options_of(session::minority_policy::run), 10'000};
};

} // namespace

BOOST_AUTO_TEST_SUITE(mandate)

BOOST_FIXTURE_TEST_CASE(a_host_that_needs_no_majority_runs_sessions_once_it_has_caught_up, carefree) {
  BOOST_TEST(!mandate.may_start());
  BOOST_TEST(mandate.may_grant(10'000));
  BOOST_TEST(mandate.catch_up());
  BOOST_TEST(!mandate.catch_up());
  BOOST_TEST(mandate.may_start());
  mandate.leases().doubt(20'000, 5'000);
  BOOST_TEST(mandate.may_start());
  BOOST_TEST(!mandate.is_time_to_ask(20'000));
  BOOST_TEST(mandate.check_invariants(20'000) == "");
}

BOOST_FIXTURE_TEST_CASE(a_host_that_needs_a_majority_is_paused_until_it_has_one, careful) {
  mandate.catch_up();
  BOOST_TEST(mandate.is_paused());
  BOOST_TEST(!mandate.resume(10'000));
  mandate.leases().answered("b", 10'000);
  BOOST_TEST(mandate.resume(10'001));
  BOOST_TEST(mandate.may_start());
  BOOST_TEST(!mandate.lapse(10'999));
  BOOST_TEST(mandate.lapse(11'000));
  BOOST_TEST(!mandate.may_start());
  BOOST_TEST(mandate.check_invariants(11'000) == "");
}

BOOST_FIXTURE_TEST_CASE(a_host_that_has_just_started_grants_nothing_for_a_lease_and_a_guard, careful) {
  BOOST_TEST(!mandate.may_grant(11'200));
  mandate.catch_up();
  BOOST_TEST(!mandate.may_grant(11'199));
  BOOST_TEST(mandate.may_grant(11'200));
}

BOOST_FIXTURE_TEST_CASE(a_host_that_was_not_run_is_unsure_until_a_majority_has_answered, careful) {
  mandate.catch_up();
  mandate.leases().answered("b", 10'000);
  mandate.resume(10'000);
  mandate.leases().doubt(10'500, 0);
  BOOST_TEST(!mandate.has_become_sure());
  BOOST_TEST(!mandate.may_start());
  mandate.leases().answered("c", 10'600);
  BOOST_TEST(mandate.has_become_sure());
  BOOST_TEST(!mandate.has_become_sure());
  BOOST_TEST(mandate.may_start());
}

BOOST_FIXTURE_TEST_CASE(leases_are_asked_for_five_times_in_the_time_of_one, careful) {
  BOOST_TEST(mandate.is_time_to_ask(10'000));
  BOOST_TEST(!mandate.is_time_to_ask(10'199));
  BOOST_TEST(mandate.is_time_to_ask(10'200));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace mandate_test
