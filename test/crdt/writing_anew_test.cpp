#include "crdt/replica.hpp"

#include "test/support/crdt_values.hpp"
#include "test/support/replica_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace writing_anew_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

// What was salvaged from a damaged disk, and what the replica makes of it that begins with that.
BOOST_AUTO_TEST_SUITE(writing_anew)

namespace {

/// An incarnation that nobody remembers.
constexpr replica_id gone{99};

struct salvaging_network : replica_network {
  salvaging_network() : other(add()), founder(&add()) {
    connect(other, *founder);
    set_members();
    settle();
  }

  /// A register with one entry that was written a minute ago.
  journal_register salvaged(const std::string& key, dot d, const std::string& value) const {
    return {key, causal_register{entry{d, written_at, 0, shared_bytes{value}}}};
  }

  void write_anew(journal_registers registers) {
    founder->replica.write_anew(std::move(registers));
    while (founder->replica.has_work())
      founder->replica.work(now_ms());
    settle();
    pass(2'000);
  }

  /// The register of a key of the other node, as the disk of the founder has it, which then starts with nothing.
  journal_register lose(const std::string& key) {
    const auto& map = founder->replica.map();
    journal_register result{key, map.value(*map.find(key))};
    crash(*founder);
    // Nobody waits for it any more.
    set_members();
    pass(2'000);
    return result;
  }
  void come_back() {
    founder = &restart(*founder);
    connect(other, *founder);
    set_members();
    settle();
  }

  const stamp written_at{(now_ms() - 60'000) << 16};
  network_node& other;
  network_node* founder;
};

/// Whether the map has nothing beyond the version vector.
bool is_ahead(const replica& r) {
  auto result = false;
  r.map().index().for_each_replica([&](replica_id id, std::uint64_t highest) {
    result |= !r.covers(dot{id, highest});
  });
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(what_nobody_knows_is_written_anew_and_no_register_stays_ahead, salvaging_network) {
  const std::string large(100'000, 'x');
  write_anew({salvaged("k", {gone, 7}, "old"), salvaged("large", {twin_of(gone), 1}, large)});
  BOOST_TEST(founder->replica.written_anew() == 2u);
  check_converged();
  for (const auto* node : {&other, founder}) {
    BOOST_TEST(node->read("k") == "old");
    BOOST_TEST(node->read("large") == large);
    BOOST_TEST(!is_ahead(node->replica));
    BOOST_TEST(node->replica.whole_vector()[gone] == 0u);
  }
}

BOOST_FIXTURE_TEST_CASE(what_another_replica_has_erased_stays_erased, salvaging_network) {
  other.put("k", "old");
  settle();
  auto kept = lose("k");
  other.erase("k");
  pass(2'000);
  // Not even that it was erased is remembered, but for the version vector.
  BOOST_REQUIRE(other.replica.map().size() == 0u);
  come_back();
  write_anew({std::move(kept)});
  BOOST_TEST(founder->replica.written_anew() == 0u);
  BOOST_TEST(founder->read("k") == absent);
  BOOST_TEST(other.read("k") == absent);
}

BOOST_FIXTURE_TEST_CASE(what_another_replica_has_or_has_replaced_is_not_written_beside_that, salvaging_network) {
  other.put("k", "old");
  settle();
  auto kept = lose("k");
  other.put("k", "new");
  come_back();
  write_anew({std::move(kept)});
  BOOST_TEST(founder->replica.written_anew() == 0u);
  const auto& map = founder->replica.map();
  BOOST_TEST(map.value(*map.find("k")).live_count() == 1u);
  BOOST_TEST(founder->read("k") == "new");
}

BOOST_FIXTURE_TEST_CASE(what_another_replica_holds_ahead_is_not_written_beside_it, salvaging_network) {
  crash(*founder);
  auto& salvager = add();
  restored_state state;
  state.registers.push_back(salvaged("k", {gone, 7}, "old"));
  salvager.replica.restore(std::move(state), now_ms());
  come_back();
  connect(salvager, *founder);
  set_members();
  settle();
  write_anew({salvaged("k", {gone, 7}, "old"), salvaged("l", {gone, 8}, "older")});
  BOOST_TEST(founder->replica.written_anew() == 1u);
  check_converged();
  const auto& map = founder->replica.map();
  BOOST_TEST(map.value(*map.find("k")).live_count() == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_was_written_since_is_read_and_not_what_was_salvaged, salvaging_network) {
  other.put("k", "new");
  settle();
  write_anew({salvaged("k", {gone, 7}, "old")});
  BOOST_TEST(other.read("k") == "new");
  other.put("k", "newer");
  settle();
  const auto& map = founder->replica.map();
  BOOST_TEST(map.value(*map.find("k")).live_count() == 1u);
  BOOST_TEST(founder->read("k") == "newer");
}

BOOST_FIXTURE_TEST_CASE(what_has_been_written_anew_is_not_written_once_more, salvaging_network) {
  write_anew({salvaged("k", {gone, 7}, "old")});
  write_anew({salvaged("k", {gone, 7}, "old")});
  BOOST_TEST(founder->replica.written_anew() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_stamp_that_nobody_would_accept_is_not_kept, salvaging_network) {
  auto wrong = salvaged("k", {gone, 7}, "old");
  wrong.value = causal_register{entry{{gone, 7}, {(now_ms() + 3'600'000) << 16}, 0, shared_bytes{std::string{"old"}}}};
  write_anew({std::move(wrong)});
  check_converged();
  BOOST_TEST(other.read("k") == "old");
  BOOST_TEST(other.refusals.empty());
}

BOOST_FIXTURE_TEST_CASE(however_much_is_written_anew_one_step_writes_a_part_of_it, salvaging_network) {
  journal_registers registers;
  for (std::uint64_t i = 1; i <= 3'000; ++i)
    registers.push_back(salvaged("k" + std::to_string(i), {gone, i}, "old"));
  founder->replica.write_anew(std::move(registers));
  founder->replica.work(now_ms());
  BOOST_TEST(founder->replica.is_writing_anew());
  BOOST_TEST(founder->replica.written_anew() < 3'000u);
  while (founder->replica.has_work())
    founder->replica.work(now_ms());
  settle();
  BOOST_TEST(founder->replica.written_anew() == 3'000u);
  check_converged();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace writing_anew_test
