#include "journal/maintenance.hpp"

#include "journal/archive.hpp"
#include "journal/recovery.hpp"
#include "test/simulation/simulated_disk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace maintenance_test {

using namespace ariadne;
using ariadne::simulation::simulated_disk;

BOOST_AUTO_TEST_SUITE(maintenance)

namespace {

constexpr std::uint64_t now_ms = 1'700'000'000'000;
constexpr std::uint64_t drift_max_ms = 10'000;
const journal::owner owner{"c", "n"};

std::function<std::uint64_t()> salts() {
  return [salt = std::uint64_t{0}]() mutable { return ++salt; };
}

crdt::restored_state state_of(std::uint64_t keys, std::size_t value_bytes = 10) {
  crdt::restored_state result;
  auto& claim = result.claim;
  claim.own = {1};
  for (std::uint64_t i = 1; i <= keys; ++i) {
    crdt::journal_register r;
    r.key = "key" + std::to_string(i);
    r.value.put({{{1}, i}, {now_ms << 16}, 0, crdt::shared_bytes{std::string(value_bytes, 'v')}});
    claim.fingerprint.add(r.value.live(0));
    result.registers.push_back(std::move(r));
  }
  claim.vector.raise({{1}, keys});
  claim.registers = keys;
  return result;
}

/// A journal that has been written whole.
simulated_disk written(const crdt::restored_state& state) {
  simulated_disk disk{1};
  BOOST_REQUIRE(journal::write_whole(disk, state, owner, now_ms, salts()).has_value());
  return disk;
}

/// Flips a bit of a file.
void damage(simulated_disk& disk, const std::string& name, std::size_t offset) {
  auto bytes = *disk.read(name, 0, std::size_t{1} << 30);
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
  BOOST_REQUIRE(disk.remove(name).has_value());
  BOOST_REQUIRE(disk.append(name, bytes).has_value());
}

std::uint64_t size_of(simulated_disk& disk, const std::string& name) {
  const auto files = disk.list();
  return std::find_if(files->begin(), files->end(), [&](const auto& file) { return file.name == name; })->bytes;
}

/// The archive of a disk's journal, as a backup makes it.
std::string archive_of(simulated_disk& disk) {
  const auto files = journal::files_to_back_up(disk, *disk.list());
  BOOST_REQUIRE(files.has_value());
  auto result = journal::encode_archive_head(*files);
  for (const auto& file : *files)
    result += *disk.read(file.name, 0, file.bytes);
  journal::archive_checksum sum;
  sum.add(result);
  return result + sum.end();
}

auto unpack(const std::string& archive, simulated_disk& to) {
  return journal::unpack(
    [&](std::uint64_t offset, std::size_t bytes) -> tl::expected<std::string, journal::disk_error> {
      return archive.substr(std::min<std::size_t>(offset, archive.size()), bytes);
    },
    to);
}

std::string segment_of(simulated_disk& disk) {
  const auto files = disk.list();
  for (const auto& file : *files)
    if (journal::segment_number(file.name))
      return file.name;
  return {};
}

} // namespace

// -- obstacles -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_journal_of_this_node_is_gone_on_with) {
  auto disk = written(state_of(3));
  const auto found = journal::recover(disk);
  BOOST_TEST(!journal::find_obstacle(*found, "d", owner, now_ms, drift_max_ms).has_value());
  BOOST_TEST(!journal::find_obstacle(*found, "d", owner, now_ms - drift_max_ms, drift_max_ms).has_value());
}

