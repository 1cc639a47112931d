#include "app/cluster/control_socket.hpp"
#include "test/support/cluster_command.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <optional>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace ariadne::test::runner_test {

namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int usage = 2;

const std::vector<std::string> node_names{"a", "b", "c"};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Three nodes, and their file, which somebody edits.
struct edited_cluster : cluster_command {
  edited_cluster() : cluster_command(node_names), right(read_file(file())) {}

  void edit(const std::string& from, const std::string& to) const {
    auto text = right;
    text.replace(text.find(from), from.size(), to);
    write_file(file(), text);
  }

  run_result restart() const {
    return run_ariadne({"cluster", file(), "--rolling-restart"});
  }

  std::ptrdiff_t up() const {
    return std::count_if(node_names.begin(), node_names.end(),
                         [this](const auto& node) { return run(node, {"status"}).exit_code == done; });
  }

  std::string right;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runner)

BOOST_FIXTURE_TEST_CASE(no_node_is_stopped_for_a_file_that_none_can_be_started_with, edited_cluster) {
  edit("name = \"test\"", "name = \"test\"\nheartbeat_tolerence = \"1s\"");
  BOOST_TEST(restart().exit_code == usage);
  edit("name = \"test\"", "name = \"other\"");
  const auto renamed = restart();
  BOOST_TEST(renamed.exit_code == failed);
  BOOST_TEST(has(renamed.out, "no node has been stopped"), renamed.out);
  BOOST_TEST(up() == 3);
  BOOST_TEST(caught_up_count() == node_names.size());
}

BOOST_FIXTURE_TEST_CASE(a_rolling_restart_that_failed_can_be_repeated_when_the_mistake_is_mended, edited_cluster) {
  // An address of nobody: see RFC 5737.
  edit("127.0.0.1", "192.0.2.1");
  const auto broken_off = restart();
  BOOST_TEST(broken_off.exit_code == failed);
  BOOST_TEST(has(broken_off.out, "node a has ended with exit code 1; its last lines:\n  a | "), broken_off.out);
  BOOST_TEST(has(broken_off.out, "192.0.2.1"), broken_off.out);
  BOOST_TEST(!has(broken_off.out, "node b stops"), broken_off.out);
  BOOST_TEST(up() == 2);

  write_file(file(), right);
  const auto restarted = restart();
  BOOST_TEST(restarted.exit_code == done, restarted.out + restarted.err);
  BOOST_TEST(up() == 3);
  process().signal(SIGTERM);
  BOOST_TEST((process().wait() == done), said());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_is_added_or_removed_comes_or_goes_with_a_rolling_restart, edited_cluster) {
  const auto b = fmt::format("name = \"b\"\nhost = \"127.0.0.1\"\nport = {}\n", port("b"));
  edit(b, fmt::format("name = \"d\"\nhost = \"127.0.0.1\"\nport = {}\n", port("b")));
  const auto restarted = restart();
  BOOST_TEST(restarted.exit_code == done, restarted.out + restarted.err);
  BOOST_TEST(has(restarted.out, "node b is not in the cluster file any more"), restarted.out);
  BOOST_TEST(has(restarted.out, "node d is back, and has caught up"), restarted.out);
  BOOST_TEST(has(run("b", {"status"}).out, "d"));
  BOOST_TEST(node_processes().size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_file_is_checked_and_its_nodes_are_listed, edited_cluster) {
  const auto checked = run_ariadne({"cluster", file(), "--check"});
  BOOST_TEST(checked.exit_code == done);
  BOOST_TEST(checked.out
             == fmt::format("cluster test\nnode a 127.0.0.1:{}\nnode b 127.0.0.1:{}\nnode c 127.0.0.1:{}\n", port("a"),
                            port("b"), port("c")));
}

BOOST_AUTO_TEST_CASE(who_only_stands_where_the_runner_would_is_not_believed) {
  const cluster_process described{{"a"}};
  const auto file = described.file().string();
  const auto restart = [&] { return run_ariadne({"cluster", file, "--rolling-restart"}); };
  // Nobody runs the nodes.
  BOOST_TEST(has(restart().err, "nobody runs the nodes of"));
  {
    const auto false_runner = listen_for_control(file);
    BOOST_REQUIRE(false_runner.has_value());
    auto asked = std::async(std::launch::async, restart);
    std::optional<file_descriptor> connection;
    BOOST_REQUIRE(eventually([&] {
      connection = accept_control(*false_runner);
      return connection.has_value();
    }));
    const std::string line(1 << 20, 'x');
    for (std::size_t sent = 0; sent < line.size();) {
      const auto count = ::send(connection->get(), line.data(), line.size() - sent, MSG_NOSIGNAL);
      if (count <= 0)
        break;
      sent += static_cast<std::size_t>(count);
    }
    const auto result = asked.get();
    BOOST_TEST(result.exit_code == failed);
    BOOST_TEST(has(result.err, "is none: it has sent a line of more than"));
  }
  if (::geteuid() != 0)
    return;
  // Another user, who sees the file, has a directory of his own.
  std::filesystem::permissions(described.file().parent_path(),
                               std::filesystem::perms::group_exec | std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  BOOST_REQUIRE(::seteuid(65534) == 0);
  const auto foreign = listen_for_control(file);
  BOOST_REQUIRE(::seteuid(0) == 0);
  BOOST_REQUIRE(foreign.has_value());
  const auto result = restart();
  BOOST_TEST(result.exit_code == failed);
  BOOST_TEST(has(result.err, "nobody runs the nodes of"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::runner_test
