#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace ariadne::test::scarce_descriptors_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int not_loaded = 127;

/// The program, where no more than so many files can be open.
std::vector<std::string> limited(const char* which, int files, std::vector<std::string> arguments) {
  std::vector<std::string> command{
    "/bin/sh", "-c", std::string{"ulimit "} + which + " " + std::to_string(files) + "; exec \"$0\" \"$@\"",
    ARIADNE_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

bool is_one_complaint(const std::string& text) {
  return text.starts_with("ariadne: ") && std::count(text.begin(), text.end(), '\n') == 1 && text.ends_with('\n');
}

} // namespace

BOOST_AUTO_TEST_SUITE(scarce_descriptors)

BOOST_AUTO_TEST_CASE(a_command_that_cannot_open_what_it_needs_says_so_in_one_line) {
  cluster_process cluster{{"a"}};
  const auto file = cluster.file().string();
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"stash", "key"},
                                             {"keys", "--cluster", file},
                                             {"watch"},
                                             {"node", "--cluster", file, "--name", "a"},
                                             {"cluster", file},
                                             {"cluster", file, "--check"},
                                             {"cluster", file, "--rolling-restart"},
                                             {"game", "play", "--cluster", file, "--time", "1ms"}})
    for (const auto files : {4, 5, 6}) {
      const auto result = run_to_end(limited("-n", files, command), "value");
      // The system may not even be able to load the program.
      if (result.exit_code == not_loaded)
        continue;
      BOOST_TEST(result.exit_code == failed, command.front() << " with " << files);
      BOOST_TEST(is_one_complaint(result.err), command.front() << " with " << files << ": " << result.err);
      BOOST_TEST(result.err.find("ulimit -n") != std::string::npos, result.err);
    }
}

BOOST_AUTO_TEST_CASE(a_command_is_not_bound_by_what_processes_usually_open) {
  cluster_process cluster{{"a"}};
  cluster.start("a");
  const auto address = "127.0.0.1:" + std::to_string(cluster.port("a"));
  BOOST_TEST(run_to_end(limited("-S -n", 6, {"stash", "key", "--node", address}), "value").exit_code == done);
}

BOOST_AUTO_TEST_CASE(where_a_command_can_open_just_what_it_needs_it_works) {
  cluster_process cluster{{"a"}};
  cluster.start("a");
  const auto address = "127.0.0.1:" + std::to_string(cluster.port("a"));
  auto result = run_result{};
  auto files = 4;
  do
    result = run_to_end(limited("-n", ++files, {"stash", "key", "--node", address}), "value");
  while (files < 64 && result.exit_code != done);
  BOOST_TEST(result.exit_code == done, result.err);
  BOOST_TEST(std::count(result.err.begin(), result.err.end(), '\n') <= 1, result.err);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::scarce_descriptors_test
