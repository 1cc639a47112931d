#include "crdt/replica.hpp"

#include "test/support/all_keys.hpp"
#include "test/support/crdt_values.hpp"
#include "test/support/map_audit.hpp"
#include "test/support/replica_network.hpp"
#include "test/support/unacknowledged_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace replica_test {

using namespace ariadne::test;
using boost::test_tools::per_element;
using strings = std::vector<std::string>;

// One replica by itself.
BOOST_AUTO_TEST_SUITE(replica)

using ariadne::crdt::dot;
using ariadne::crdt::replica_id;
using ariadne::crdt::replica_limits;
using ariadne::crdt::shared_bytes;
using ariadne::crdt::version_vector;
using ariadne::crdt::write_error;

namespace {

struct one_replica {
  explicit one_replica(replica_limits limits = {}) {
    network.options.limits = limits;
    node = &network.add();
  }

  /// Puts what is to be refused, checks that nothing has changed, and returns why.
  write_error refused_put(std::string_view key, std::string_view value) {
    auto vector = node->replica.vector();
    auto bytes = node->replica.byte_count();
    auto written = node->replica.put(key, shared_bytes{value}, node->now_ms());
    BOOST_REQUIRE(!written);
    BOOST_TEST(node->replica.vector() == vector);
    BOOST_TEST(node->replica.byte_count() == bytes);
    BOOST_TEST(audit(node->replica.map()) == "");
    return written.error();
  }

  strings keys(std::string_view prefix) {
    return all_keys(node->replica, prefix, node->now_ms());
  }

  /// The changes since the last call: the keys, each after "+" if it is readable, else after "-".
  strings changes() {
    strings result;
    for (const auto& change : node->replica.take_changes())
      result.push_back((change.readable() ? "+" : "-") + change.key);
    return result;
  }

  replica_network network;
  network_node* node;
};

struct one_limited_replica : one_replica {
  one_limited_replica() : one_replica({.key_bytes_max = 4, .value_bytes_max = 10, .map_bytes_max = 30}) {}
};

} // namespace

// -- reading and writing ---------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(what_is_put_is_read, one_replica) {
  BOOST_TEST(node->read("x") == absent);
  node->put("x", "1");
  BOOST_TEST(node->read("x") == "1");
  node->put("x", "2");
  BOOST_TEST(node->read("x") == "2");
  BOOST_TEST(node->read("X") == absent);
}

BOOST_FIXTURE_TEST_CASE(an_erased_key_is_absent, one_replica) {
  node->put("x", "1");
  node->erase("x");
  BOOST_TEST(node->read("x") == absent);
  node->put("x", "2");
  BOOST_TEST(node->read("x") == "2");
}

BOOST_FIXTURE_TEST_CASE(erasing_an_absent_key_is_no_event, one_replica) {
  BOOST_TEST(!node->replica.erase("x", node->now_ms()));
  node->put("x", "1");
  node->erase("x");
  BOOST_TEST(!node->replica.erase("x", node->now_ms()));
  BOOST_TEST(node->replica.vector() == (version_vector{{node->replica.id(), 2}}));
}

BOOST_FIXTURE_TEST_CASE(an_empty_value_is_a_value, one_replica) {
  node->put("x", "");
  BOOST_TEST(node->read("x") == "");
  BOOST_TEST(keys("") == strings{"x"}, per_element());
}

BOOST_FIXTURE_TEST_CASE(keys_and_values_may_be_any_bytes, one_replica) {
  const std::string_view any{"\0\xff\n", 3};
  node->put(any, any);
  BOOST_TEST(node->read(any) == any);
}

BOOST_FIXTURE_TEST_CASE(each_write_is_an_event_with_the_next_counter, one_replica) {
  auto id = node->replica.id();
  BOOST_TEST(node->put("x", "1") == (dot{id, 1}));
  BOOST_TEST(node->put("y", "2") == (dot{id, 2}));
  BOOST_TEST(node->erase("x") == (dot{id, 3}));
  BOOST_TEST(node->replica.vector() == (version_vector{{id, 3}}));
}

BOOST_FIXTURE_TEST_CASE(the_keys_with_a_prefix_come_sorted_without_those_that_nobody_can_read, one_replica) {
  for (auto key : {"game_2", "game_1", "gam", "game_3", "player", "game_4"})
    node->put(key, "x");
  node->erase("game_3");
  node->put("game_4", "x", node->now_ms());
  BOOST_TEST(keys("game_") == (strings{"game_1", "game_2"}), per_element());
  BOOST_TEST(keys("") == (strings{"gam", "game_1", "game_2", "player"}), per_element());
  BOOST_TEST(keys("game_11").empty());
}

