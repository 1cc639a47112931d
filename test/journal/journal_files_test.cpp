#include "journal/journal.hpp"

#include "crdt/replica.hpp"
#include "journal/recovery.hpp"
#include "test/simulation/simulated_disk.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace journal_files_test {

using namespace ariadne;
using ariadne::simulation::simulated_disk;

BOOST_AUTO_TEST_SUITE(journal_files)

namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000;

/// A node that keeps a journal on a disk, and is started anew on it.
struct kept_node {
  explicit kept_node(simulated_disk& d, std::uint64_t id, journal::journal_options options = {}) : disk(d) {
    crdt::replica_options core;
    core.id = {id};
    replica.emplace(core);
    options.draw_salt = [this] { return ++salts; };
    auto found = journal::recover(disk);
    BOOST_REQUIRE_MESSAGE(found.has_value(), found.error().text);
    log.emplace(disk, std::move(options));
    BOOST_REQUIRE(log->begin(*found, {"c", "n", 0, 1}).has_value());
    replica->restore(std::move(found->state), now_ms);
    replica->begin_journal();
  }

  void put(const std::string& key, const std::string& value) {
    BOOST_REQUIRE(replica->put(key, crdt::shared_bytes{value}, now_ms).has_value());
  }

  /// Writes all that the journal lacks.
  void commit(bool is_synced = true) {
    while (replica->has_journal_part()) {
      const auto done = log->write(replica->take_journal_part(), is_synced, now_ms);
      BOOST_REQUIRE(done.has_value());
      if (done->wants_walk)
        replica->walk_for_journal();
      if (done->durable)
        replica->note_durable(*done->durable);
    }
  }

  std::string read(const std::string& key) const {
    const auto found = replica->get(key, now_ms);
    return found ? std::string{found->value.view()} : std::string{"nothing"};
  }

  simulated_disk& disk;
  std::uint64_t salts = 0;
  std::optional<crdt::replica> replica;
  std::optional<journal::journal> log;
};

std::uint64_t bytes_of(simulated_disk& disk) {
  std::uint64_t result = 0;
  const auto files = disk.list();
  for (const auto& file : *files)
    result += file.bytes;
  return result;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_node_comes_back_with_what_it_has_committed) {
  simulated_disk disk{1};
  kept_node before{disk, 1};
  before.put("kept", "round 7");
  before.put("erased", "round 1");
  before.replica->erase("erased", now_ms);
  before.commit();
  disk.cut_power();
  kept_node after{disk, 2};
  BOOST_TEST(after.read("kept") == "round 7");
  BOOST_TEST(after.read("erased") == "nothing");
  BOOST_TEST(after.replica->vector() == before.replica->vector());
  BOOST_TEST(!after.replica->is_own(crdt::replica_id{1}));
  after.replica->check_invariants();
}

BOOST_AUTO_TEST_CASE(what_no_claim_holds_for_does_not_count) {
  simulated_disk disk{1};
  kept_node before{disk, 1};
  before.put("claimed", "1");
  before.commit();
  before.put("x", "1");
  before.put("y", "1");
  // One of the two registers is handed out, and so no claim.
  const auto part = before.replica->take_journal_part({.registers_max = 1});
  BOOST_TEST(!part.claim.has_value());
  BOOST_REQUIRE(before.log->write(part, true, now_ms).has_value());
  kept_node after{disk, 2};
  BOOST_TEST(after.read("claimed") == "1");
  BOOST_TEST(after.read("x") == "nothing");
  // Nor does it once a later claim stands behind it.
  after.put("z", "1");
  after.commit();
  kept_node last{disk, 3};
  BOOST_TEST(last.read("x") == "nothing");
  BOOST_TEST(last.read("z") == "1");
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_what_was_synced_is_damage) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    simulated_disk disk{seed};
    kept_node before{disk, 1};
    before.put("x", "1");
    before.commit();
    BOOST_REQUIRE(before.log->note_pause().has_value());
    disk.flip_bit();
    const auto found = journal::recover(disk);
    // Only the note itself may be lost unseen.
    if (found)
      BOOST_TEST(found->state.registers.size() == 1u, "seed " << seed);
    else
      BOOST_TEST((found.error().what == journal::fault::kind::damaged
                  || found.error().what == journal::fault::kind::unknown_format));
  }
}

