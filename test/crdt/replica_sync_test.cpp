#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/replica_network.hpp"
#include "test/support/unacknowledged_keys.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace replica_sync_test {

using namespace ariadne::crdt;
using namespace ariadne::test;
using boost::test_tools::per_element;

// Two replicas over one link.
BOOST_AUTO_TEST_SUITE(replica_sync)

namespace {

struct two_replicas {
  /// Opens the link and waits for quiet.
  void meet() {
    link = network.connect(left, right);
    network.settle();
  }

  void part() {
    network.disconnect(link);
  }

  /// The number of registers that go over the wire while both sides do `action` and come to rest.
  template <class Action>
  std::uint64_t registers_sent(Action action) {
    auto sent = [this] { return left.replica.counters().registers_sent + right.replica.counters().registers_sent; };
    auto before = sent();
    action();
    network.settle();
    return sent() - before;
  }

  replica_network network;
  network_node& left = network.add();
  network_node& right = network.add();
  link_id link;
};

/// The same with small parts, so that a few keys make many of them.
struct two_replicas_with_small_parts {
  static constexpr std::size_t part_bytes = 1'000;
  static constexpr std::size_t window_bytes = 4'000;
  static constexpr std::size_t register_bytes_max = 200;

  two_replicas_with_small_parts() {
    network.options.part_bytes = part_bytes;
    network.options.window_bytes = window_bytes;
    left = &network.add();
    right = &network.add();
  }

  /// Puts the keys with numbers from `first` up to before `last`, and values of 100 bytes.
  void put_many(network_node& node, int first, int last) {
    for (int i = first; i < last; ++i)
      node.put("k" + std::to_string(i), std::string(100, 'v'));
  }

  replica_network network;
  network_node* left;
  network_node* right;
};

/// The delta in `frame`; the test fails if there is none.
delta_view delta_in(std::string_view frame) {
  auto decoded = decode(frame);
  BOOST_REQUIRE(decoded);
  BOOST_REQUIRE(std::holds_alternative<delta_view>(*decoded));
  return std::get<delta_view>(*decoded);
}

} // namespace

// -- what one side writes, the other reads ---------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(what_is_put_on_one_replica_is_read_on_the_other, two_replicas) {
  meet();
  left.put("x", "1");
  right.put("y", "2");
  network.settle();
  BOOST_TEST(right.read("x") == "1");
  BOOST_TEST(left.read("y") == "2");
  network.check_converged();
}

BOOST_DATA_TEST_CASE(what_was_put_before_the_link_opened_is_read_on_the_other,
                     boost::unit_test::data::make({false, true}), writer_opens_first) {
  replica_network network;
  auto& writer = network.add();
  auto& reader = network.add();
  writer.put("x", "1");
  if (writer_opens_first)
    network.connect(writer, reader);
  else
    network.connect(reader, writer);
  network.settle();
  BOOST_TEST(reader.read("x") == "1");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_hello_that_came_before_the_link_was_open_there_is_not_needed, two_replicas) {
  left.put("x", "1");
  right.put("y", "2");
  link = network.connect(left, right);
  network.frames(left, right).clear();
  network.settle();
  network.check_converged();
  BOOST_TEST(right.read("x") == "1");
  BOOST_TEST(left.read("y") == "2");
}

