#include "test/support/cluster_process.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <vector>

namespace ariadne::test::standard_streams_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int usage = 2;
constexpr int absent = 4;
constexpr int unwritten = 6;

/// A command whose standard streams the shell redirects.
std::vector<std::string> redirected(const std::string& redirections, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"/bin/sh", "-c", "exec \"$0\" \"$@\" " + redirections, ARIADNE_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// A pipe with a name that is full, and that nobody reads.
class stuck_pipe {
public:
  explicit stuck_pipe(const std::filesystem::path& directory) : path_(directory / "stuck") {
    if (::mkfifo(path_.c_str(), 0600) == -1 || (fd_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
      throw std::system_error(errno, std::generic_category(), path_.string());
    const std::array<char, 4096> page{};
    while (::write(fd_, page.data(), page.size()) > 0)
      continue;
  }

  ~stuck_pipe() {
    ::close(fd_);
  }

  stuck_pipe(const stuck_pipe&) = delete;
  stuck_pipe& operator=(const stuck_pipe&) = delete;

  child_process::streams streams() const {
    return {.out = path_, .err = path_};
  }

private:
  std::filesystem::path path_;
  int fd_ = -1;
};

struct one_node : cluster_process {
  one_node() : cluster_process({"a"}, "log_level = \"debug\"") {}

  std::vector<std::string> node_arguments() const {
    return {"node", "--cluster", file().string(), "--name", "a"};
  }

  /// Waits until the node answers.
  bool is_up() {
    return eventually([this] { return run("a", {"status"}).exit_code == done; });
  }

  /// Runs the program as a client of the node, with redirected streams.
  int exit_code_of(const std::string& redirections, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--node", "127.0.0.1:" + std::to_string(port("a"))});
    return run_to_end(redirected(redirections, arguments), "value").exit_code;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(standard_streams)

BOOST_DATA_TEST_CASE(a_node_runs_although_standard_streams_are_closed,
                     boost::unit_test::data::make({"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}), closed) {
  one_node cluster;
  const auto out = cluster.directory() / "out";
  child_process node{redirected(closed, cluster.node_arguments()), {.out = out, .err = out}};
  BOOST_REQUIRE(cluster.is_up());
  for (const auto* descriptor : {"0", "1", "2"}) {
    const auto leads_to =
      std::filesystem::read_symlink("/proc/" + std::to_string(node.pid()) + "/fd/" + descriptor).string();
    BOOST_TEST((leads_to == "/dev/null" || leads_to == out), descriptor << " leads to " << leads_to);
  }
  BOOST_TEST(cluster.run("a", {"stash", "key"}, "value").exit_code == done);
  node.signal(SIGTERM);
  BOOST_TEST(node.wait().value_or(-1) == done);
}

BOOST_FIXTURE_TEST_CASE(a_node_whose_output_nobody_reads_serves_and_stops, one_node) {
  const stuck_pipe nobody{directory()};
  std::vector<std::string> command{ARIADNE_PROGRAM};
  for (const auto& argument : node_arguments())
    command.push_back(argument);
  child_process node{command, nobody.streams()};
  BOOST_REQUIRE(is_up());
  BOOST_TEST(run("a", {"stash", "key"}, "value").exit_code == done);
  BOOST_TEST(run("a", {"pickup", "key"}).out == "value");
  node.signal(SIGTERM);
  BOOST_TEST(node.wait().value_or(-1) == done);
}

BOOST_FIXTURE_TEST_CASE(a_node_that_cannot_say_why_it_fails_ends_with_its_code, one_node) {
  const stuck_pipe nobody{directory()};
  child_process node{{ARIADNE_PROGRAM, "node", "--cluster", file().string(), "--name", "z"}, nobody.streams()};
  BOOST_TEST(node.wait().value_or(-1) == usage);
}

BOOST_AUTO_TEST_CASE(a_runner_whose_terminal_is_stopped_goes_on_and_stops_its_nodes) {
  cluster_process cluster{{"a", "b"}, "log_level = \"debug\""};
  const stuck_pipe nobody{cluster.directory()};
  child_process runner{{ARIADNE_PROGRAM, "cluster", cluster.file().string()}, nobody.streams()};
  const auto restart = [&] { return run_ariadne({"cluster", cluster.file().string(), "--rolling-restart"}); };
  // It has read from its nodes that they have come up.
  BOOST_TEST(eventually([&] { return restart().exit_code == done; }));
  BOOST_TEST(cluster.run("a", {"stash", "key"}, "value").exit_code == done);
  BOOST_TEST(cluster.run("b", {"pickup", "key", "--wait", "10s"}).out == "value");
  runner.signal(SIGTERM);
  BOOST_TEST(runner.wait().value_or(-1) == done);
}

BOOST_FIXTURE_TEST_CASE(the_exit_code_says_what_happened_although_it_cannot_be_said_in_words, one_node) {
  start("a");
  BOOST_TEST(exit_code_of("2>/dev/full", {"pickup", "nothing"}) == absent);
  BOOST_TEST(exit_code_of("2>&-", {"pickup", "nothing"}) == absent);
  BOOST_TEST(exit_code_of("2>/dev/full", {"stash", ""}) == failed);
  BOOST_TEST(exit_code_of("2>/dev/full", {"stash", "a", "b", "c"}) == usage);
  // A receipt is no answer.
  BOOST_TEST(exit_code_of(">/dev/full", {"stash", "key"}) == done);
  BOOST_TEST(exit_code_of(">&-", {"stash", "key"}) == done);
  BOOST_TEST(run("a", {"pickup", "key"}).out == "value");
  // Nothing to be kept is no empty value.
  BOOST_TEST(exit_code_of("<&-", {"stash", "key", "-"}) == failed);
  BOOST_TEST(run("a", {"pickup", "key"}).out == "value");
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_cannot_be_written_is_an_error_of_its_own, one_node) {
  start("a");
  BOOST_TEST(run("a", {"stash", "key"}, "value").exit_code == done);
  // Of a pipe, the one end that reads is closed.
  const auto pipe = (directory() / "pipe").string();
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto no_reader = "3<>" + pipe + " >" + pipe + " 3<&-";
  for (const std::string stdout_is : {">&-", ">/dev/full", no_reader.c_str()})
    for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"pickup", "key"}, {"keys"}, {"keys", "--json"}, {"status"}, {"status", "--json"}})
      BOOST_TEST(exit_code_of(stdout_is, command) == unwritten, command.front() << " with " << stdout_is);
  BOOST_TEST(exit_code_of(">&-", {"watch"}) == unwritten);
  BOOST_TEST(exit_code_of(no_reader, {"watch"}) == unwritten);
  for (const std::string option : {"--help", "--version"})
    for (const std::string stdout_is : {">&-", ">/dev/full"})
      BOOST_TEST(run_to_end(redirected(stdout_is, {option})).exit_code == unwritten);
}

/// Where no file may have more than `blocks` of 512 bytes, which is all that POSIX says of their size.
std::string where_files_have_at_most(int blocks, const std::string& redirections) {
  return redirections + "; ulimit -f " + std::to_string(blocks) + "; exec \"$0\" \"$@\"";
}

BOOST_FIXTURE_TEST_CASE(a_file_that_may_not_grow_is_an_answer_that_cannot_be_written, one_node) {
  start("a");
  BOOST_TEST(run("a", {"stash", "key"}, std::string(4096, 'x')).exit_code == done);
  for (const std::string command : {"pickup", "take"})
    BOOST_TEST(run_to_end({"/bin/sh", "-c", where_files_have_at_most(1, "exec >" + (directory() / "answer").string()),
                           ARIADNE_PROGRAM, command, "key", "--node", "127.0.0.1:" + std::to_string(port("a"))})
                 .exit_code
               == unwritten);
  BOOST_TEST(run("a", {"pickup", "key"}).out == std::string(4096, 'x'));
}

BOOST_FIXTURE_TEST_CASE(a_node_whose_log_may_not_grow_serves_and_stops, one_node) {
  std::vector<std::string> command{"/bin/sh", "-c",
                                   where_files_have_at_most(0, "exec >>" + (directory() / "log").string() + " 2>&1"),
                                   ARIADNE_PROGRAM};
  for (const auto& argument : node_arguments())
    command.push_back(argument);
  child_process node{command, {.out = directory() / "shell", .err = directory() / "shell"}};
  BOOST_REQUIRE(is_up());
  BOOST_TEST(run("a", {"stash", "key"}, "value").exit_code == done);
  node.signal(SIGTERM);
  BOOST_TEST(node.wait().value_or(-1) == done);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::standard_streams_test
