#include "actors/internal/storage.hpp"

#include "actors/ask.hpp"
#include "actors/internal/clock_report.hpp"
#include "actors/internal/replica_journal.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/state_handoff.hpp"
#include "crdt/wire.hpp"
#include "journal/frame.hpp"
#include "journal/maintenance.hpp"
#include "journal/posix_disk.hpp"
#include "test/support/child_process.hpp"
#include "test/support/embedded_cluster.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/mount.h>
#include <sys/resource.h>

namespace storage_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(storage)

namespace {

/// No file grows beyond so many bytes, for as long as this lives.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

private:
  rlimit before_{};
};

/// A file system of this size, in memory, for as long as this lives.
class small_file_system {
public:
  small_file_system(std::filesystem::path where, std::size_t bytes) : where_(std::move(where)) {
    std::filesystem::create_directories(where_);
    const auto options = "size=" + std::to_string(bytes);
    is_mounted_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~small_file_system() {
    if (is_mounted_)
      ::umount2(where_.c_str(), MNT_DETACH);
  }
  small_file_system(const small_file_system&) = delete;
  small_file_system& operator=(const small_file_system&) = delete;

  /// If not, the test has no right to mount any.
  bool is_mounted() const {
    return is_mounted_;
  }

private:
  std::filesystem::path where_;
  bool is_mounted_ = false;
};

/// A directory, and the storage of a node that is alone.
struct fixture : test::test_system {
  journal_keeping_actor keeper_of(const std::string& node, const std::string& cluster = "test") {
    return keep(spawn_storage(system, options, cluster, node, log_nothing));
  }

  /// A pair that begins with what the directory has.
  state_handoff_actor pair_of(const journal_keeping_actor& keeper) {
    const auto opening = ask<storage_opening>(keeper, start_atom_v);
    state_handoff_options pair{.cluster = "test", .node = "a"};
    pair.journal = std::make_shared<const replica_journal>(replica_journal{keeper, opening, options});
    return keep(spawn_state_handoff(system, pair));
  }

  void stash(const state_handoff_actor& pair, const std::string& key, const std::string& value) {
    ask<receipt>(pair, stash_atom_v, key, snapshot{"t", 1, value});
  }
  std::string read(const state_handoff_actor& pair, const std::string& key) {
    return ask<pickup_result>(pair, pickup_atom_v, key).state.bytes;
  }

  bool keeps_all(const journal_keeping_actor& keeper) {
    return test::eventually([&] {
      const auto status = ask<storage_status>(keeper, status_atom_v);
      return status.lag_keys == 0 && status.problem.empty();
    });
  }

  void end(const state_handoff_actor& pair) {
    self->monitor(pair);
    self->send_exit(pair, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
  }

  test::temporary_directory directory;
  storage_options options{.directory = directory.path() / "a"};
};

/// Nodes that keep their journals in directories beside each other.
class kept_cluster {
public:
  explicit kept_cluster(std::filesystem::path where) : where_(std::move(where)) {
    for (const auto* node : {"a", "b", "c"})
      nodes.start(node);
    nodes.settle();
  }

  std::filesystem::path directory_of(const std::string& node) const {
    return where_ / node;
  }

  membership::cluster_id id_of(const std::string& node) {
    const auto storage = nodes.actor<storage_actor>(node, storage_name);
    const auto status = ariadne::ask<storage_status>(nodes.system(node), storage, test::patience, status_atom_v);
    return status ? status->cluster_id : membership::cluster_id{};
  }

  /// Whether all have the same id, which is final.
  bool agrees() {
    const auto id = id_of("a");
    return id.is == membership::agreement::final && id_of("b") == id && id_of("c") == id;
  }

  /// Why a node has given up.
  std::optional<node_failure> failure() const {
    const std::lock_guard guard{mutex_};
    return failure_;
  }

private:
  void complete(const std::string& node, supervisor_options& options) {
    options.storage = storage_options{.directory = directory_of(node), .cold_start_wait = std::chrono::milliseconds{0}};
    options.on_failure = [this](const node_failure& why) {
      const std::lock_guard guard{mutex_};
      failure_ = why;
    };
  }

