#include "crdt/replica.hpp"

#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

#include <cstddef>
#include <string>

namespace churn_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

/// The bytes that the program has allocated and not freed; with a sanitizer's allocator always 0.
std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t indexed_dots(const replica& of) {
  return of.map().index().size();
}

/// Two members, and keys that come and go.
struct churning_members {
  static constexpr int live_keys = 1'000;
  /// How many pairs come in the 100 ms between two ticks.
  static constexpr int pairs_a_tick = 1'000;

  churning_members() {
    network.connect(writer, reader);
    network.set_members();
    network.settle();
    for (int i = 0; i < live_keys; ++i)
      writer.put(key_of(i), "1");
    network.pass(1'000);
  }

  static std::string key_of(int number) {
    return "key " + std::to_string(number);
  }

  /// Each pair is a new key and the end of the oldest one.
  void churn(int pairs) {
    for (const auto end = next + pairs; next < end; ++next) {
      writer.put(key_of(next), "1");
      writer.erase(key_of(next - live_keys));
      if (next % pairs_a_tick == 0)
        rest(100);
    }
    rest(1'000);
  }

  void rest(std::uint64_t ms) {
    network.pass(ms);
    for (auto* node : {&writer, &reader})
      node->replica.take_changes();
  }

  /// Nothing but the live keys is left.
  void check_sizes() {
    for (auto* node : {&writer, &reader}) {
      BOOST_TEST(node->replica.map().size() == static_cast<std::size_t>(live_keys));
      BOOST_TEST(indexed_dots(node->replica) == static_cast<std::size_t>(live_keys));
    }
    BOOST_TEST(reader.read(key_of(next - 1)) == "1");
    BOOST_TEST(reader.read(key_of(next - live_keys - 1)) == absent);
  }

  void check_that_memory_stays_flat(int pairs) {
    constexpr int warm_up = 50'000;
    churn(warm_up);
    const auto before = heap_bytes();
    churn(pairs);
    const auto after = heap_bytes();
    BOOST_TEST_MESSAGE(pairs << " pairs: " << before << " bytes before, " << after << " bytes after");
    // Trees, hash sets and pools are a little fuller at one time than at another.
    constexpr std::size_t slack = 256u << 10;
    BOOST_TEST(after <= before + slack);
    check_sizes();
    network.check_converged();
  }

  replica_network network;
  network_node& writer = network.add();
  network_node& reader = network.add();
  int next = live_keys;
};

} // namespace

// Keys that come and go leave nothing behind.
BOOST_AUTO_TEST_SUITE(churn)

BOOST_FIXTURE_TEST_CASE(two_hundred_thousand_pairs_keep_memory_flat, churning_members) {
  check_that_memory_stays_flat(200'000);
}

BOOST_FIXTURE_TEST_CASE(an_erased_key_costs_nothing_once_it_is_stable, churning_members) {
  constexpr int keys = 20'000;
  auto come_and_go = [this](const std::string& prefix) {
    for (int i = 0; i < keys; ++i)
      writer.put(prefix + std::to_string(i), std::string(100, 'v'));
    rest(1'000);
    for (int i = 0; i < keys; ++i)
      writer.erase(prefix + std::to_string(i));
    rest(2'000);
  };
  // The first time, tables grow that stay as they are.
  come_and_go("first ");
  const auto before = heap_bytes();
  come_and_go("second ");
  const auto after = heap_bytes();
  BOOST_TEST_MESSAGE(keys << " keys: " << before << " bytes before, " << after << " bytes after");
  // Far less than the least that a key takes, and enough for the tables that grow at the second time only.
  constexpr std::size_t slack = 4 * keys;
  BOOST_TEST(after <= before + slack);
  check_sizes();
}

BOOST_AUTO_TEST_SUITE_END()

// Takes minutes, so it runs where it is asked for by name only.
BOOST_AUTO_TEST_SUITE(churn_nightly, *boost::unit_test::disabled())

BOOST_FIXTURE_TEST_CASE(ten_million_pairs_keep_memory_flat, churning_members) {
  check_that_memory_stays_flat(10'000'000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace churn_test
