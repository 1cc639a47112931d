#include "actors/internal/service_standing.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace service_standing_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(service_standing)

namespace {

using standing = ariadne::service_standing;

/// As many other nodes, the first ones at odds.
std::vector<peer_standing> others(std::size_t all, std::size_t at_odds) {
  std::vector<peer_standing> result;
  for (std::size_t i = 0; i < all; ++i)
    result.push_back({std::string(1, static_cast<char>('a' + i)), i < at_odds, i < at_odds ? "its clock" : ""});
  return result;
}

const standing::time_point start{};

} // namespace

BOOST_AUTO_TEST_CASE(a_node_at_odds_with_most_of_the_nodes_that_are_up_is_out_of_service) {
  struct {
    std::size_t all, at_odds;
    bool in_service;
  } cases[] = {{0, 0, true}, {1, 1, true}, {2, 1, true}, {2, 2, false}, {3, 2, true}, {3, 3, false}, {4, 3, false}};
  for (const auto& c : cases) {
    standing node;
    node.judge(others(c.all, c.at_odds), start);
    node.judge(others(c.all, c.at_odds), start + standing::patience);
    BOOST_TEST(node.is_in_service() == c.in_service);
    BOOST_TEST(node.reason().empty() == c.in_service);
  }
}

BOOST_AUTO_TEST_CASE(a_disagreement_counts_once_it_has_lasted_and_is_over_at_once) {
  standing node;
  BOOST_TEST(!node.judge(others(2, 2), start));
  BOOST_TEST(!node.judge(others(2, 0), start + standing::patience));
  BOOST_TEST(!node.judge(others(2, 2), start + standing::patience));
  BOOST_TEST(node.is_in_service());
  BOOST_TEST(node.judge(others(2, 2), start + 2 * standing::patience));
  BOOST_TEST(!node.judge(others(2, 2), start + 3 * standing::patience));
  BOOST_TEST(node.reason() == "it is at odds with 2 of 2 other nodes: a (its clock), b (its clock)");
  BOOST_TEST(node.judge(others(2, 1), start + 3 * standing::patience));
  BOOST_TEST(node.is_in_service());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace service_standing_test
