#include "membership/topology.hpp"

#include <boost/test/unit_test.hpp>

namespace topology_test {

namespace {

using graph = ariadne::membership::topology;
using names = std::set<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(topology)

BOOST_AUTO_TEST_CASE(in_a_mesh_everybody_is_a_neighbour) {
  const graph mesh;
  BOOST_TEST((mesh.neighbours_of("b", {"a", "c", "d"}) == names{"a", "c", "d"}));
  BOOST_TEST((mesh.neighbours_of("b", {}) == names{}));
}

BOOST_AUTO_TEST_CASE(in_a_ring_the_ones_before_and_after_are_and_it_closes_around_those_that_are_down) {
  const graph ring{graph::shape::ring, {}, {}};
  BOOST_TEST((ring.neighbours_of("b", {"a", "c", "d"}) == names{"a", "c"}));
  BOOST_TEST((ring.neighbours_of("a", {"b", "c", "d"}) == names{"b", "d"}));
  BOOST_TEST((ring.neighbours_of("d", {"a", "b", "c"}) == names{"a", "c"}));
  BOOST_TEST((ring.neighbours_of("b", {"a", "d"}) == names{"a", "d"}));
  BOOST_TEST((ring.neighbours_of("b", {"a"}) == names{"a"}));
  BOOST_TEST((ring.neighbours_of("b", {}) == names{}));
}

BOOST_AUTO_TEST_CASE(listed_neighbours_are_and_so_is_whoever_the_list_is_not_about) {
  const graph listed{graph::shape::listed, {"a", "c"}, {"a", "b", "c", "d"}};
  BOOST_TEST((listed.neighbours_of("b", {"a", "c", "d"}) == names{"a", "c"}));
  BOOST_TEST((listed.neighbours_of("b", {"a", "d", "joiner"}) == names{"a", "joiner"}));
}

BOOST_AUTO_TEST_CASE(without_any_listed_neighbour_everybody_is_one) {
  const graph listed{graph::shape::listed, {"a"}, {"a", "b", "c", "d"}};
  BOOST_TEST((listed.neighbours_of("b", {"c", "d"}) == names{"c", "d"}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace topology_test