  std::filesystem::path where_;
  mutable std::mutex mutex_;
  std::optional<node_failure> failure_;

public:
  test::embedded_cluster nodes{
    {.nodes = {"a", "b", "c"},
     .complete = [this](const std::string& node, supervisor_options& options) { complete(node, options); }}};
};

/// As `ariadne storage adopt` does.
void adopt(const std::filesystem::path& directory) {
  const auto disk = journal::posix_disk::open(directory.string());
  BOOST_REQUIRE(disk.has_value());
  const auto found = journal::recover(**disk);
  BOOST_REQUIRE(found.has_value());
  const auto& is = found->manifest;
  BOOST_REQUIRE(journal::give_to(**disk, is, {is.cluster, is.node}).has_value());
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_pair_that_is_started_anew_has_what_the_last_one_had, fixture) {
  const auto keeper = keeper_of("a");
  const auto first = pair_of(keeper);
  stash(first, "game", "round 7");
  BOOST_TEST(keeps_all(keeper));
  const auto first_id = ask<neighbour>(caf::actor_cast<node_handoff_actor>(first), replica_atom_v).replica;
  end(first);
  const auto second = pair_of(keeper);
  BOOST_TEST(read(second, "game") == "round 7");
  BOOST_TEST(ask<neighbour>(caf::actor_cast<node_handoff_actor>(second), replica_atom_v).replica != first_id);
  stash(second, "game", "round 8");
  BOOST_TEST(keeps_all(keeper));
  end(second);
  BOOST_TEST(read(pair_of(keeper), "game") == "round 8");
}

BOOST_FIXTURE_TEST_CASE(a_new_journal_draws_an_id_of_its_cluster_and_has_what_it_was_told_to_keep_last, fixture) {
  const auto keeper = keeper_of("a");
  const auto drawn = ask<storage_opening>(keeper, start_atom_v).id->get();
  BOOST_TEST(drawn.number != 0u);
  BOOST_TEST((drawn.is == membership::agreement::provisional));
  const membership::cluster_id agreed{drawn.number + 1, membership::agreement::final};
  BOOST_TEST(ask<bool>(keeper, agreed));
  BOOST_TEST((ask<storage_status>(keeper, status_atom_v).cluster_id == agreed));
  BOOST_TEST((ask<storage_opening>(keeper, start_atom_v).id->get() == agreed));
}

BOOST_AUTO_TEST_CASE(a_journal_of_another_cluster_of_the_same_name_is_refused_until_it_is_adopted) {
  const test::temporary_directory directory;
  kept_cluster here{directory.path() / "here"};
  kept_cluster there{directory.path() / "there"};
  BOOST_REQUIRE(test::eventually([&] { return here.agrees() && there.agrees(); }));
  const auto id = here.id_of("a");
  BOOST_TEST((there.id_of("a") != id));
  here.nodes.stop("c");
  there.nodes.stop("c");
  const auto journal = here.directory_of("c");
  std::filesystem::remove_all(journal);
  std::filesystem::rename(there.directory_of("c"), journal);
  try {
    here.nodes.start("c");
  } catch (const std::runtime_error&) {
    // It has met the others before it was in service.
  }
  BOOST_REQUIRE(test::eventually([&] { return here.failure().has_value(); }));
  BOOST_TEST((here.failure()->code == ec::storage_foreign));
  const auto reason = here.failure()->reason;
  BOOST_TEST(reason.find("ariadne storage adopt " + journal.string()) != std::string::npos, reason);
  if (here.nodes.running("c"))
    here.nodes.crash("c");
  adopt(journal);
  here.nodes.start("c");
  BOOST_TEST(test::eventually([&] { return here.agrees(); }));
  BOOST_TEST((here.id_of("c") == id));
}

BOOST_FIXTURE_TEST_CASE(an_id_that_cannot_be_written_is_not_kept, fixture) {
  const auto keeper = keeper_of("a");
  const auto id = ask<storage_opening>(keeper, start_atom_v).id;
  const auto drawn = id->get();
  {
    const file_size_limit full{1};
    BOOST_TEST(!ask<bool>(keeper, membership::cluster_id{drawn.number + 1, membership::agreement::final}));
  }
  BOOST_TEST((id->get() == drawn));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_written_of_a_pair_that_is_no_more, fixture) {
  const auto keeper = keeper_of("a");
  const auto first = ask<storage_opening>(keeper, start_atom_v);
  pair_of(keeper);
  const auto empty = std::make_shared<const crdt::journal_part>();
  const auto answer = try_ask<journal_answer>(keeper, journal_batch{first.number, 0, empty});
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.error() == ec::refused));
}

BOOST_FIXTURE_TEST_CASE(a_directory_of_another_node_or_cluster_is_refused, fixture) {
  {
    const auto keeper = keeper_of("a");
    pair_of(keeper);
    self->send_exit(keeper, caf::exit_reason::user_shutdown);
  }
  const auto refusal_of = [&](const std::string& node, const std::string& cluster) {
    caf::error why;
    // The first one has it until it has ended.
    test::eventually([&] {
      const auto keeper = keeper_of(node, cluster);
      const auto opening = try_ask<storage_opening>(keeper, start_atom_v);
      why = opening ? caf::error{} : opening.error();
      self->send_exit(keeper, caf::exit_reason::user_shutdown);
      return why != ec::storage_in_use;
    });
    return why;
  };
  BOOST_TEST((refusal_of("b", "test") == ec::storage_foreign));
  BOOST_TEST((refusal_of("a", "other") == ec::storage_foreign));
  BOOST_TEST((refusal_of("a", "test") == caf::error{}));
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_is_in_use_is_refused, fixture) {
  pair_of(keeper_of("a"));
  const auto second = try_ask<storage_opening>(keeper_of("a"), start_atom_v);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error() == ec::storage_in_use));
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_cannot_be_made_is_refused, fixture) {
  test::write_file(directory.path() / "file", "");
  options.directory = directory.path() / "file" / "a";
  const auto opening = try_ask<storage_opening>(keeper_of("a"), start_atom_v);
  BOOST_REQUIRE(!opening);
  BOOST_TEST((opening.error() == ec::storage_unusable));
}

