#include "crdt/codec.hpp"
#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace replica_durability_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// What is durable where, and what follows from it.
BOOST_AUTO_TEST_SUITE(replica_durability)

namespace {

/// What a journal of a replica has kept.
struct kept_state {
  std::map<std::string, causal_register> registers;
  knowledge_claim claim;

  restored_state read() const {
    restored_state result;
    for (const auto& [key, value] : registers)
      result.registers.push_back({key, value});
    result.claim = claim;
    return result;
  }
};

constexpr std::size_t keys = 100;

/// Three members, each with a journal.
struct three_disks {
  explicit three_disks(disk_patience patience = {}) {
    network.options.patience_with_disks = patience;
    for (auto& node : nodes) {
      node = &network.add();
      node->replica.begin_journal();
    }
    network.connect_all();
    network.set_members();
    network.settle();
  }

  network_node& operator[](std::size_t i) {
    return *nodes[i];
  }

  /// The journal of a node keeps all that it lacks.
  void commit(std::size_t i) {
    auto& replica = nodes[i]->replica;
    while (replica.has_journal_part()) {
      auto part = replica.take_journal_part();
      for (auto& changed : part.changed)
        if (changed.is_gone())
          disks[i].registers.erase(changed.key);
        else
          disks[i].registers.insert_or_assign(changed.key, changed.value);
      if (!part.claim)
        continue;
      disks[i].claim = *part.claim;
      replica.note_durable(part.claim->vector);
    }
  }
  void commit_all() {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      commit(i);
    network.settle();
  }

