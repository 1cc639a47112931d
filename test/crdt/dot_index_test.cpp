#include "crdt/dot_index.hpp"

#include "crdt/aw_lww_map.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <utility>

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(dot_index)

using ariadne::crdt::dot_index;
using ariadne::crdt::keyed_register;

namespace {

struct filled_index {
  filled_index() {
    index.insert({a, 2}, &x);
    index.insert({a, 5}, &y);
    index.insert({a, 3}, &z);
    index.insert({b, 1}, &x);
  }

  keyed_register x, y, z;
  dot_index index;
};

using found = std::pair<std::uint64_t, keyed_register*>;

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_index_has_nothing_beyond_anything) {
  dot_index index;
  BOOST_TEST((index.next(a, 0) == found{0, nullptr}));
  BOOST_TEST(index.highest(a) == 0u);
  BOOST_TEST(index.tails().empty());
}

BOOST_FIXTURE_TEST_CASE(what_has_changed_beyond_a_counter_comes_in_the_order_of_the_counters, filled_index) {
  BOOST_TEST((index.next(a, 0) == found{2, &x}));
  BOOST_TEST((index.next(a, 1) == found{2, &x}));
  BOOST_TEST((index.next(a, 2) == found{3, &z}));
  BOOST_TEST((index.next(a, 3) == found{5, &y}));
  BOOST_TEST((index.next(a, 5) == found{0, nullptr}));
}

BOOST_FIXTURE_TEST_CASE(each_replica_has_a_tail_of_its_own, filled_index) {
  BOOST_TEST((index.next(b, 0) == found{1, &x}));
  BOOST_TEST((index.next(c, 0) == found{0, nullptr}));
  BOOST_TEST(index.highest(a) == 5u);
  BOOST_TEST(index.highest(b) == 1u);
  BOOST_TEST(index.highest(c) == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_erased_dot_is_gone_and_the_last_one_takes_the_tail_along, filled_index) {
  index.erase({a, 5});
  BOOST_TEST((index.next(a, 3) == found{0, nullptr}));
  BOOST_TEST(index.highest(a) == 3u);
  index.erase({b, 1});
  BOOST_TEST(index.tails().size() == 1u);
  BOOST_TEST(index.highest(b) == 0u);
}

BOOST_FIXTURE_TEST_CASE(erasing_a_dot_that_is_not_there_changes_nothing, filled_index) {
  index.erase({a, 4});
  index.erase({c, 1});
  BOOST_TEST(index.tails().at(a).size() == 3u);
  BOOST_TEST(index.tails().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
