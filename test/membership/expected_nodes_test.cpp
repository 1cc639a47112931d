#include "membership/expected_nodes.hpp"

#include <boost/test/unit_test.hpp>

namespace expected_nodes_test {

using namespace ariadne::membership;
using namespace std::chrono_literals;

namespace {

/// The name of the suite is that of the class.
using nodes_of_cluster = ariadne::membership::expected_nodes;

const instant start{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(expected_nodes)

BOOST_AUTO_TEST_CASE(a_node_that_expects_only_itself_waits_for_nobody) {
  nodes_of_cluster alone{1, 5s};
  BOOST_TEST(alone.is_over());
  BOOST_TEST(!alone.look(start).has_value());
}

BOOST_AUTO_TEST_CASE(it_is_over_once_all_have_been_met_each_counted_once) {
  nodes_of_cluster three{3, 5s};
  three.begin(start);
  three.met("b");
  three.met("b");
  BOOST_TEST(!three.look(start).has_value());
  three.met("c");
  const auto met = three.look(start);
  BOOST_TEST_REQUIRE(met.has_value());
  BOOST_TEST(met->are_all);
  BOOST_TEST(met->count == 3u);
  BOOST_TEST(three.is_over());
  BOOST_TEST(!three.look(start).has_value());
}

BOOST_AUTO_TEST_CASE(the_time_for_it_runs_from_when_it_begins) {
  nodes_of_cluster three{3, 5s};
  BOOST_TEST(!three.look(start + 1h).has_value());
  three.begin(start);
  three.met("b");
  BOOST_TEST(!three.look(start + 4'999ms).has_value());
  const auto met = three.look(start + 5s);
  BOOST_TEST_REQUIRE(met.has_value());
  BOOST_TEST(!met->are_all);
  BOOST_TEST(met->count == 2u);
  BOOST_TEST((met->time == 5s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace expected_nodes_test
