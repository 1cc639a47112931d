#include "crdt/dot_index.hpp"

#include "crdt/aw_lww_map.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace dot_index_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(dot_index)

using ariadne::crdt::dot_index;
using ariadne::crdt::keyed_register;
using ariadne::crdt::replica_id;

namespace {

struct filled_index {
  filled_index() : x(*pool.make("x")), y(*pool.make("y")), z(*pool.make("z")) {
    index.insert({a, 2}, &x);
    index.insert({a, 5}, &y);
    index.insert({a, 3}, &z);
    index.insert({b, 1}, &x);
  }
  ~filled_index() {
    for (auto* owner : {&x, &y, &z})
      pool.destroy(owner);
  }

  ariadne::crdt::register_pool pool;
  keyed_register& x;
  keyed_register& y;
  keyed_register& z;
  dot_index index;
};

std::vector<replica_id> replicas_of(const dot_index& index) {
  std::vector<replica_id> result;
  index.for_each_replica([&](replica_id replica, std::uint64_t) { result.push_back(replica); });
  return result;
}

using found = std::pair<std::uint64_t, keyed_register*>;

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_index_has_nothing_beyond_anything) {
  dot_index index;
  BOOST_TEST((index.next(a, 0) == found{0, nullptr}));
  BOOST_TEST(index.highest(a) == 0u);
  BOOST_TEST(replicas_of(index).empty());
  BOOST_TEST(index.size() == 0u);
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
  BOOST_TEST((replicas_of(index) == std::vector{a}));
  BOOST_TEST(index.highest(b) == 0u);
}

BOOST_FIXTURE_TEST_CASE(erasing_a_dot_that_is_not_there_changes_nothing, filled_index) {
  index.erase({a, 4});
  index.erase({c, 1});
  BOOST_TEST(index.size() == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_dot_that_is_there_already_keeps_its_register, filled_index) {
  index.insert({a, 2}, &y);
  BOOST_TEST(index.find({a, 2}) == &x);
  BOOST_TEST(index.size() == 4u);
}

BOOST_FIXTURE_TEST_CASE(a_name_stands_for_a_replica_while_it_has_dots, filled_index) {
  const auto name_of_a = index.name(a);
  BOOST_TEST(index.replica(name_of_a) == a);
  BOOST_TEST(index.name(b) != name_of_a);
  index.erase({b, 1});
  index.insert({c, 1}, &x);
  BOOST_TEST(index.replica(index.name(c)) == c);
  BOOST_TEST(index.name(a) == name_of_a);
}

BOOST_FIXTURE_TEST_CASE(an_index_agrees_with_an_ordered_map_after_each_change, filled_index) {
  const auto seed = std::random_device{}();
  BOOST_TEST_INFO("seed " << seed);
  std::mt19937 random{seed};
  std::map<std::uint64_t, keyed_register*> expected{{2, &x}, {3, &z}, {5, &y}};
  keyed_register* const owners[] = {&x, &y, &z};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t counter = 1 + random() % 1'000;
    if (random() % 3 == 0) {
      index.erase({a, counter});
      expected.erase(counter);
    } else {
      auto* owner = owners[random() % 3];
      index.insert({a, counter}, owner);
      expected.try_emplace(counter, owner);
    }
    const std::uint64_t after = random() % 1'001;
    const auto next = expected.upper_bound(after);
    BOOST_REQUIRE((index.next(a, after) == (next == expected.end() ? found{0, nullptr} : found{*next})));
    BOOST_REQUIRE(index.highest(a) == (expected.empty() ? 0 : expected.rbegin()->first));
    BOOST_REQUIRE(index.size() == expected.size() + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace dot_index_test