BOOST_FIXTURE_TEST_CASE(keys_and_bytes_are_counted, one_replica) {
  node->put("four", "seven b");
  node->put("x", "");
  BOOST_TEST(node->replica.key_count() == 2u);
  BOOST_TEST(node->replica.byte_count() == 4u + 7u + 1u);
  node->erase("four");
  BOOST_TEST(node->replica.key_count() == 1u);
  BOOST_TEST(node->replica.byte_count() == 1u);
  BOOST_TEST(node->replica.counters().puts == 2u);
  BOOST_TEST(node->replica.counters().erases == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_watcher_is_told_of_each_change_once, one_replica) {
  node->put("x", "1");
  node->put("x", "2");
  node->put("y", "1");
  node->erase("x");
  (void)node->replica.erase("z", node->now_ms());
  BOOST_TEST(changes() == (strings{"+x", "+x", "+y", "-x"}), per_element());
  BOOST_TEST(changes().empty());
}

BOOST_FIXTURE_TEST_CASE(stamps_grow_although_the_clock_jumps_back, one_replica) {
  node->put("x", "1");
  node->clock_offset_ms = -60'000;
  node->put("y", "2");
  auto now = network.now_ms();
  BOOST_TEST(node->replica.get("x", now)->stamp < node->replica.get("y", now)->stamp);
}

BOOST_FIXTURE_TEST_CASE(what_a_lone_replica_writes_is_acknowledged_by_all_there_are, one_replica) {
  auto written = node->put("x", "1");
  BOOST_TEST(node->replica.is_acknowledged());
  BOOST_TEST(unacknowledged_keys(node->replica).empty());
  BOOST_TEST(node->replica.holders(written).empty());
  BOOST_TEST(node->replica.caught_up());
}

// -- limits ----------------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_write_within_the_limits_is_accepted, one_limited_replica) {
  node->put("1234", "1234567890");
  BOOST_TEST(node->read("1234") == "1234567890");
}

BOOST_FIXTURE_TEST_CASE(a_write_over_a_limit_is_refused_and_changes_nothing, one_limited_replica) {
  BOOST_TEST((refused_put("", "x") == write_error::empty_key));
  BOOST_TEST((refused_put("12345", "x") == write_error::key_too_long));
  BOOST_TEST((refused_put("x", "12345678901") == write_error::value_too_long));
}

BOOST_FIXTURE_TEST_CASE(a_full_map_takes_no_more, one_limited_replica) {
  node->put("12", "1234567890");
  node->put("34", "1234567890");
  BOOST_TEST((refused_put("5", "123456") == write_error::map_full));
  node->put("5", "12345");
  BOOST_TEST(node->replica.byte_count() == 30u);
}

BOOST_FIXTURE_TEST_CASE(a_value_in_a_full_map_can_be_replaced_by_one_of_the_same_size, one_limited_replica) {
  for (auto key : {"1", "2", "3"})
    node->put(key, "123456789");
  BOOST_TEST((refused_put("4", "") == write_error::map_full));
  node->put("2", "987654321");
  BOOST_TEST(node->read("2") == "987654321");
  BOOST_TEST((refused_put("2", "9876543210") == write_error::map_full));
}

BOOST_FIXTURE_TEST_CASE(an_erase_makes_room_in_a_full_map, one_limited_replica) {
  for (auto key : {"1", "2", "3"})
    node->put(key, "123456789");
  node->erase("2");
  node->put("4", "123456789");
  BOOST_TEST(node->read("4") == "123456789");
}

BOOST_AUTO_TEST_CASE(each_write_error_is_a_sentence_of_its_own) {
  BOOST_TEST(to_string(write_error::empty_key) == "the key is empty");
  BOOST_TEST(to_string(write_error::key_too_long) == "the key is longer than the limit");
  BOOST_TEST(to_string(write_error::value_too_long) == "the value is longer than the limit");
  BOOST_TEST(to_string(write_error::map_full) == "the map has reached its limit");
}

// -- expiry ----------------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_expired_entry_is_read_no_more, one_replica) {
  node->put("x", "1", node->now_ms() + 1'000);
  network.pass(900);
  BOOST_TEST(node->read("x") == "1");
  network.pass(100);
  BOOST_TEST(node->read("x") == absent);
  BOOST_TEST(keys("").empty());
  BOOST_TEST(!node->replica.erase("x", node->now_ms()));
}

BOOST_FIXTURE_TEST_CASE(an_expired_entry_is_dropped_after_the_permitted_drift, one_replica) {
  node->put("x", "1", node->now_ms() + 1'000);
  changes();
  network.pass(1'000 + node->replica.options().drift_max_ms - 100);
  BOOST_TEST(node->replica.key_count() == 1u);
  network.pass(100);
  BOOST_TEST(node->replica.key_count() == 0u);
  BOOST_TEST(node->replica.byte_count() == 0u);
  BOOST_TEST(node->replica.vector() == (version_vector{{node->replica.id(), 1}}));
}

BOOST_FIXTURE_TEST_CASE(an_expired_key_is_forgotten_too, one_replica) {
  node->put("x", "1", node->now_ms() + 1'000);
  network.pass(20'000);
  BOOST_TEST(node->replica.map().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_watcher_is_told_of_an_expiry, one_replica) {
  node->put("x", "1", node->now_ms() + 1'000);
  changes();
  network.pass(20'000);
  BOOST_TEST(changes() == strings{"-x"}, per_element());
}

BOOST_FIXTURE_TEST_CASE(a_key_that_was_put_again_in_time_does_not_expire, one_replica) {
  node->put("x", "1", node->now_ms() + 1'000);
  node->put("x", "2");
  network.pass(20'000);
  BOOST_TEST(node->read("x") == "2");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_test
