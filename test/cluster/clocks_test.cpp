#include "test/support/child_process.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::test::clocks_test {

namespace {

/// The library that shows a program another time of day, or nothing if it is not installed.
std::optional<std::filesystem::path> find_faketime() {
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib"})
    if (const auto library = entry.path() / "faketime/libfaketimeMT.so.1"; std::filesystem::exists(library))
      return library;
  return std::nullopt;
}

/// Three nodes, of which `c` has a wall clock that the test sets. Its steady clock goes on as it is.
struct node_with_a_wrong_clock : cluster_process {
  node_with_a_wrong_clock() : cluster_process({"a", "b", "c"}) {
    const auto library = find_faketime();
    BOOST_REQUIRE_MESSAGE(library, "libfaketime is missing; scripts/deps.sh installs it");
    set_clock("+0");
    add("c", {{"/usr/bin/env", "LD_PRELOAD=" + library->string(), "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1",
               "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_TIMESTAMP_FILE=" + offset_file().string(), ARIADNE_PROGRAM,
               "node", "--cluster", file().string(), "--name", "c"},
              {"127.0.0.1", port("c")}});
  }

  void start_all() {
    for (const auto* node : {"a", "b", "c"})
      start(node);
    settle();
  }

  std::filesystem::path offset_file() const {
    return directory() / "offset";
  }

  /// How far the clock of `c` is off from now on, as libfaketime writes it. The file is never seen half written.
  void set_clock(std::string_view offset) {
    const auto next = directory() / "offset.new";
    write_file(next, fmt::format("{}\n", offset));
    std::filesystem::rename(next, offset_file());
  }

  bool eventually_doubts(bool expected) {
    return eventually([&] {
      const auto status = client("c").status();
      return status && status->replica.clock_doubt.empty() != expected;
    });
  }

  /// The others hold it once `c` has come to go by their time, which takes a few seconds.
  void stash_at_c(const std::string& key, std::string_view value) {
    const auto result = run("c", {"stash", key, "--timeout", "30s"}, value);
    BOOST_TEST(result.exit_code == 0, result.err);
  }

  bool eventually_reads_at_a(const std::string& key, std::string_view value) {
    return eventually([&] { return run("a", {"pickup", key}).out == value; });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_FIXTURE_TEST_CASE(a_node_whose_clock_jumps_goes_on_and_loses_nothing, node_with_a_wrong_clock) {
  start_all();
  for (const auto* offset : {"+1h", "-1h"}) {
    set_clock(offset);
    BOOST_TEST(eventually_doubts(true));
    stash_at_c("during", offset);
    BOOST_TEST(eventually_reads_at_a("during", offset));
    set_clock("+0");
    BOOST_TEST(eventually_doubts(false));
    stash_at_c("after", offset);
    BOOST_TEST(eventually_reads_at_a("after", offset));
  }
  BOOST_TEST(stop("c") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_starts_with_a_wrong_clock_goes_by_that_of_the_others, node_with_a_wrong_clock) {
  set_clock("+1h");
  start_all();
  BOOST_TEST(eventually_doubts(true));
  stash_at_c("k", "1");
  BOOST_TEST(eventually_reads_at_a("k", "1"));
  BOOST_TEST(stop("c") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_clock_lets_nothing_of_others_expire_before_its_time, node_with_a_wrong_clock) {
  start_all();
  const auto result = run("a", {"stash", "k", "--ttl", "30m"}, "1");
  BOOST_TEST(result.exit_code == 0, result.err);
  BOOST_TEST(eventually([&] { return run("c", {"pickup", "k"}).out == "1"; }));
  set_clock("+1h");
  BOOST_TEST(eventually_doubts(true));
  BOOST_TEST(run("c", {"pickup", "k"}).out == "1");
  BOOST_TEST(run("a", {"pickup", "k"}).out == "1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::clocks_test