  void crash(std::size_t i) {
    network.crash(*nodes[i]);
    is_down[i] = true;
    network.set_members();
  }
  /// A node that has crashed comes back with what its journal has kept.
  void restart(std::size_t i) {
    nodes[i] = &network.restart(*nodes[i]);
    nodes[i]->replica.restore(disks[i].read(), network.now_ms());
    nodes[i]->replica.begin_journal();
    is_down[i] = false;
    for (std::size_t other = 0; other < nodes.size(); ++other)
      if (other != i && !is_down[other])
        network.connect(*nodes[i], *nodes[other]);
    network.set_members();
    network.pass(3'000);
  }

  void put_all(std::size_t i) {
    for (std::size_t k = 0; k < keys; ++k)
      nodes[i]->put("k" + std::to_string(k), "written by " + std::to_string(i));
    network.settle();
  }
  void erase_all(std::size_t i) {
    for (std::size_t k = 0; k < keys; ++k)
      nodes[i]->erase("k" + std::to_string(k));
    network.settle();
  }

  std::uint64_t full_states_sent() const {
    std::uint64_t result = 0;
    for (const auto* node : nodes)
      result += node->replica.counters().full_states_sent;
    return result;
  }

  replica_network network;
  std::array<network_node*, 3> nodes{};
  std::array<kept_state, 3> disks;
  std::array<bool, 3> is_down{};
};

struct three_impatient_disks : three_disks {
  three_impatient_disks() : three_disks({10'000, 1'000'000}) {}
};
struct three_narrow_disks : three_disks {
  three_narrow_disks() : three_disks({3'600'000, keys / 2}) {}
};

} // namespace

// -- what is told ----------------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_event_is_known_to_be_durable_once_it_is_committed_and_no_earlier, three_disks) {
  auto& writer = nodes[0]->replica;
  const auto other = nodes[1]->replica.id();
  const auto written = nodes[0]->put("x", "1");
  network.settle();
  BOOST_TEST(writer.acknowledged_by(other, written.replica) == written.counter);
  BOOST_TEST((writer.durable_at(other, written.replica) == 0u));
  commit(1);
  network.settle();
  BOOST_TEST((writer.durable_at(other, written.replica) == written.counter));
  BOOST_TEST((writer.durable_at(writer.id(), written.replica) == 0u));
  commit(0);
  BOOST_TEST((writer.durable_at(writer.id(), written.replica) == written.counter));
}

BOOST_FIXTURE_TEST_CASE(a_writer_is_told_what_is_durable_before_time_passes, three_disks) {
  nodes[0]->put("x", "1");
  network.settle();
  commit(1);
  BOOST_TEST(network.frames(*nodes[1], *nodes[0]).size() == 1u);
  BOOST_TEST(network.frames(*nodes[1], *nodes[2]).empty());
  network.pass(100);
  BOOST_TEST((nodes[2]->replica.durable_at(nodes[1]->replica.id(), nodes[0]->replica.id()) == 1u));
}

BOOST_FIXTURE_TEST_CASE(what_is_durable_is_told_again_over_a_new_link, three_disks) {
  const auto written = nodes[0]->put("x", "1");
  network.settle();
  commit_all();
  crash(0);
  restart(0);
  for (std::size_t other : {1u, 2u})
    BOOST_TEST((nodes[0]->replica.durable_at(nodes[other]->replica.id(), written.replica) == written.counter));
}

BOOST_AUTO_TEST_CASE(without_a_journal_a_hello_and_an_ack_are_one_byte_longer_than_before) {
  const auto before = codec_version_with_journals - 1;
  BOOST_TEST(encode(ack{1, 2, {{a, 3}}, 4, {}}).size() == encode(ack{1, 2, {{a, 3}}, 4, {}}, before).size() + 1);
  BOOST_TEST(encode(hello{}).size() == encode(hello{}, before).size() + 1);
}

BOOST_AUTO_TEST_CASE(a_replica_without_a_journal_has_nothing_durable) {
  replica_network network;
  auto& one = network.add();
  auto& two = network.add();
  network.connect(one, two);
  one.put("x", "1");
  network.settle();
  BOOST_TEST(!one.replica.durable_at(one.replica.id(), one.replica.id()));
  BOOST_TEST(!one.replica.durable_at(two.replica.id(), one.replica.id()));
}

BOOST_AUTO_TEST_CASE(to_a_neighbour_of_before_journals_nothing_is_said_of_them) {
  replica_network network;
  auto& one = network.add();
  auto& two = network.add();
  one.replica.begin_journal();
  for (auto* node : {&one, &two})
    node->replica.open({99}, true, network.now_ms(), codec_version_with_journals - 1);
  for (auto& frame : one.replica.take_frames())
    BOOST_TEST(codec_version_of(frame.bytes) == codec_version_with_journals - 1);
  one.put("x", "1");
  one.replica.take_frames();
  while (one.replica.has_journal_part())
    if (auto part = one.replica.take_journal_part(); part.claim)
      one.replica.note_durable(part.claim->vector);
  BOOST_TEST(one.replica.take_frames().empty());
}

// -- what is forgotten -----------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(a_node_that_restarts_from_its_disk_catches_up_by_deltas, three_disks) {
  put_all(0);
  commit_all();
  crash(2);
  restart(2);
  commit_all();
  crash(2);
  erase_all(1);
  nodes[1]->put("new", "1");
  commit(0);
  commit(1);
  network.pass(600'000);
  BOOST_TEST(nodes[0]->replica.map().size() == keys + 1);
  const auto registers = nodes[0]->replica.counters().registers_sent + nodes[1]->replica.counters().registers_sent;
  restart(2);
  network.check_converged();
  BOOST_TEST(nodes[2]->read("k7") == absent);
  BOOST_TEST(full_states_sent() == 0u);
  BOOST_TEST(nodes[0]->replica.counters().registers_sent + nodes[1]->replica.counters().registers_sent - registers
             <= 2 * (keys + 1));
}

BOOST_FIXTURE_TEST_CASE(what_is_erased_is_forgotten_once_it_is_on_all_disks, three_disks) {
  put_all(0);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(1'000);
  for (const auto* node : nodes)
    BOOST_TEST(node->replica.map().size() == keys);
  commit_all();
  network.pass(1'000);
  for (const auto* node : nodes)
    BOOST_TEST(node->replica.map().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_keeps_nothing_is_waited_for_no_longer_than_the_patience, three_impatient_disks) {
  put_all(0);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(9'000);
  BOOST_TEST(nodes[0]->replica.map().size() == keys);
  network.pass(2'000);
  for (const auto* node : nodes)
    BOOST_TEST(node->replica.map().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_is_down_is_waited_for_no_longer_than_the_patience, three_impatient_disks) {
  put_all(0);
  commit_all();
  // What lacks nothing may stay down for as long as it likes.
  crash(2);
  network.pass(30'000);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(9'000);
  BOOST_TEST(nodes[0]->replica.map().size() == keys);
  network.pass(2'000);
  BOOST_TEST(nodes[0]->replica.map().size() == 0u);
  restart(2);
  network.check_converged();
  BOOST_TEST(full_states_sent() > 0u);
  BOOST_TEST(nodes[2]->replica.key_count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_disk_is_waited_for_by_no_more_registers_than_the_patience_says, three_narrow_disks) {
  put_all(0);
  commit_all();
  network.pass(100);
  crash(2);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(1'000);
  BOOST_TEST(nodes[0]->replica.map().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_follows_again_counts_again, three_impatient_disks) {
  put_all(0);
  network.pass(11'000);
  commit_all();
  network.pass(1'000);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(1'000);
  BOOST_TEST(nodes[0]->replica.map().size() == keys);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_restarts_still_waits_for_the_disk_of_one_that_is_down, three_disks) {
  put_all(0);
  commit_all();
  network.pass(200);
  nodes[0]->put("later", "1");
  network.settle();
  commit_all();
  crash(2);
  crash(0);
  crash(1);
  restart(0);
  restart(1);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(5'000);
  restart(2);
  network.check_converged();
  BOOST_TEST(full_states_sent() == 0u);
}

BOOST_FIXTURE_TEST_CASE(the_disk_of_a_node_that_is_none_any_more_does_not_count, three_disks) {
  put_all(0);
  commit_all();
  crash(2);
  erase_all(1);
  commit(0);
  commit(1);
  for (std::size_t i : {0u, 1u})
    nodes[i]->replica.drop_disk_of(nodes[2]->replica.options().node);
  network.pass(1'000);
  BOOST_TEST(nodes[0]->replica.map().size() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_incarnation_is_not_over_while_a_disk_lacks_some_of_it, three_disks) {
  commit_all();
  put_all(2);
  commit(0);
  commit(1);
  const auto former = nodes[2]->replica.id();
  crash(2);
  erase_all(1);
  commit(0);
  commit(1);
  network.pass(5'000);
  BOOST_TEST(nodes[0]->replica.vector()[former] == keys);
  restart(2);
  network.check_converged();
  BOOST_TEST(full_states_sent() == 0u);
  commit_all();
  network.pass(5'000);
  commit_all();
  network.pass(5'000);
  BOOST_TEST(nodes[0]->replica.retired()[former] == keys);
  BOOST_TEST(nodes[2]->replica.retired()[former] == keys);
}

// -- what a former incarnation has written ---------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(what_a_former_incarnation_has_written_is_not_acknowledged_before_it_is, three_disks) {
  commit_all();
  crash(0);
  nodes[0]->put("x", "1");
  commit(0);
  const auto former = nodes[0]->replica.id();
  nodes[0] = &network.restart(*nodes[0]);
  nodes[0]->replica.restore(disks[0].read(), network.now_ms());
  nodes[0]->replica.begin_journal();
  auto& replica = nodes[0]->replica;
  replica.set_members({nodes[1]->replica.id()});
  BOOST_TEST(!replica.is_acknowledged());
  BOOST_TEST((replica.ids_of_node() == std::vector<replica_id>{replica.id(), twin_of(replica.id()), former}));
  is_down[0] = false;
  network.connect(*nodes[0], *nodes[1]);
  network.settle();
  BOOST_TEST(replica.is_acknowledged());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_durability_test