BOOST_AUTO_TEST_CASE(a_large_value_is_written_once) {
  simulated_disk disk{1};
  kept_node node{disk, 1};
  node.put("large", std::string(1'000'000, 'v'));
  node.commit();
  const auto before = bytes_of(disk);
  crdt::journal_part again;
  const auto* owner = node.replica->map().find("large");
  again.changed.push_back({"large", node.replica->map().value(*owner)});
  BOOST_REQUIRE(node.log->write(again, true, now_ms).has_value());
  BOOST_TEST(bytes_of(disk) - before < 200u);
  kept_node after{disk, 2};
  BOOST_TEST(after.read("large").size() == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(the_log_is_replaced_by_a_snapshot) {
  simulated_disk disk{1};
  journal::journal_options options;
  options.segment_bytes = 10'000;
  options.log_bytes_min = 20'000;
  {
    kept_node node{disk, 1, options};
    for (auto i = 0; i < 2'000; ++i) {
      node.put("k" + std::to_string(i % 10), std::string(100, 'v') + std::to_string(i));
      node.commit();
    }
    BOOST_TEST(bytes_of(disk) < 60'000u);
  }
  disk.cut_power();
  kept_node after{disk, 2};
  BOOST_TEST(after.replica->key_count() == 10u);
  BOOST_TEST(after.read("k9") == std::string(100, 'v') + "1999");
}

BOOST_AUTO_TEST_CASE(after_a_disk_error_nothing_counts_before_all_is_written_anew) {
  simulated_disk disk{1};
  kept_node node{disk, 1};
  node.put("before", "1");
  node.commit();
  node.put("lost", "1");
  disk.fail_after(1, journal::disk_error::kind::broken);
  BOOST_TEST(!node.log->write(node.replica->take_journal_part(), true, now_ms).has_value());
  BOOST_REQUIRE(node.log->begin_anew().has_value());
  node.put("after", "1");
  const auto done = node.log->write(node.replica->take_journal_part(), true, now_ms);
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST(!done->durable.has_value());
  node.replica->walk_for_journal();
  node.commit();
  disk.cut_power();
  kept_node after{disk, 2};
  BOOST_TEST(after.read("before") == "1");
  BOOST_TEST(after.read("lost") == "1");
  BOOST_TEST(after.read("after") == "1");
}

BOOST_AUTO_TEST_CASE(what_comes_back_is_durable_unless_the_disk_had_failed) {
  simulated_disk disk{1};
  {
    kept_node node{disk, 1};
    node.put("x", "1");
    node.commit();
  }
  {
    kept_node again{disk, 2};
    BOOST_TEST(*again.replica->durable() == again.replica->vector());
    again.put("y", "1");
    disk.fail_after(1, journal::disk_error::kind::broken);
    BOOST_TEST(!again.log->write(again.replica->take_journal_part(), true, now_ms).has_value());
    BOOST_REQUIRE(again.log->begin_anew().has_value());
  }
  kept_node after{disk, 3};
  BOOST_TEST(after.read("x") == "1");
  BOOST_TEST(after.replica->durable()->empty());
  after.replica->walk_for_journal();
  after.commit();
  BOOST_TEST(*after.replica->durable() == after.replica->vector());
}

BOOST_AUTO_TEST_CASE(a_journal_without_its_manifest_is_damaged) {
  simulated_disk disk{1};
  kept_node node{disk, 1};
  node.put("x", "1");
  node.commit();
  BOOST_REQUIRE(disk.remove(journal::manifest_name).has_value());
  BOOST_TEST(!journal::recover(disk).has_value());
}

BOOST_AUTO_TEST_CASE(an_id_that_is_set_outlives_a_power_cut_and_is_gone_on_with) {
  simulated_disk disk{1};
  {
    kept_node first{disk, 1};
    BOOST_TEST((first.log->id() == journal::cluster_mark{}));
    BOOST_REQUIRE(first.log->set_id({7, 1}).has_value());
    disk.cut_power();
  }
  BOOST_TEST((journal::recover(disk)->manifest.id == journal::cluster_mark{7, 1}));
  kept_node second{disk, 2};
  BOOST_TEST((second.log->id() == journal::cluster_mark{7, 1}));
  BOOST_REQUIRE(second.log->set_id({7, 2}).has_value());
  second.put("key", "value");
  second.commit();
  disk.cut_power();
  const auto found = journal::recover(disk);
  BOOST_TEST((found->manifest.id == journal::cluster_mark{7, 2}));
  BOOST_TEST(found->state.registers.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace journal_files_test
