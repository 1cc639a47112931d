#include "crdt/replica.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace journal_feed_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(journal_feed)

namespace {

/// Two replicas that meet once both have written, and the journal of the first one.
struct two_writers {
  two_writers() : a(network.add()), b(network.add()) {
    a.replica.begin_journal();
  }

  void meet() {
    network.connect_all();
    network.set_members();
    network.settle();
  }

  /// What has changed has been handed out.
  void drain() {
    while (a.replica.has_journal_part())
      (void)a.replica.take_journal_part();
  }

  /// The keys that a whole walk hands out, in its order.
  std::vector<std::string> walked_keys(const journal_step_limits& limits = {}) {
    std::vector<std::string> result;
    a.replica.walk_for_journal();
    for (auto ends = false; !ends;) {
      const auto part = a.replica.take_journal_part(limits);
      ends = part.ends_walk;
      for (const auto& r : part.walked)
        result.push_back(r.key);
    }
    return result;
  }

  replica_network network;
  network_node& a;
  network_node& b;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_walk_meets_each_register_once_in_the_order_in_which_they_were_written, two_writers) {
  for (const auto* key : {"third", "first", "second"})
    a.put(key, "of a");
  b.put("first", "of b");
  b.erase("first");
  b.put("second", "of b, at the same time");
  meet();
  drain();
  BOOST_TEST((walked_keys() == std::vector<std::string>{"third", "first", "second"}));
  BOOST_TEST((walked_keys({.registers_max = 1}) == std::vector<std::string>{"third", "first", "second"}));
}

BOOST_FIXTURE_TEST_CASE(a_step_hands_out_no_more_than_it_may_however_many_large_values_there_are, two_writers) {
  constexpr std::size_t value_bytes = 40'000;
  constexpr std::size_t keys = 100;
  for (std::size_t i = 0; i < keys; ++i)
    a.put("k" + std::to_string(i), std::string(value_bytes, 'v'));
  drain();
  a.replica.walk_for_journal();
  const journal_step_limits limits{.bytes_max = 10 * value_bytes};
  std::size_t walked = 0;
  for (auto ends = false; !ends;) {
    const auto part = a.replica.take_journal_part(limits);
    ends = part.ends_walk;
    BOOST_TEST(part.walked.size() <= 10u);
    walked += part.walked.size();
  }
  BOOST_TEST(walked == keys);
}

BOOST_FIXTURE_TEST_CASE(what_a_walk_has_not_met_when_it_changes_is_handed_out_as_changed, two_writers) {
  for (const auto* key : {"x", "y", "z"})
    a.put(key, "before");
  drain();
  a.replica.walk_for_journal();
  auto part = a.replica.take_journal_part({.registers_max = 1});
  BOOST_REQUIRE(part.walked.size() == 1u);
  BOOST_TEST(part.walked.front().key == "x");
  a.put("y", "after");
  part = a.replica.take_journal_part();
  BOOST_REQUIRE(part.changed.size() == 1u);
  BOOST_TEST(part.changed.front().key == "y");
  BOOST_REQUIRE(part.walked.size() == 1u);
  BOOST_TEST(part.walked.front().key == "z");
  BOOST_TEST(part.ends_walk);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace journal_feed_test
