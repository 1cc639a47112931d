#include "membership/local_health.hpp"

#include <boost/test/unit_test.hpp>

namespace local_health_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(local_health)

BOOST_AUTO_TEST_CASE(patience_grows_while_this_process_is_late_and_goes_when_it_is_not) {
  ariadne::membership::local_health health{100ms};
  instant now{1h};
  BOOST_TEST((health.tick(now) == 0ms));
  BOOST_TEST((health.tick(now += 120ms) == 0ms));
  BOOST_TEST(health.patience() == 1u);
  BOOST_TEST((health.tick(now += 5s) == 4900ms));
  BOOST_TEST(health.patience() == 2u);
  for (int i = 0; i < 10; ++i)
    health.tick(now += 300ms);
  BOOST_TEST(health.patience() == 4u);
  for (int i = 0; i < 3; ++i)
    health.tick(now += 100ms);
  BOOST_TEST(health.patience() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace local_health_test
