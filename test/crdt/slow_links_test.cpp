#include "test/support/slow_network.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace slow_links_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(slow_links)

namespace {

/// A link, and the size of a large value.
struct play {
  double mbit;
  std::uint64_t delay_ms;
  std::size_t value_bytes;

  double bytes_per_ms() const {
    return mbit * 125;
  }
  /// How long the value takes at least.
  std::uint64_t carrying_ms() const {
    return static_cast<std::uint64_t>(static_cast<double>(value_bytes) / bytes_per_ms());
  }
  std::uint64_t round_trip_ms() const {
    return 2 * delay_ms;
  }

  friend std::ostream& operator<<(std::ostream& out, const play& p) {
    return out << p.value_bytes << " bytes at " << p.mbit << " Mbit/s with " << p.delay_ms << " ms";
  }
};

const std::vector<play> plays{
  {1, 0, 256 << 10}, {1, 100, 512 << 10}, {10, 20, 4 << 20}, {50, 50, 15 << 20}, {200, 0, 8 << 20}};

/// Bytes that differ from place to place.
std::string value_of(std::size_t bytes, std::uint64_t seed = 1) {
  std::string result(bytes, '\0');
  for (auto& c : result)
    c = static_cast<char>((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 56);
  return result;
}

struct two_nodes {
  explicit two_nodes(const play& p) : p(p) {
    a_number = network.add();
    b_number = network.add();
    network[a_number].set_members({network[b_number].id()});
    network[b_number].set_members({network[a_number].id()});
    connect();
  }

  void connect() {
    link = network.connect(a_number, b_number, p.bytes_per_ms(), p.delay_ms);
    network.pass_until(5'000, [&] { return at_a().caught_up() && at_b().caught_up(); });
  }

  replica& at_a() {
    return network[a_number];
  }
  replica& at_b() {
    return network[b_number];
  }
  bool reads_at_b(const std::string& key, std::string_view value) {
    const auto found = at_b().get(key, network.now_ms);
    return found && found->value.view() == value;
  }

  play p;
  slow_network network;
  std::size_t a_number = 0;
  std::size_t b_number = 0;
  std::size_t link = 0;
};

/// Two nodes that have a large value, and a third one that no link leads to.
struct two_nodes_with_a_value {
  two_nodes_with_a_value() {
    for (auto i = 0; i < 3; ++i)
      network.add();
    network.put(0, "large", value);
    network.connect(0, 1, 100'000, 0);
    BOOST_REQUIRE(network.pass_until(5'000, [&] { return network[1].key_count() == 1; }));
  }

  const play p{10, 5, 4 << 20};
  const std::string value = value_of(p.value_bytes);
  slow_network network;
};

} // namespace

BOOST_DATA_TEST_CASE(a_large_value_arrives_as_fast_as_the_link_carries_it, boost::unit_test::data::make(plays), p) {
  two_nodes nodes{p};
  const auto value = value_of(p.value_bytes);
  nodes.network.put(nodes.a_number, "large", value);
  const auto took = nodes.network.pass_until(10 * p.carrying_ms(), [&] { return nodes.reads_at_b("large", value); });
  BOOST_REQUIRE(took.has_value());
  BOOST_TEST_MESSAGE(p << ": " << *took << " ms, " << 100 * p.carrying_ms() / *took << " %");
  BOOST_TEST(*took <= p.carrying_ms() * 115 / 100 + 4 * p.round_trip_ms() + 100);
}

// What would be sent within it, and a round trip.
BOOST_DATA_TEST_CASE(a_small_write_has_its_receipt_soon_while_a_large_value_travels,
                     boost::unit_test::data::make(plays), p) {
  two_nodes nodes{p};
  const auto value = value_of(p.value_bytes);
  nodes.network.put(nodes.a_number, "large", value);
  std::vector<std::uint64_t> waits;
  for (auto i = 0; i < 20 && !nodes.reads_at_b("large", value); ++i) {
    const auto small = nodes.network.put(nodes.a_number, "small" + std::to_string(i), value_of(256));
    const auto took = nodes.network.pass_until(60'000, [&] { return !nodes.at_a().holders(small).empty(); });
    BOOST_REQUIRE(took.has_value());
    waits.push_back(*took);
    nodes.network.pass_until(37, [] { return false; });
  }
  BOOST_REQUIRE(!waits.empty());
  BOOST_TEST_MESSAGE(p << ": at most " << *std::max_element(waits.begin(), waits.end()) << " ms");
  const auto first_window_ms =
    static_cast<std::uint64_t>(static_cast<double>(congestion_limits{}.first_window_bytes) / p.bytes_per_ms());
  BOOST_TEST(*std::max_element(waits.begin(), waits.end())
             <= std::max<std::uint64_t>(150, first_window_ms) + p.round_trip_ms());
}

BOOST_AUTO_TEST_CASE(what_was_written_during_a_short_cut_arrives_in_the_round_trip_after_the_hellos) {
  // 100 Mbit/s, which have been made use of before the cut.
  const play p{100, 100, 4 << 20};
  two_nodes nodes{p};
  auto& network = nodes.network;
  const auto arrive = [&] {
    return network.pass_until(60'000, [&] { return nodes.at_b().key_count() == nodes.at_a().key_count(); });
  };
  for (auto i = 0; i < 10'000; ++i)
    network.put(nodes.a_number, "k" + std::to_string(i), value_of(256));
  BOOST_REQUIRE(arrive().has_value());
  network.disconnect(nodes.link);
  for (auto i = 0; i < 200; ++i)
    network.put(nodes.a_number, "later" + std::to_string(i), value_of(256));
  const auto begin = network.now_ms;
  nodes.link = network.connect(nodes.a_number, nodes.b_number, p.bytes_per_ms(), p.delay_ms);
  BOOST_REQUIRE(arrive().has_value());
  BOOST_TEST(network.now_ms - begin < 2 * p.round_trip_ms());
}

BOOST_DATA_TEST_CASE(a_value_that_is_written_again_and_again_arrives_all_the_same, boost::unit_test::data::make(plays),
                     p) {
  two_nodes nodes{p};
  dot last_seen;
  std::uint64_t since_ms = nodes.network.now_ms;
  std::uint64_t longest_ms = 0;
  auto versions = 0;
  // A new version comes four times while one is carried.
  const auto every_ms = std::max<std::uint64_t>(p.carrying_ms() / 4, 1);
  for (std::uint64_t ms = 0; ms < 8 * p.carrying_ms(); ++ms) {
    if (ms % every_ms == 0)
      nodes.network.put(nodes.a_number, "session", value_of(p.value_bytes, ms + 2));
    nodes.network.pass();
    const auto found = nodes.at_b().get("session", nodes.network.now_ms);
    if (found && found->dot != last_seen) {
      last_seen = found->dot;
      longest_ms = std::max(longest_ms, nodes.network.now_ms - since_ms);
      since_ms = nodes.network.now_ms;
      ++versions;
    }
  }
  BOOST_TEST(versions >= 3);
  BOOST_TEST(longest_ms <= 2 * p.carrying_ms() + 4 * p.round_trip_ms() + 200);
  // And each has its receipt by and by.
  BOOST_TEST(nodes.at_a().acknowledged_by_members(twin_of(nodes.at_a().id())) > 0u);
}

BOOST_DATA_TEST_CASE(what_a_broken_link_has_carried_is_not_sent_again, boost::unit_test::data::make(plays), p) {
  two_nodes nodes{p};
  const auto value = value_of(p.value_bytes);
  nodes.network.put(nodes.a_number, "large", value);
  std::uint64_t sent = 0;
  for (auto breaks = 0; breaks < 5; ++breaks) {
    nodes.network.pass_until(p.carrying_ms() / 6, [&] { return nodes.reads_at_b("large", value); });
    sent += nodes.network.bytes_to_second(nodes.link);
    nodes.network.disconnect(nodes.link);
    nodes.connect();
  }
  BOOST_REQUIRE(
    nodes.network.pass_until(3 * p.carrying_ms() + 1'000, [&] { return nodes.reads_at_b("large", value); }));
  sent += nodes.network.bytes_to_second(nodes.link);
  BOOST_TEST_MESSAGE(p << ": sent " << 100 * sent / p.value_bytes << " %");
  const auto in_windows =
    6 * static_cast<std::uint64_t>(p.bytes_per_ms() * static_cast<double>(p.round_trip_ms() + 150));
  BOOST_TEST(sent <= p.value_bytes * 103 / 100
                       + std::min<std::uint64_t>(in_windows, 6 * nodes.network.options.window_bytes));
}

BOOST_FIXTURE_TEST_CASE(another_neighbour_goes_on_where_one_was_broken_off, two_nodes_with_a_value) {
  const auto first = network.connect(0, 2, p.bytes_per_ms(), p.delay_ms);
  network.pass_until(p.carrying_ms() / 2, [] { return false; });
  BOOST_TEST(network[2].key_count() == 0u);
  network.disconnect(first);
  const auto second = network.connect(1, 2, p.bytes_per_ms(), p.delay_ms);
  const auto took = network.pass_until(p.carrying_ms(), [&] { return network[2].key_count() == 1; });
  BOOST_REQUIRE(took.has_value());
  BOOST_TEST((network[2].get("large", network.now_ms)->value.view() == value));
  BOOST_TEST(network.bytes_to_second(second) <= p.value_bytes * 6 / 10);
}

BOOST_FIXTURE_TEST_CASE(two_neighbours_that_have_a_value_do_not_both_send_all_of_it, two_nodes_with_a_value) {
  const auto first = network.connect(0, 2, p.bytes_per_ms(), p.delay_ms);
  const auto second = network.connect(1, 2, p.bytes_per_ms(), p.delay_ms);
  BOOST_REQUIRE(network.pass_until(2 * p.carrying_ms(), [&] { return network[2].key_count() == 1; }));
  const auto sent = network.bytes_to_second(first) + network.bytes_to_second(second);
  BOOST_TEST_MESSAGE("sent " << 100 * sent / p.value_bytes << " %");
  BOOST_TEST(sent <= p.value_bytes * 3 / 2);
}

BOOST_AUTO_TEST_CASE(values_of_many_sizes_share_a_link_and_none_waits_for_much_larger_ones) {
  slow_network network;
  network.options.limits.value_bytes_max = 64u << 20;
  network.add();
  network.add();
  network.connect(0, 1, 1'250, 5);
  network.pass_until(1'000, [&] { return network[0].caught_up(); });
  network.put(0, "huge", value_of(40u << 20));
  network.pass_until(500, [] { return false; });
  for (const auto bytes : {std::size_t{100} << 10, std::size_t{4} << 20}) {
    const auto value = value_of(bytes);
    network.put(0, "k", value);
    const auto took = network.pass_until(60'000, [&] {
      const auto found = network[1].get("k", network.now_ms);
      return found && found->value.size() == bytes;
    });
    BOOST_REQUIRE(took.has_value());
    BOOST_TEST_MESSAGE(bytes << " bytes beside 40 MiB: " << *took << " ms");
    BOOST_TEST(static_cast<double>(*took) <= 3.2 * static_cast<double>(bytes) / 1'250 + 500);
  }
}

BOOST_AUTO_TEST_CASE(a_neighbour_of_before_pieces_gets_a_large_value_whole) {
  slow_network network;
  network.add();
  network.add();
  const auto value = value_of(1 << 20);
  network.put(0, "large", value);
  network[0].open({1}, true, network.now_ms, codec_versions.min);
  network[1].open({1}, true, network.now_ms, codec_versions.min);
  for (auto round = 0; round < 50; ++round)
    for (std::size_t from = 0; from < 2; ++from)
      for (const auto& frame : network[from].take_frames()) {
        BOOST_TEST(codec_version_of(frame.bytes) == codec_versions.min);
        network[1 - from].receive({1}, frame.bytes, network.now_ms);
      }
  BOOST_REQUIRE(network[1].get("large", network.now_ms).has_value());
  BOOST_TEST((network[1].get("large", network.now_ms)->value.view() == value));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace slow_links_test
