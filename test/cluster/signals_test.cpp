#include "test/support/cluster_command.hpp"
#include "test/support/eventually.hpp"
#include "test/support/notified_socket.hpp"
#include "test/support/program_cluster.hpp"
#include "test/support/reserved_port.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ariadne::test::signals_test {

namespace {

constexpr int done = 0;
const std::vector<std::string> names{"a", "b", "c"};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is_gone(pid_t process) {
  return ::kill(process, 0) == -1;
}

/// Whether the node at `port` lists the one at `other` in this state.
bool sees(std::uint16_t port, std::uint16_t other, const std::string& state) {
  const auto status = run_ariadne({"status", "--node", fmt::format("127.0.0.1:{}", port)}).out;
  const auto at = status.find(fmt::format("127.0.0.1:{} ", other));
  return at != std::string::npos && has(status.substr(at, status.find('\n', at) - at), "  " + state);
}

} // namespace

BOOST_AUTO_TEST_SUITE(signals)

BOOST_AUTO_TEST_CASE(a_service_manager_that_signals_all_processes_at_once_stops_all_in_good_order) {
  cluster_command cluster{names};
  for (const auto& key : {"1", "2", "3", "4", "5", "6"}) {
    BOOST_TEST(cluster.run("a", {"stash", key}, "round 7").exit_code == done);
    BOOST_TEST(cluster.run("a", {"session", "start", fmt::format("minotaur/{}", key)}).exit_code == done);
  }
  auto all = cluster.node_processes();
  BOOST_TEST(all.size() == names.size());
  all.push_back(cluster.process().pid());
  for (const auto number : {SIGTERM, SIGTERM, SIGHUP})
    for (const auto process : all)
      ::kill(process, number);
  BOOST_TEST((cluster.process().wait() == done), cluster.output() + cluster.said());
  for (const auto& node : names)
    BOOST_TEST(has(cluster.said(), fmt::format("node {} has ended with exit code 0", node)), cluster.said());
}

BOOST_AUTO_TEST_CASE(the_nodes_stop_in_good_order_when_the_one_that_runs_them_is_killed) {
  cluster_command cluster{names};
  // One that is run by nobody, and sees how the others go.
  const reserved_port port;
  const temporary_directory directory;
  child_process witness{{ARIADNE_PROGRAM, "node", "--cluster", cluster.file(), "--name", "witness", "--listen",
                         fmt::format("127.0.0.1:{}", port.number())},
                        {.out = directory.path() / "out", .err = directory.path() / "err"}};
  for (const auto& node : names)
    BOOST_TEST(eventually([&] { return sees(port.number(), cluster.port(node), "up"); }), node);
  const auto nodes = cluster.node_processes();
  cluster.process().signal(SIGKILL);
  for (const auto process : nodes)
    BOOST_TEST(eventually([&] { return is_gone(process); }));
  for (const auto& node : names)
    BOOST_TEST(eventually([&] { return sees(port.number(), cluster.port(node), "left"); }), node);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_is_started_again) {
  cluster_command cluster{names};
  ::kill(cluster.node_processes().front(), SIGKILL);
  BOOST_TEST(eventually([&] { return cluster.caught_up_count() > names.size(); }), cluster.output());
  BOOST_TEST(has(cluster.said(), "is started again in"), cluster.said());
  cluster.process().signal(SIGTERM);
  BOOST_TEST((cluster.process().wait() == done), cluster.said());
}

BOOST_AUTO_TEST_CASE(a_cluster_without_a_terminal_ignores_a_hang_up) {
  cluster_command cluster{names, {"/usr/bin/setsid"}};
  cluster.process().signal(SIGHUP);
  BOOST_TEST(eventually([&] { return has(cluster.said(), "SIGHUP is ignored"); }));
  BOOST_TEST(cluster.run("a", {"status"}).exit_code == done);
  cluster.process().signal(SIGTERM);
  BOOST_TEST((cluster.process().wait() == done), cluster.said());
}

