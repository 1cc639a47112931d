// What a replica does about events that it has stamped while its clock was wrong.

#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

namespace restamping_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(restamping)

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

/// Two replicas with clocks an hour ahead, of which one has written "k". They have no link any more, and the clocks are
/// right again.
struct two_after_a_wrong_clock {
  two_after_a_wrong_clock() {
    one.clock_offset_ms = two.clock_offset_ms = hour_ms;
    network.set_members();
    const auto link = network.connect(one, two);
    network.settle();
    one.put("k", "1");
    network.settle();
    network.disconnect(link);
  }

  void set_clocks_right() {
    one.clock_offset_ms = two.clock_offset_ms = 0;
    network.pass(100);
  }

  replica_network network;
  network_node& one = network.add();
  network_node& two = network.add();
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_a_wrong_clock_has_stamped_is_written_again_as_another_event, two_after_a_wrong_clock) {
  const auto before = one.replica.get("k", one.now_ms())->dot;
  set_clocks_right();
  const auto again = one.replica.get("k", one.now_ms());
  BOOST_REQUIRE(again);
  BOOST_TEST((again->dot != before));
  BOOST_TEST(again->stamp.millis() <= one.now_ms());
  BOOST_TEST(one.read("k") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_concurrent_value_stays_beside_it, two_after_a_wrong_clock) {
  two.put("k", "2");
  set_clocks_right();
  one.put("other", "1");
  network.connect(one, two);
  network.pass(2'000);
  // What was written later, by whichever clock, is read by both.
  BOOST_TEST(one.read("k") == two.read("k"));
  BOOST_TEST(one.read("k") != absent);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(who_has_erased_it_has_erased_what_stands_for_it, two_after_a_wrong_clock) {
  two.erase("k");
  set_clocks_right();
  BOOST_TEST(one.read("k") == "1");
  network.connect(two, one, true, false);
  network.settle();
  BOOST_TEST(one.read("k") == absent);
  network.pass(2'000);
  BOOST_TEST(two.read("k") == absent);
}

BOOST_FIXTURE_TEST_CASE(who_has_replaced_it_has_replaced_what_stands_for_it, two_after_a_wrong_clock) {
  two.clock_offset_ms = 0;
  network.pass(100);
  two.put("k", "2");
  set_clocks_right();
  network.connect(two, one, true, false);
  network.pass(2'000);
  BOOST_TEST(one.read("k") == "2");
  BOOST_TEST(two.read("k") == "2");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace restamping_test
