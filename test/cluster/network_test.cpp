#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>

namespace ariadne::test {

namespace {

constexpr std::chrono::seconds cut_time{10};

} // namespace

BOOST_AUTO_TEST_SUITE(network, *boost::unit_test::precondition(has_virtual_network))

BOOST_AUTO_TEST_CASE(what_is_stashed_while_a_link_is_cut_arrives_once_it_is_not) {
  loaded_cluster cluster{placement::on_hosts, 2, 1};
  cluster.network().cut("a", "b");
  const auto stashed = cluster.clients().stash("a", "game_ABYZ", "round 7");
  const auto read = cluster.clients().pickup("b", "game_ABYZ");
  BOOST_TEST((read.value().outcome != pickup_outcome::found));
  cluster.network().heal();
  BOOST_TEST(eventually([&] {
    const auto arrived = cluster.clients().pickup("b", "game_ABYZ");
    return arrived && arrived->outcome == pickup_outcome::found;
  }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test