BOOST_AUTO_TEST_CASE(a_journal_of_another_node_or_cluster_is_refused_with_what_to_do) {
  auto disk = written(state_of(3));
  const auto found = journal::recover(disk);
  for (const auto& other : {journal::owner{"c", "m"}, journal::owner{"d", "n"}}) {
    const auto obstacle = journal::find_obstacle(*found, "d", other, now_ms, drift_max_ms);
    BOOST_REQUIRE(obstacle.has_value());
    BOOST_TEST((obstacle->what == journal::obstacle::kind::foreign));
    BOOST_TEST(obstacle->text.find("ariadne storage adopt d --cluster " + other.cluster + " --node " + other.node)
               != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_behind_by_more_than_clocks_differ_is_an_obstacle) {
  auto disk = written(state_of(3));
  const auto obstacle =
    journal::find_obstacle(*journal::recover(disk), "d", owner, now_ms - drift_max_ms - 1, drift_max_ms);
  BOOST_REQUIRE(obstacle.has_value());
  BOOST_TEST((obstacle->what == journal::obstacle::kind::clock_behind));
}

BOOST_AUTO_TEST_CASE(a_directory_without_a_journal_is_anybodys) {
  simulated_disk disk{1};
  BOOST_TEST(!journal::find_obstacle(*journal::recover(disk), "d", owner, 0, 0).has_value());
}

// -- adopting --------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_journal_that_is_given_to_another_node_has_all_that_it_had) {
  auto disk = written(state_of(3));
  auto m = journal::recover(disk)->manifest;
  m.id = {7, 2};
  BOOST_REQUIRE(journal::give_to(disk, m, {"d", "m"}).has_value());
  disk.cut_power();
  const auto found = journal::recover(disk);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((found->manifest.id == journal::cluster_mark{}));
  BOOST_TEST(found->manifest.cluster == "d");
  BOOST_TEST(found->manifest.node == "m");
  BOOST_TEST(found->state.registers.size() == 3u);
}

// -- backups ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_unpacked_is_what_was_backed_up) {
  auto disk = written(state_of(100, 9'000));
  simulated_disk to{2};
  BOOST_REQUIRE(unpack(archive_of(disk), to).has_value());
  to.cut_power();
  const auto found = journal::recover(to);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->state.registers.size() == 100u);
  BOOST_TEST(found->state.claim.vector == state_of(100).claim.vector);
}

BOOST_AUTO_TEST_CASE(what_is_written_while_a_backup_is_made_counts_for_nothing_in_it) {
  auto disk = written(state_of(3));
  const auto files = journal::files_to_back_up(disk, *disk.list());
  BOOST_REQUIRE(disk.append(segment_of(disk), "the next frame").has_value());
  auto archive = journal::encode_archive_head(*files);
  for (const auto& file : *files)
    archive += disk.read(file.name, 0, std::size_t{1} << 20)->substr(0, file.bytes);
  journal::archive_checksum sum;
  sum.add(archive);
  simulated_disk to{2};
  BOOST_REQUIRE(unpack(archive + sum.end(), to).has_value());
  BOOST_TEST(journal::recover(to)->state.registers.size() == 3u);
}

BOOST_AUTO_TEST_CASE(of_a_backup_that_is_not_as_it_was_written_nothing_counts) {
  auto disk = written(state_of(3));
  const auto archive = archive_of(disk);
  for (std::size_t i = 0; i < archive.size(); ++i) {
    simulated_disk to{2};
    auto flipped = archive;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    BOOST_TEST(!unpack(flipped, to).has_value());
    simulated_disk cut{3};
    BOOST_TEST(!unpack(archive.substr(0, i), cut).has_value());
    const auto files = to.list();
    BOOST_TEST(
      std::none_of(files->begin(), files->end(), [](const auto& file) { return file.name == journal::manifest_name; }));
  }
  simulated_disk to{2};
  BOOST_TEST(!unpack(archive + "x", to).has_value());
}

// -- salvage ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(all_of_a_journal_that_is_right_can_be_salvaged_and_nothing_is_claimed) {
  auto disk = written(state_of(100, 9'000));
  const auto found = journal::salvage(disk);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->state.registers.size() == 100u);
  BOOST_TEST(found->state.claim.vector.empty());
  BOOST_TEST(found->lost_bytes == 0u);
  BOOST_TEST(found->lost_registers == 0u);
}

BOOST_AUTO_TEST_CASE(what_can_be_read_behind_damage_is_salvaged) {
  auto disk = written(state_of(20'000));
  const auto name = segment_of(disk);
  damage(disk, name, size_of(disk, name) / 2);
  const auto found = journal::salvage(disk);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->state.registers.size() > 10'000u);
  BOOST_TEST(found->state.registers.size() < 20'000u);
  BOOST_TEST(found->lost_bytes > 0u);
  // A node starts from what is made of it.
  simulated_disk to{2};
  BOOST_REQUIRE(journal::write_whole(to, found->state, *found->of, now_ms, salts()).has_value());
  const auto again = journal::recover(to);
  BOOST_REQUIRE_MESSAGE(again.has_value(), again.error().text);
  BOOST_TEST(again->state.registers.size() == found->state.registers.size());
  BOOST_TEST(again->state.claim.vector.empty());
}

BOOST_AUTO_TEST_CASE(a_register_without_its_value_is_not_salvaged) {
  auto disk = written(state_of(1, 600'000));
  const auto name = segment_of(disk);
  damage(disk, name, 300'000);
  const auto found = journal::salvage(disk);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->state.registers.empty());
  BOOST_TEST(found->lost_registers == 1u);
}

BOOST_AUTO_TEST_CASE(what_has_been_discarded_is_gone) {
  auto disk = written(state_of(3));
  BOOST_REQUIRE(journal::discard(disk).has_value());
  disk.cut_power();
  BOOST_TEST(journal::recover(disk)->is_new);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace maintenance_test
