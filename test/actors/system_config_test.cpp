#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace system_config_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(system_config)

BOOST_AUTO_TEST_CASE(no_two_systems_bear_the_same_node_id) {
  // More than CAF itself tells apart in one process.
  constexpr std::size_t systems = 300;
  std::set<caf::node_id> ids;
  for (std::size_t i = 0; i < systems; ++i)
    ids.insert(test::test_system{}.system.node());
  BOOST_TEST(ids.size() == systems);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace system_config_test