BOOST_FIXTURE_TEST_CASE(a_journal_of_another_format_is_refused, fixture) {
  crdt::wire_writer manifest;
  manifest.varint(journal::format_version + 1);
  std::string file;
  journal::write_frame(file, {0, 0, manifest.take()}, 0);
  options.directory = directory.path() / "later";
  std::filesystem::create_directory(options.directory);
  test::write_file(options.directory / "MANIFEST", file);
  const auto opening = try_ask<storage_opening>(keeper_of("a"), start_atom_v);
  BOOST_REQUIRE(!opening);
  BOOST_TEST((opening.error() == ec::storage_format_unknown));
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_the_clock_is_behind_is_waited_for_and_then_refused, fixture) {
  {
    auto disk = journal::posix_disk::open(options.directory.string());
    const auto later = wall_clock_ms() + 3'600'000;
    BOOST_REQUIRE(journal::write_whole(**disk, {}, {"test", "a"}, later, [] { return 1; }).has_value());
  }
  options.clock_wait = std::chrono::milliseconds{1};
  const auto opening = try_ask<storage_opening>(keeper_of("a"), start_atom_v);
  BOOST_REQUIRE(!opening);
  BOOST_TEST((opening.error() == ec::storage_clock_behind));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_journal_is_refused, fixture) {
  const auto keeper = keeper_of("a");
  end(pair_of(keeper));
  test::write_file(options.directory / "MANIFEST", "nonsense");
  const auto opening = try_ask<storage_opening>(keeper, start_atom_v);
  BOOST_REQUIRE(!opening);
  BOOST_TEST((opening.error() == ec::storage_damaged));
}

BOOST_FIXTURE_TEST_CASE(after_a_fault_of_the_disk_all_is_written_again, fixture) {
  const auto keeper = keeper_of("a");
  const auto pair = pair_of(keeper);
  stash(pair, "before", "1");
  BOOST_TEST(keeps_all(keeper));
  {
    const file_size_limit limit{4'096};
    stash(pair, "large", std::string(100'000, 'x'));
    BOOST_TEST(test::eventually([&] { return !ask<storage_status>(keeper, status_atom_v).problem.empty(); }));
    // Memory goes on.
    stash(pair, "meanwhile", "2");
    BOOST_TEST(read(pair, "meanwhile") == "2");
    BOOST_TEST(ask<storage_status>(keeper, status_atom_v).lag_keys > 0u);
  }
  BOOST_TEST(keeps_all(keeper));
  BOOST_TEST(ask<storage_status>(keeper, status_atom_v).faults > 0u);
  stash(pair, "after", "3");
  BOOST_TEST(keeps_all(keeper));
  end(pair);
  const auto again = pair_of(keeper);
  BOOST_TEST(read(again, "before") == "1");
  BOOST_TEST(read(again, "large").size() == 100'000u);
  BOOST_TEST(read(again, "meanwhile") == "2");
  BOOST_TEST(read(again, "after") == "3");
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_ends_what_is_being_written_and_goes_on_once_there_is_room, fixture) {
  constexpr std::size_t mib = std::size_t{1} << 20;
  const small_file_system small{directory.path() / "small", 16 * mib};
  if (!small.is_mounted() && std::getenv("CI") == nullptr)
    return static_cast<void>(BOOST_TEST_MESSAGE("skipped: no file system may be mounted"));
  BOOST_TEST_REQUIRE(small.is_mounted());
  options.directory = directory.path() / "small" / "a";
  options.mode = storage_mode::sync;
  const auto keeper = keeper_of("a");
  const auto pair = pair_of(keeper);
  const write_options durable{.concern = {concern_level::local, 0, true}, .timeout_ms = 30'000};
  ask<receipt>(pair, stash_atom_v, std::string{"before"}, snapshot{"t", 1, "1"}, durable);
  const auto ballast = directory.path() / "small" / "ballast";
  test::write_file(ballast, std::string(6 * mib, 'x'));
  // This is what there is no room for; it comes to its end all the same.
  const auto last =
    ask<receipt>(pair, stash_atom_v, std::string{"last"}, snapshot{"t", 1, std::string(3 * mib, 'x')}, durable);
  BOOST_TEST(last.durable_holders.size() == 1u);
  BOOST_TEST(test::eventually([&] { return !ask<storage_status>(keeper, status_atom_v).problem.empty(); }));
  // All later ones are not durable, and their error says so.
  const auto refused = try_ask<receipt>(pair, stash_atom_v, std::string{"late"}, snapshot{"t", 1, "2"},
                                        write_options{.concern = durable.concern, .timeout_ms = 1});
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error() == ec::too_few_holders));
  BOOST_TEST(read(pair, "late") == "2");
  std::filesystem::remove(ballast);
  BOOST_TEST(keeps_all(keeper));
  end(pair);
  const auto again = pair_of(keeper);
  BOOST_TEST(read(again, "before") == "1");
  BOOST_TEST(read(again, "last").size() == 3 * mib);
  BOOST_TEST(read(again, "late") == "2");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace storage_test
