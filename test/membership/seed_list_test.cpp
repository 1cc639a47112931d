#include "membership/seed_list.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace seed_list_test {

using namespace ariadne::membership;

namespace {

/// The name of the suite is that of the class.
using seeds_of_cluster = ariadne::membership::seed_list;
using addresses = std::vector<std::string>;

/// The pause is as long as the back-off says.
constexpr std::uint32_t exactly = 50;
constexpr std::uint64_t start = 1'000'000;

struct listed {
  listed() {
    seeds.set({"x:1", "y:1"}, start);
  }
  ~listed() {
    BOOST_TEST(seeds.check_invariants() == "");
  }

  addresses due(std::uint64_t now_ms) {
    return seeds.due(now_ms);
  }

  seeds_of_cluster seeds;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(seed_list, listed)

BOOST_AUTO_TEST_CASE(each_address_is_tried_at_once_and_once_at_a_time) {
  BOOST_TEST((due(start) == addresses{"x:1", "y:1"}));
  BOOST_TEST(due(start + 10'000).empty());
  BOOST_TEST(!seeds.next_due_ms().has_value());
}

BOOST_AUTO_TEST_CASE(an_address_that_fails_is_tried_more_and_more_rarely_and_at_least_every_two_seconds) {
  due(start);
  auto now = start;
  for (const std::uint64_t pause : {100, 200, 400, 800, 1'600, 2'000, 2'000}) {
    seeds.failed("x:1", "nobody is there", now, exactly);
    BOOST_TEST(seeds.next_due_ms().value() == now + pause);
    BOOST_TEST(due(now + pause - 1).empty());
    now += pause;
    BOOST_TEST((due(now) == addresses{"x:1"}));
  }
}

BOOST_AUTO_TEST_CASE(a_problem_is_news_once) {
  due(start);
  BOOST_TEST(seeds.failed("x:1", "nobody is there", start, exactly));
  due(start + 1'000);
  BOOST_TEST(!seeds.failed("x:1", "nobody is there", start + 1'000, exactly));
  due(start + 5'000);
  BOOST_TEST(seeds.failed("x:1", "it speaks no TLS", start + 5'000, exactly));
}

BOOST_AUTO_TEST_CASE(an_address_is_left_alone_once_it_is_known_who_is_there) {
  due(start);
  BOOST_TEST(!seeds.met("x:1", "b").has_value());
  BOOST_TEST(due(start + 100'000).empty());
  BOOST_TEST(!seeds.is_tried("x:1"));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_found_at_no_address_any_more_is_told_once) {
  due(start);
  seeds.met("x:1", "b");
  seeds.met("y:1", "b");
  BOOST_TEST(!seeds.met("x:1", "c").has_value());
  BOOST_TEST(seeds.met("y:1", "d").value() == "b");
  BOOST_TEST((seeds.set({"z:1"}, start) == addresses{"c", "d"}));
  BOOST_TEST(seeds.set({}, start).empty());
}

BOOST_AUTO_TEST_CASE(this_nodes_own_address_is_not_tried_again) {
  due(start);
  seeds.is_self("x:1");
  seeds.set({"x:1", "y:1"}, start + 10'000);
  BOOST_TEST(due(start + 100'000).empty());
}

BOOST_AUTO_TEST_CASE(what_is_listed_no_more_is_not_tried_and_what_comes_of_an_attempt_there_is_ignored) {
  due(start);
  seeds.set({"z:1"}, start);
  BOOST_TEST(!seeds.is_tried("x:1"));
  seeds.met("x:1", "b");
  BOOST_TEST(!seeds.failed("y:1", "nobody is there", start, exactly));
  BOOST_TEST((due(start) == addresses{"z:1"}));
}

BOOST_AUTO_TEST_CASE(what_stays_listed_goes_on_waiting) {
  due(start);
  seeds.failed("x:1", "nobody is there", start, exactly);
  seeds.set({"x:1"}, start + 50);
  BOOST_TEST(due(start + 99).empty());
  BOOST_TEST((due(start + 100) == addresses{"x:1"}));
}

BOOST_AUTO_TEST_CASE(of_very_many_addresses_not_all_are_taken_and_few_are_tried_at_a_time) {
  addresses many;
  for (int i = 0; i < 1'000; ++i)
    many.push_back("host-" + std::to_string(i) + ":1");
  seeds.set(many, start);
  BOOST_TEST(seeds.size() == 256u);
  BOOST_TEST(due(start).size() == 8u);
  BOOST_TEST(due(start + 1'000).empty());
  seeds.met("host-0:1", "b");
  BOOST_TEST(due(start).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace seed_list_test