BOOST_AUTO_TEST_CASE(a_node_without_a_terminal_reads_its_file_again_and_finds_who_is_listed_since) {
  program_cluster nodes;
  const reserved_port port_a;
  const auto file = nodes.directory() / "cluster.toml";
  const std::string a_alone =
    fmt::format("[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nport = {}\n", port_a.number());
  std::ofstream{file} << a_alone;
  nodes.add("a", {{"/usr/bin/setsid", ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", "a"},
                  {"127.0.0.1", port_a.number()}});
  nodes.start("a");
  // A file of its own, which knows nobody else.
  const reserved_port port_b;
  const auto b_alone = fmt::format("[[node]]\nname = \"b\"\nport = {}\n", port_b.number());
  std::ofstream{nodes.directory() / "b.toml"} << "[cluster]\nname = \"games\"\n" << b_alone;
  nodes.add("b", {{ARIADNE_PROGRAM, "node", "--cluster", (nodes.directory() / "b.toml").string(), "--name", "b"},
                  {"127.0.0.1", port_b.number()}});
  nodes.start("b");
  std::ofstream{file} << a_alone << b_alone;
  nodes.signal("a", SIGHUP);
  nodes.settle();
  BOOST_TEST(has(nodes.log("a"), "has changed: [[node]] b name, [[node]] b port"));
  std::ofstream{file} << "[cluster";
  nodes.signal("a", SIGHUP);
  BOOST_TEST(eventually([&] { return has(nodes.log("a"), "what was read before still holds"); }));
  nodes.settle();
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_may_leave_its_port_to_the_system) {
  program_cluster nodes;
  const reserved_port port;
  const auto file = nodes.directory() / "cluster.toml";
  std::ofstream{file} << fmt::format("[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nport = {}\n", port.number());
  for (const auto& node : {"a", "pod"}) {
    std::vector<std::string> command{ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", node};
    if (node == std::string{"pod"})
      command.insert(command.end(), {"--listen", "127.0.0.1:0"});
    nodes.add(node, {command, {"127.0.0.1", port.number()}});
    nodes.start(node);
  }
  const auto said = nodes.output("pod");
  const std::string ready = "ready at ";
  const auto at = said.find(ready) + ready.size();
  const auto address = said.substr(at, said.find('\n', at) - at);
  BOOST_TEST(eventually([&] { return run_ariadne({"stash", "key", "--node", address}, "state").exit_code == done; }));
  BOOST_TEST(eventually([&] {
    return run_ariadne({"status", "--node", fmt::format("127.0.0.1:{}", port.number())}).out.find(address)
           != std::string::npos;
  }));
}

BOOST_AUTO_TEST_CASE(a_cluster_whose_terminal_has_gone_stops_in_good_order) {
  const std::string script = "/usr/bin/script";
  if (!std::filesystem::exists(script))
    return static_cast<void>(BOOST_TEST_MESSAGE("skipped: there is no script(1)"));
  const cluster_process described{names};
  const temporary_directory directory;
  const auto out = directory.path() / "cluster.out";
  const auto caught_up = [&] {
    std::size_t count = 0;
    const auto text = read_file(out);
    for (auto at = text.find(" caught up\n"); at != std::string::npos; at = text.find(" caught up\n", at + 1))
      ++count;
    return count;
  };
  child_process terminal{
    {script, "--quiet", "--command",
     fmt::format("exec {} cluster {} >{} 2>&1", ARIADNE_PROGRAM, described.file().string(), out.string()), "/dev/null"},
    {.out = directory.path() / "out", .err = directory.path() / "err"}};
  BOOST_REQUIRE(eventually([&] { return caught_up() >= names.size(); }));
  terminal.signal(SIGKILL);
  for (const auto& node : names)
    BOOST_TEST(eventually([&] { return has(read_file(out), fmt::format("node {} has ended with exit code 0", node)); }),
               read_file(out));
}

BOOST_AUTO_TEST_CASE(a_service_manager_hears_when_a_node_serves_is_alive_and_stops) {
  const cluster_process described{names};
  const temporary_directory directory;
  const auto path = (directory.path() / "notify").string();
  const notified_socket manager{path};
  child_process node{{"/usr/bin/env", "NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=20000", ARIADNE_PROGRAM, "node",
                      "--cluster", described.file(), "--name", "a"},
                     {.out = directory.path() / "out", .err = directory.path() / "err"}};
  const auto hears = [&](std::string_view what) {
    for (;;) {
      const auto message = manager.next(std::chrono::minutes{1});
      if (!message || message->starts_with(what))
        return message.has_value();
    }
  };
  BOOST_TEST(hears("READY=1\nSTATUS=node a of cluster "));
  BOOST_TEST(hears("WATCHDOG=1"));
  BOOST_TEST(hears("WATCHDOG=1"));
  node.signal(SIGTERM);
  BOOST_TEST(hears("STOPPING=1\nEXTEND_TIMEOUT_USEC="));
  BOOST_TEST((node.wait() == done), read_file(directory.path() / "err"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::signals_test
