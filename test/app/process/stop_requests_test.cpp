#include "app/process/stop_requests.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace stop_requests_test {

using namespace ariadne;
using answer = stop_requests::answer;

namespace {

constexpr arrived_signal typed{SIGINT, true, 0};

bool is(answer left, answer right) {
  return left == right;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stop_requests)

BOOST_AUTO_TEST_CASE(the_first_request_begins_the_stop) {
  for (const auto number : {SIGTERM, SIGINT}) {
    ariadne::stop_requests requests{false};
    BOOST_TEST(is(requests.arrived({number, false, 1}), answer::stop));
  }
}

BOOST_AUTO_TEST_CASE(further_requests_of_whatever_process_are_no_impatience) {
  ariadne::stop_requests requests{true};
  BOOST_TEST(is(requests.arrived({SIGTERM, false, 1}), answer::stop));
  for (const auto sender : {1, 1, 20, 0})
    for (const auto number : {SIGTERM, SIGINT, SIGHUP})
      BOOST_TEST(is(requests.arrived({number, false, sender}), answer::go_on));
}

BOOST_AUTO_TEST_CASE(a_second_ctrl_c_at_the_terminal_breaks_off) {
  ariadne::stop_requests requests{true};
  BOOST_TEST(is(requests.arrived(typed), answer::stop));
  BOOST_TEST(is(requests.arrived({SIGTERM, false, 1}), answer::go_on));
  BOOST_TEST(is(requests.arrived(typed), answer::break_off));
}

BOOST_AUTO_TEST_CASE(one_ctrl_c_while_a_service_manager_stops_the_process_is_no_impatience) {
  ariadne::stop_requests requests{true};
  BOOST_TEST(is(requests.arrived({SIGTERM, false, 1}), answer::stop));
  BOOST_TEST(is(requests.arrived(typed), answer::go_on));
  BOOST_TEST(is(requests.arrived(typed), answer::break_off));
}

BOOST_AUTO_TEST_CASE(a_hang_up_stops_a_process_that_has_a_terminal) {
  ariadne::stop_requests requests{true};
  BOOST_TEST(is(requests.arrived({SIGHUP, true, 0}), answer::stop));
  BOOST_TEST(is(requests.arrived({SIGHUP, false, 7}), answer::go_on));
}

BOOST_AUTO_TEST_CASE(a_hang_up_is_ignored_without_a_terminal) {
  ariadne::stop_requests requests{false};
  BOOST_TEST(is(requests.arrived({SIGHUP, false, 7}), answer::ignore));
  BOOST_TEST(is(requests.arrived({SIGTERM, false, 7}), answer::stop));
  BOOST_TEST(is(requests.arrived({SIGHUP, false, 7}), answer::ignore));
}

BOOST_AUTO_TEST_CASE(sigquit_always_breaks_off) {
  ariadne::stop_requests requests{false};
  BOOST_TEST(is(requests.arrived({SIGQUIT, false, 7}), answer::break_off));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace stop_requests_test
