#include "test/support/cluster_process.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace ariadne::test::storage_refusals_test {

namespace {

namespace fs = std::filesystem;

constexpr int done = 0;
constexpr int failed = 1;
constexpr int absent = 4;
constexpr int pending = 5;
constexpr int foreign = 8;
constexpr int in_use = 9;
constexpr int damaged = 11;
constexpr int unusable = 12;

/// One node that keeps a journal, and has kept something.
struct kept_node : cluster_process {
  kept_node() : cluster_process({"a"}, "[storage]\ndirectory = \"journals\"\n") {
    start("a");
    BOOST_REQUIRE(run("a", {"stash", "key"}, "state").exit_code == done);
    BOOST_REQUIRE(stop("a") == done);
  }

  fs::path journal() const {
    return directory() / "journals" / "a";
  }

  /// A cluster file with these lines in `[storage]` and a port of its own.
  std::string file_with(const std::string& storage, const std::string& node = "a",
                        const std::string& cluster = "test") {
    const auto file = directory() / fmt::format("{}.toml", ++files_);
    write_file(file, fmt::format("[cluster]\nname = \"{}\"\n[storage]\n{}\n[[node]]\nname = \"{}\"\nport = {}\n",
                                 cluster, storage, node, reserved_.number()));
    return file.string();
  }

  /// What comes of the start of a node that ends at once.
  static run_result start_of(const std::string& node, const std::string& file) {
    return run_ariadne({"node", "--cluster", file, "--name", node});
  }

  /// Flips a bit in the middle of the only file of the journal whose name begins so.
  void damage(const std::string& begin) {
    for (const auto& entry : fs::directory_iterator{journal()})
      if (entry.path().filename().string().starts_with(begin)) {
        auto bytes = read_file(entry.path());
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        write_file(entry.path(), bytes);
      }
  }

  void damage_first_segment() {
    auto first = std::string(20, 'z');
    for (const auto& entry : fs::directory_iterator{journal()})
      if (const auto name = entry.path().filename().string(); name.starts_with("segment-"))
        first = std::min(first, name);
    damage(first);
  }

private:
  reserved_port reserved_;
  int files_ = 0;
};

/// What the node says of the id of its cluster; empty while it does not.
std::string said_of_id(cluster_process& nodes, const std::string& node, const std::string& what) {
  const auto shown = nodes.run(node, {"status", "--json"});
  const nlohmann::json::json_pointer where{"/storage/cluster_id/" + what};
  return shown.exit_code == done ? nlohmann::json::parse(shown.out).value(where, std::string{}) : std::string{};
}

} // namespace

BOOST_AUTO_TEST_SUITE(storage_refusals)

