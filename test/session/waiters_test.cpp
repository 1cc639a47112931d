#include "session/waiters.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <iterator>
#include <vector>

namespace waiters_test {

using namespace ariadne::session;

namespace {

const host_id self{"a", 1};
const host_id other{"b", 2};

waiter waiter_of(const host_id& origin, std::uint64_t number, request_type type = request_type::locate) {
  return {origin, number, type, 1'000};
}

struct three_waiters {
  ariadne::session::waiters waiters;

  three_waiters() {
    waiters.add(waiter_of(self, 2));
    waiters.add(waiter_of(other, 1));
    waiters.add(waiter_of(self, 3));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiters, three_waiters)

BOOST_AUTO_TEST_CASE(each_is_found_by_origin_and_number) {
  BOOST_TEST((waiters.find(other, 1) != waiters.end()));
  BOOST_TEST((waiters.find(other, 2) == waiters.end()));
  waiters.erase(other, 1);
  BOOST_TEST((waiters.find(other, 1) == waiters.end()));
  BOOST_TEST((waiters.find(self, 2) != waiters.end()));
}

BOOST_AUTO_TEST_CASE(one_that_has_gone_can_come_again_as_the_last) {
  waiters.erase(self, 2);
  waiters.add(waiter_of(self, 2));
  BOOST_REQUIRE((waiters.find(self, 2) != waiters.end()));
  BOOST_TEST((std::next(waiters.find(self, 2)) == waiters.end()));
}

BOOST_AUTO_TEST_CASE(what_is_wanted_is_known_as_they_come_and_go) {
  BOOST_TEST(waiters.want(request_type::locate));
  BOOST_TEST(!waiters.want(request_type::stop));
  waiters.add(waiter_of(self, 4, request_type::stop));
  waiters.add(waiter_of(self, 4, request_type::stop));
  BOOST_TEST(waiters.want(request_type::stop));
  waiters.erase(self, 4);
  BOOST_TEST(!waiters.want(request_type::stop));
}

BOOST_AUTO_TEST_CASE(they_are_looked_at_some_in_each_call_and_those_that_are_done_with_go) {
  std::vector<std::uint64_t> seen;
  const auto look_at = [&](waiter& w) {
    seen.push_back(w.number);
    return w.origin == self;
  };
  waiters.look_at_all();
  BOOST_TEST(!waiters.go_on(2, 9, look_at));
  BOOST_TEST(waiters.go_on(2, 9, look_at));
  // In the order in which they have come.
  BOOST_TEST(seen == (std::vector<std::uint64_t>{2, 1, 3}), boost::test_tools::per_element());
  BOOST_TEST((waiters.find(other, 1) != waiters.end()));
  waiters.erase(other, 1);
  BOOST_TEST(waiters.empty());
}

BOOST_AUTO_TEST_CASE(no_call_is_done_with_more_than_it_may_be) {
  waiters.look_at_all();
  const auto is_done = [](waiter&) { return true; };
  BOOST_TEST(!waiters.go_on(9, 2, is_done));
  BOOST_TEST(!waiters.empty());
  BOOST_TEST(waiters.go_on(9, 2, is_done));
  BOOST_TEST(waiters.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace waiters_test