BOOST_FIXTURE_TEST_CASE(an_erase_on_one_replica_is_seen_on_the_other, two_replicas) {
  meet();
  left.put("x", "1");
  network.settle();
  right.erase("x");
  network.settle();
  BOOST_TEST(left.read("x") == absent);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(an_expiry_is_the_same_on_the_other_replica, two_replicas) {
  meet();
  left.put("x", "1", left.now_ms() + 1'000);
  network.pass(900);
  BOOST_TEST(right.read("x") == "1");
  network.pass(100);
  BOOST_TEST(right.read("x") == absent);
  network.pass(20'000);
  BOOST_TEST(right.replica.key_count() == 0u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_watcher_is_told_of_what_the_other_replica_changes, two_replicas) {
  meet();
  left.put("x", "1");
  network.settle();
  auto changes = right.replica.take_changes();
  BOOST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(changes[0].key == "x");
  BOOST_TEST(changes[0].readable());
  left.erase("x");
  network.settle();
  changes = right.replica.take_changes();
  BOOST_REQUIRE(changes.size() == 1u);
  BOOST_TEST(!changes[0].readable());
}

BOOST_AUTO_TEST_CASE(a_new_incarnation_gets_everything_back) {
  replica_network network;
  auto& survivor = network.add();
  auto& crashed = network.add();
  network.connect(survivor, crashed);
  survivor.put("x", "1");
  crashed.put("y", "2");
  network.settle();
  network.crash(crashed);
  auto& incarnation = network.add();
  network.connect(survivor, incarnation);
  network.settle();
  BOOST_TEST(incarnation.read("x") == "1");
  BOOST_TEST(incarnation.read("y") == "2");
  network.check_converged();
}

// -- concurrent writes -----------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(of_concurrent_puts_both_replicas_read_the_later_one, two_replicas) {
  right.put("x", "earlier");
  network.pass(100);
  left.put("x", "later");
  meet();
  BOOST_TEST(left.read("x") == "later");
  BOOST_TEST(right.read("x") == "later");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_put_that_an_erase_has_not_seen_survives_it, two_replicas) {
  left.put("x", "seen");
  meet();
  part();
  left.erase("x");
  network.pass(100);
  right.put("x", "unseen");
  meet();
  BOOST_TEST(left.read("x") == "unseen");
  BOOST_TEST(right.read("x") == "unseen");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(an_erase_wins_over_what_it_has_seen, two_replicas) {
  left.put("x", "left");
  right.put("x", "right");
  meet();
  part();
  left.erase("x");
  meet();
  BOOST_TEST(right.read("x") == absent);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_later_write_of_any_key_has_a_greater_stamp_than_all_that_the_replica_has_seen, two_replicas) {
  right.clock_offset_ms = -5'000;
  meet();
  left.put("x", "1");
  network.settle();
  right.put("y", "2");
  BOOST_TEST(right.replica.get("y", right.now_ms())->stamp > right.replica.get("x", right.now_ms())->stamp);
}

// -- when something is sent ------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(changes_gather_behind_one_message_in_flight, two_replicas) {
  meet();
  left.put("x", "1");
  BOOST_TEST(network.frames(left, right).size() == 1u);
  for (int i = 0; i < 10; ++i)
    left.put("k" + std::to_string(i), "2");
  BOOST_TEST(network.frames(left, right).size() == 1u);
  network.deliver(left, right);
  network.deliver(right, left);
  BOOST_REQUIRE(network.frames(left, right).size() == 1u);
  BOOST_TEST(delta_in(network.frames(left, right).front()).register_count == 10u);
  network.settle();
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(of_a_key_that_changes_again_and_again_only_the_latest_is_sent, two_replicas) {
  meet();
  left.put("x", "0");
  BOOST_TEST(registers_sent([&] {
               for (int i = 1; i <= 100; ++i)
                 left.put("x", std::to_string(i));
             })
             == 1u);
  BOOST_TEST(right.read("x") == "100");
}

BOOST_FIXTURE_TEST_CASE(keys_that_are_written_while_a_batch_waits_for_the_window_are_sent_once,
                        two_replicas_with_small_parts) {
  network.connect(*left, *right);
  network.settle();
  const auto sent = [&] { return left->replica.counters().registers_sent; };
  const auto before = sent();
  for (int i = 0; i < 400; i += 10) {
    put_many(*left, i, i + 10);
    network.deliver(*left, *right);
    network.deliver(*right, *left);
  }
  network.settle();
  BOOST_TEST(right->replica.key_count() == 400u);
  BOOST_TEST(sent() - before == 400u);
}

BOOST_FIXTURE_TEST_CASE(an_idle_link_carries_heartbeats_and_nothing_else, two_replicas) {
  left.put("x", "1");
  meet();
  network.pass(60'000);
  auto before = left.replica.counters();
  network.pass(60'000);
  auto after = left.replica.counters();
  BOOST_TEST(after.registers_sent == before.registers_sent);
  BOOST_TEST(after.frames_sent - before.frames_sent <= 60u);
  BOOST_TEST(after.bytes_sent - before.bytes_sent <= 60u * 48u);
}

BOOST_FIXTURE_TEST_CASE(a_slow_neighbour_is_sent_no_more_than_the_window, two_replicas_with_small_parts) {
  network.connect(*left, *right);
  network.settle();
  put_many(*left, 0, 500);
  std::size_t bytes = 0;
  for (const auto& frame : network.frames(*left, *right))
    bytes += frame.size();
  BOOST_TEST(left->replica.neighbours().front().in_flight_bytes == bytes);
  BOOST_TEST(bytes <= window_bytes + register_bytes_max);
  BOOST_TEST(bytes > window_bytes / 2);
  network.settle();
  network.check_converged();
  BOOST_TEST(left->replica.neighbours().front().in_flight_bytes == 0u);
}

// So that no call takes long, however wide the window is.
BOOST_FIXTURE_TEST_CASE(a_wide_window_is_filled_by_a_few_parts_at_a_time, two_replicas_with_small_parts) {
  network.options.window_bytes = 1'000 * part_bytes;
  auto& writer = network.add();
  auto& reader = network.add();
  put_many(writer, 0, 500);
  network.connect(writer, reader);
  auto deliver = [&](network_node& from, network_node& to) {
    const auto before = writer.replica.counters().bytes_sent;
    network.deliver(from, to);
    BOOST_TEST(writer.replica.counters().bytes_sent - before <= 5 * (part_bytes + register_bytes_max));
  };
  std::size_t bytes_max = 0;
  while (reader.replica.key_count() < 500) {
    deliver(reader, writer);
    deliver(writer, reader);
    bytes_max = std::max(bytes_max, writer.replica.neighbours().front().in_flight_bytes);
  }
  BOOST_TEST(bytes_max > 10 * part_bytes);
}

BOOST_AUTO_TEST_CASE(one_call_builds_a_few_parts_however_many_neighbours_wait) {
  constexpr int neighbours = 8;
  replica_network network;
  network.options.part_registers_max = 10;
  network.options.work_registers_max = 40;
  auto& hub = network.add();
  for (int i = 0; i < 200; ++i)
    hub.put("k" + std::to_string(i), "v");
  std::vector<network_node*> spokes;
  for (int i = 0; i < neighbours; ++i) {
    spokes.push_back(&network.add());
    network.connect(hub, *spokes.back());
  }
  auto most = std::uint64_t{0};
  auto sent = [&] { return hub.replica.counters().registers_sent; };
  auto count = [&](auto call) {
    const auto before = sent();
    call();
    most = std::max(most, sent() - before);
  };
  for (auto is_quiet = false; !is_quiet;) {
    is_quiet = true;
    for (auto* spoke : spokes) {
      count([&] { is_quiet &= !network.deliver(*spoke, hub); });
      is_quiet &= !network.deliver(hub, *spoke);
    }
    if (hub.replica.has_work())
      count([&] { hub.replica.work(hub.now_ms()); });
  }
  BOOST_TEST(most <= 60u);
  for (auto* spoke : spokes)
    BOOST_TEST(spoke->replica.key_count() == 200u);
}

BOOST_AUTO_TEST_CASE(a_part_carries_a_limited_number_of_registers) {
  replica_network small;
  small.options.part_registers_max = 10;
  auto& writer = small.add();
  auto& reader = small.add();
  for (int i = 0; i < 35; ++i)
    writer.put("k" + std::to_string(i), "v");
  small.connect(writer, reader);
  std::vector<std::size_t> registers;
  for (auto is_quiet = false; !is_quiet;) {
    const auto before = reader.replica.counters().registers_received;
    const auto has_come = small.deliver(writer, reader);
    if (const auto count = reader.replica.counters().registers_received - before; count > 0)
      registers.push_back(count);
    is_quiet = !small.deliver(reader, writer) && !has_come;
  }
  BOOST_TEST((registers == std::vector<std::size_t>{10, 10, 10, 5}));
  BOOST_TEST(reader.replica.key_count() == 35u);
}

BOOST_FIXTURE_TEST_CASE(an_empty_replica_catches_up_in_parts_while_keys_change, two_replicas_with_small_parts) {
  constexpr int keys = 300;
  const dot first{left->replica.id(), 1};
  put_many(*left, 0, keys);
  network.set_members();
  network.connect(*left, *right);
  while (network.frames(*left, *right).empty()
         || !std::holds_alternative<delta_view>(*decode(network.frames(*left, *right).front()))) {
    network.deliver(*left, *right);
    network.deliver(*right, *left);
  }

  int parts = 0;
  for (; !right->replica.caught_up(); ++parts) {
    const auto frame = network.frames(*left, *right).front();
    const auto delta = delta_in(frame);
    BOOST_TEST(frame.size() <= part_bytes + register_bytes_max);
    // Only the cut at the end of the batch counts.
    BOOST_TEST(right->replica.vector().empty());
    BOOST_TEST(left->replica.holders(first).empty());
    const auto key_count = right->replica.key_count();
    network.deliver(*left, *right);
    BOOST_TEST(right->replica.key_count() >= key_count);
    BOOST_TEST(right->replica.caught_up() == delta.trailer.last);
    // A key that has been sent, one that has not, and a new one.
    left->put("k0", std::to_string(parts));
    left->put("k" + std::to_string(keys - 1), std::to_string(parts));
    left->put("new" + std::to_string(parts), "");
    while (network.frames(*left, *right).empty())
      BOOST_REQUIRE(network.deliver(*right, *left));
  }
  BOOST_TEST(parts > 20);
  network.settle();
  network.check_converged();
  BOOST_TEST(right->replica.key_count() == static_cast<std::size_t>(keys + parts));
}

BOOST_FIXTURE_TEST_CASE(a_value_larger_than_the_window_arrives_and_small_ones_beside_it,
                        two_replicas_with_small_parts) {
  network.connect(*left, *right);
  const std::string large(10 * window_bytes, 'x');
  left->put("x", large);
  left->put("y", "small");
  network.settle();
  BOOST_TEST((right->read("x") == large));
  BOOST_TEST(right->read("y") == "small");
  network.check_converged();
}

// -- links that come and go ------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(after_a_partition_only_the_difference_is_sent, two_replicas) {
  for (int i = 0; i < 1'000; ++i)
    left.put("k" + std::to_string(i), "common");
  meet();
  part();
  for (int i = 0; i < 3; ++i)
    left.put("k" + std::to_string(i), "left");
  right.put("k999", "right");
  right.erase("k998");
  BOOST_TEST(registers_sent([&] { meet(); }) == 5u);
  network.check_converged();
  BOOST_TEST(left.read("k999") == "right");
  BOOST_TEST(left.read("k998") == absent);
}

BOOST_FIXTURE_TEST_CASE(a_link_that_closes_in_the_middle_of_a_batch_loses_nothing, two_replicas_with_small_parts) {
  put_many(*left, 0, 100);
  auto link = network.connect(*left, *right);
  while (right->replica.key_count() == 0) {
    network.deliver(*right, *left);
    network.deliver(*left, *right);
  }
  network.disconnect(link);
  BOOST_TEST(right->replica.vector().empty());
  left->erase("k0");
  network.connect(*left, *right);
  network.settle();
  network.check_converged();
  BOOST_TEST(right->replica.key_count() == 99u);
}

BOOST_FIXTURE_TEST_CASE(a_frame_over_a_link_that_is_not_open_is_ignored, two_replicas) {
  meet();
  left.put("x", "1");
  auto frame = network.frames(left, right).front();
  part();
  BOOST_TEST(!right.replica.receive(link, frame, right.now_ms()));
  BOOST_TEST(right.read("x") == absent);
}

// -- frames that are lost, repeated and reordered --------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_lost_delta_is_made_good_when_the_next_one_comes, two_replicas_with_small_parts) {
  network.connect(*left, *right);
  network.settle();
  put_many(*left, 0, 30);
  auto& frames = network.frames(*left, *right);
  BOOST_REQUIRE(frames.size() > 2u);
  frames.erase(frames.begin() + 1);
  network.settle();
  BOOST_TEST(right->replica.key_count() == 30u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_lost_delta_is_made_good_when_no_acknowledgement_comes, two_replicas) {
  meet();
  left.put("x", "1");
  network.frames(left, right).clear();
  network.pass(left.replica.options().answer_within_ms + 2'000);
  BOOST_TEST(right.read("x") == "1");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(a_lost_acknowledgement_is_made_good, two_replicas) {
  meet();
  auto written = left.put("x", "1");
  network.set_members();
  network.deliver(left, right);
  network.frames(right, left).clear();
  network.pass(left.replica.options().answer_within_ms + 2'000);
  BOOST_TEST(left.replica.is_acknowledged());
  BOOST_TEST(left.replica.holders(written).size() == 1u);
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(lost_hellos_are_said_again, two_replicas) {
  left.put("x", "1");
  network.connect(left, right);
  network.frames(left, right).clear();
  network.frames(right, left).clear();
  network.pass(left.replica.options().answer_within_ms + 2'000);
  BOOST_TEST(right.read("x") == "1");
  network.check_converged();
}

BOOST_FIXTURE_TEST_CASE(repeated_frames_change_nothing, two_replicas_with_small_parts) {
  network.connect(*left, *right);
  network.settle();
  put_many(*left, 0, 20);
  left->erase("k0");
  while (!network.frames(*left, *right).empty() || !network.frames(*right, *left).empty())
    for (auto [from, to] : {std::pair{left, right}, std::pair{right, left}})
      if (auto& frames = network.frames(*from, *to); !frames.empty()) {
        frames.push_front(frames.front());
        network.deliver(*from, *to);
        network.deliver(*from, *to);
      }
  network.check_converged();
  BOOST_TEST(right->replica.key_count() == 19u);
  BOOST_TEST(right->refusals.empty());
}

BOOST_FIXTURE_TEST_CASE(reordered_frames_do_no_harm, two_replicas_with_small_parts) {
  network.connect(*left, *right);
  network.settle();
  put_many(*left, 0, 30);
  auto& frames = network.frames(*left, *right);
  BOOST_REQUIRE(frames.size() > 2u);
  std::swap(frames[0], frames[2]);
  network.settle();
  network.pass(left->replica.options().answer_within_ms + 2'000);
  network.check_converged();
  BOOST_TEST(right->replica.key_count() == 30u);
}

// -- what is known of the other side ---------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_event_is_held_by_the_members_that_have_acknowledged_it, two_replicas) {
  meet();
  network.set_members();
  auto written = left.put("x", "1");
  BOOST_TEST(left.replica.holders(written).empty());
  BOOST_TEST(!left.replica.is_acknowledged());
  BOOST_TEST(unacknowledged_keys(left.replica) == std::vector<std::string>{"x"}, per_element());
  BOOST_TEST(left.replica.neighbours().front().lag_events == 1u);
  network.deliver(left, right);
  BOOST_TEST(right.read("x") == "1");
  BOOST_TEST(!left.replica.is_acknowledged());
  network.deliver(right, left);
  BOOST_TEST(left.replica.holders(written) == std::vector<replica_id>{right.replica.id()}, per_element());
  BOOST_TEST(left.replica.is_acknowledged());
  BOOST_TEST(unacknowledged_keys(left.replica).empty());
  BOOST_TEST(left.replica.neighbours().front().lag_events == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_neighbour_that_is_no_member_holds_nothing, two_replicas) {
  meet();
  auto written = left.put("x", "1");
  network.settle();
  BOOST_TEST(left.replica.holders(written).empty());
  BOOST_TEST(left.replica.is_acknowledged());
}

BOOST_FIXTURE_TEST_CASE(a_member_that_is_away_acknowledges_nothing, two_replicas) {
  network.set_members();
  left.put("y", "1");
  left.put("x", "1");
  left.erase("x");
  BOOST_TEST(!left.replica.is_acknowledged());
  BOOST_TEST(unacknowledged_keys(left.replica) == (std::vector<std::string>{"x", "y"}), per_element());
  meet();
  BOOST_TEST(left.replica.is_acknowledged());
  part();
  BOOST_TEST(!left.replica.is_acknowledged());
}

BOOST_FIXTURE_TEST_CASE(only_unacknowledged_keys_are_listed, two_replicas) {
  meet();
  network.set_members();
  for (auto key : {"a", "b", "c"})
    left.put(key, "1");
  network.settle();
  left.put("b", "2");
  BOOST_TEST(unacknowledged_keys(left.replica) == std::vector<std::string>{"b"}, per_element());
}

BOOST_FIXTURE_TEST_CASE(a_replica_has_caught_up_when_all_that_the_neighbour_had_has_arrived, two_replicas) {
  left.put("x", "1");
  link = network.connect(left, right);
  BOOST_TEST(!right.replica.caught_up());
  while (!right.replica.caught_up()) {
    BOOST_TEST(right.read("x") == absent);
    BOOST_REQUIRE(network.deliver(left, right));
    network.deliver(right, left);
  }
  BOOST_TEST(right.read("x") == "1");
}

BOOST_FIXTURE_TEST_CASE(a_neighbour_is_described, two_replicas) {
  meet();
  auto neighbours = left.replica.neighbours();
  BOOST_REQUIRE(neighbours.size() == 1u);
  BOOST_TEST((neighbours[0].link == link));
  BOOST_TEST(neighbours[0].id == right.replica.id());
  BOOST_TEST(neighbours[0].node == "node 2");
  BOOST_TEST(neighbours[0].push);
  BOOST_TEST(neighbours[0].caught_up);
  part();
  BOOST_TEST(left.replica.neighbours().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_sync_test