BOOST_FIXTURE_TEST_CASE(a_journal_of_another_node_or_cluster_is_refused_until_it_is_adopted, kept_node) {
  const auto storage = fmt::format("directory = \"{}\"", (directory() / "journals").string());
  fs::rename(journal(), directory() / "journals" / "b");
  for (const auto& [cluster, now] : std::vector<std::pair<std::string, std::string>>{{"test", "a"}, {"other", "b"}}) {
    const auto refused = start_of("b", file_with(storage, "b", cluster));
    BOOST_TEST(refused.exit_code == foreign);
    const auto command =
      fmt::format("ariadne storage adopt {} --cluster {} --node b", (directory() / "journals" / "b").string(), cluster);
    BOOST_TEST(refused.err.find(command) != std::string::npos, refused.err);
    BOOST_TEST(
      run_ariadne({"storage", "adopt", (directory() / "journals" / "b").string(), "--cluster", cluster, "--node", "b"})
        .exit_code
      == done);
    BOOST_TEST(run_ariadne({"storage", "check", (directory() / "journals" / "b").string()})
                 .out.find(fmt::format("of node b of cluster {}", cluster))
               != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_journal_of_another_cluster_of_the_same_name_is_refused_until_it_is_adopted) {
  const std::vector<std::string> names{"a", "b", "c"};
  const auto* settings = "[storage]\ndirectory = \"journals\"\ncold_start_wait = \"0s\"\n";
  cluster_process here{names, settings};
  cluster_process there{names, settings};
  for (auto* nodes : {&here, &there}) {
    for (const auto& name : names)
      nodes->start(name);
    nodes->settle();
    for (const auto& name : names)
      BOOST_REQUIRE(eventually([&] { return said_of_id(*nodes, name, "agreement") == "final"; }));
  }
  const auto id = said_of_id(here, "a", "id");
  BOOST_TEST(said_of_id(here, "b", "id") == id);
  BOOST_TEST(said_of_id(here, "c", "id") == id);
  BOOST_TEST(said_of_id(there, "c", "id") != id);
  BOOST_REQUIRE(here.stop("c") == done);
  BOOST_REQUIRE(there.stop("c") == done);
  const auto journal = here.directory() / "journals" / "c";
  fs::remove_all(journal);
  fs::rename(there.directory() / "journals" / "c", journal);
  here.start("c");
  BOOST_TEST(here.wait("c") == foreign);
  BOOST_TEST(here.log("c").find("ariadne storage adopt " + journal.string()) != std::string::npos, here.log("c"));
  BOOST_TEST(here.log("a").find("belong to two clusters of the name") != std::string::npos, here.log("a"));
  BOOST_REQUIRE(run_ariadne({"storage", "adopt", journal.string()}).exit_code == done);
  here.start("c");
  here.settle();
  BOOST_TEST(eventually([&] { return said_of_id(here, "c", "id") == id; }));
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_is_in_use_is_refused, kept_node) {
  start("a");
  const auto refused = start_of("a", file_with(fmt::format("directory = \"{}\"", (directory() / "journals").string())));
  BOOST_TEST(refused.exit_code == in_use);
  BOOST_TEST(refused.err.find("another process uses it") != std::string::npos, refused.err);
  BOOST_TEST(run_ariadne({"storage", "check", journal().string()}).exit_code == in_use);
  BOOST_TEST(run("a", {"pickup", "key"}).out == "state");
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_cannot_be_made_is_refused, kept_node) {
  const auto refused = start_of("a", file_with(fmt::format("directory = \"{}\"", file().string())));
  BOOST_TEST(refused.exit_code == unusable);
  BOOST_TEST(refused.err.find(file().string()) != std::string::npos, refused.err);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_journal_is_refused_and_what_is_whole_of_it_can_be_kept, kept_node) {
  damage("MANIFEST");
  const auto manifest = run_ariadne({"storage", "check", journal().string()});
  BOOST_TEST(manifest.exit_code == damaged);
  damage("MANIFEST");
  BOOST_TEST(run_ariadne({"storage", "check", journal().string()}).exit_code == done);
  // Of two segments, the first one cannot be torn.
  start("a");
  BOOST_REQUIRE(stop("a") == done);
  damage_first_segment();
  const auto refused = start_of("a", file().string());
  BOOST_TEST(refused.exit_code == damaged);
  BOOST_TEST(refused.err.find("ariadne storage repair") != std::string::npos, refused.err);
  BOOST_TEST(run_ariadne({"storage", "repair", journal().string(), "--salvage"}).exit_code == done);
  BOOST_TEST(fs::exists(journal().string() + ".damaged"));
  start("a");
  BOOST_TEST(run("a", {"stash", "new"}, "state").exit_code == done);
  BOOST_REQUIRE(stop("a") == done);
  BOOST_TEST(run_ariadne({"storage", "repair", journal().string(), "--discard"}).exit_code == done);
  start("a");
  BOOST_TEST(run("a", {"pickup", "new"}).exit_code == absent);
}

BOOST_FIXTURE_TEST_CASE(what_was_salvaged_can_be_taken_over_where_nobody_else_has_it, kept_node) {
  start("a");
  for (auto i = 0; i < 20; ++i)
    BOOST_REQUIRE(run("a", {"stash", fmt::format("key_{}", i)}, "state").exit_code == done);
  BOOST_REQUIRE(stop("a") == done);
  damage_first_segment();
  const auto repaired = run_ariadne({"storage", "repair", journal().string(), "--salvage", "--found"});
  BOOST_REQUIRE_MESSAGE(repaired.exit_code == done, repaired.err);
  const auto checked = run_ariadne({"storage", "check", journal().string()});
  BOOST_TEST(checked.err.find("is to write anew is in " + (journal() / "salvaged").string()) != std::string::npos,
             checked.err);
  BOOST_TEST(run_ariadne({"storage", "repair", journal().string(), "--salvage", "--found"}).exit_code == failed);
  for (auto round = 0; round < 2; ++round) {
    start("a");
    BOOST_TEST(run("a", {"pickup", "key_7", "--wait", "20s", "--timeout", "30s"}).out == "state");
    BOOST_TEST(eventually([&] { return !fs::exists(journal() / "salvaged"); }));
    BOOST_REQUIRE(stop("a") == done);
    const auto is_right = run_ariadne({"storage", "check", journal().string()});
    BOOST_TEST(is_right.exit_code == done, is_right.err);
  }
}

BOOST_AUTO_TEST_CASE(of_what_was_salvaged_a_node_takes_over_what_no_other_knows) {
  const std::vector<std::string> names{"a", "b"};
  cluster_process nodes{names, "[storage]\ndirectory = \"journals\"\ncold_start_wait = \"1h\"\n"};
  const auto journal = [&](const std::string& node) { return nodes.directory() / "journals" / node; };
  const auto repair = [&] {
    const auto repaired = run_ariadne({"storage", "repair", journal("a").string(), "--salvage", "--found"});
    BOOST_REQUIRE_MESSAGE(repaired.exit_code == done, repaired.err);
    fs::remove_all(journal("a").string() + ".damaged");
  };
  for (const auto& name : names)
    nodes.start(name);
  nodes.settle();
  for (const auto* key : {"kept", "gone"})
    BOOST_REQUIRE(nodes.run("a", {"stash", key, "--concern", "all,durable"}, "state").exit_code == done);
  // The other one knows of both, and that one is erased.
  nodes.kill("a");
  BOOST_REQUIRE(nodes.run("b", {"discard", "gone"}).exit_code == done);
  repair();
  nodes.start("a");
  BOOST_TEST(eventually([&] { return !fs::exists(journal("a") / "salvaged"); }));
  BOOST_TEST(nodes.run("a", {"keys"}).out == "kept\n");
  BOOST_TEST(nodes.log("a").find("0 entries that were salvaged") != std::string::npos, nodes.log("a"));
  BOOST_REQUIRE(eventually([&] {
    return nlohmann::json::parse(nodes.run("a", {"status", "--json"}).out)["storage"]["lag_keys"] == 0;
  }));
  // All that the other one knew is lost.
  nodes.kill("a");
  nodes.kill("b");
  fs::remove_all(journal("b"));
  repair();
  nodes.start("a");
  BOOST_TEST(nodes.run("a", {"pickup", "kept"}).exit_code == pending);
  nodes.start("b");
  for (const auto& name : names) {
    BOOST_TEST(nodes.run(name, {"pickup", "kept", "--wait", "20s", "--timeout", "30s"}).out == "state");
    BOOST_TEST(nodes.run(name, {"keys"}).out == "kept\n");
  }
  BOOST_TEST(eventually([&] { return !fs::exists(journal("a") / "salvaged"); }));
}

BOOST_FIXTURE_TEST_CASE(a_backup_of_a_running_node_is_restored_into_a_new_directory, kept_node) {
  start("a");
  const std::string large(300'000, 'x');
  BOOST_REQUIRE(run("a", {"stash", "large"}, large).exit_code == done);
  BOOST_REQUIRE(eventually([&] {
    return nlohmann::json::parse(run("a", {"status", "--json"}).out)["storage"]["lag_keys"] == 0;
  }));
  const auto backup = (directory() / "backup").string();
  BOOST_TEST(run("a", {"backup", backup}).exit_code == done);
  BOOST_REQUIRE(stop("a") == done);
  BOOST_TEST(run_ariadne({"storage", "restore", backup, journal().string()}).exit_code == failed);
  fs::remove_all(journal());
  BOOST_TEST(run_ariadne({"storage", "restore", backup, journal().string()}).exit_code == done);
  const auto listed = run_ariadne({"storage", "dump", journal().string(), "--json"});
  BOOST_TEST(listed.out.find("\"key\":\"large\"") != std::string::npos);
  start("a");
  BOOST_TEST(run("a", {"pickup", "key"}).out == "state");
  BOOST_TEST(run("a", {"pickup", "large"}).out == large);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::storage_refusals_test
