#include "app/cluster/restart_order.hpp"

#include <boost/test/unit_test.hpp>

namespace restart_order_test {

using namespace ariadne;

namespace {

std::vector<std::string> order_of(std::vector<replaced_node> nodes) {
  const auto order = restart_order(std::move(nodes));
  BOOST_REQUIRE_MESSAGE(order.has_value(), order.error());
  return *order;
}

void check_order(const std::vector<std::string>& order, const std::vector<std::string>& expected) {
  BOOST_TEST(order == expected, boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_SUITE(restart_order)

BOOST_AUTO_TEST_CASE(nodes_that_run_well_keep_the_order_of_the_file) {
  check_order(order_of({{"a", "h:1", "h:1", true}, {"b", "h:2", "h:2", true}, {"c", "h:3", "h:3", true}}),
              {"a", "b", "c"});
}

BOOST_AUTO_TEST_CASE(what_does_not_run_comes_before_what_runs) {
  check_order(order_of({{"a", "h:1", "h:1", true}, {"b", "", "h:2", false}, {"c", "h:3", "h:3", false}}),
              {"b", "c", "a"});
}

BOOST_AUTO_TEST_CASE(what_is_removed_comes_first) {
  check_order(order_of({{"a", "h:1", "h:1", true}, {"d", "", "h:2", false}, {"b", "h:2", "", true}}), {"b", "d", "a"});
}

BOOST_AUTO_TEST_CASE(a_node_comes_after_the_one_whose_address_it_gets) {
  check_order(order_of({{"a", "h:1", "h:2", true}, {"b", "h:2", "h:3", true}, {"c", "h:3", "h:4", true}}),
              {"c", "b", "a"});
}

BOOST_AUTO_TEST_CASE(nodes_that_exchange_their_addresses_have_no_order) {
  const auto order =
    ariadne::restart_order({{"a", "h:1", "h:2", true}, {"b", "h:2", "h:1", true}, {"c", "h:3", "h:3", true}});
  BOOST_REQUIRE(!order.has_value());
  BOOST_TEST(order.error().find("nodes a, b exchange") != std::string::npos, order.error());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace restart_order_test
