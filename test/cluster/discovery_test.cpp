#include "test/support/child_process.hpp"
#include "test/support/program_cluster.hpp"
#include "test/support/virtual_network.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Nodes that find each other by a name, of a name server of their own, on hosts of their own.

namespace ariadne::test::discovery_test {

namespace {

constexpr int done = 0;

const std::vector<std::string> nodes{"a", "b", "c"};

class named_cluster {
public:
  explicit named_cluster(std::string_view method, std::string_view settings = {}, std::string_view discovery = {})
    : is_by_service_(method == "dns-srv") {
    BOOST_REQUIRE_MESSAGE(std::filesystem::exists(dnsmasq), "dnsmasq is missing; scripts/deps.sh installs it");
    write_file(directory_.path() / "resolv.conf",
               fmt::format("nameserver {}\noptions timeout:1 attempts:1\n", network_.address("dns")));
    write_file(file(), fmt::format("[cluster]\nname = \"test\"\ninsecure = true\n{}\n"
                                   "[discovery]\nmethod = \"{}\"\nname = \"{}\"\ninterval = \"100ms\"\n{}{}\n",
                                   settings, method, is_by_service_ ? service : host,
                                   is_by_service_ ? "" : "port = 7000\n", discovery));
    for (const auto& node : nodes)
      listen(node, 7000);
  }

  /// The name server answers with these nodes from now on.
  void tell_of(const std::vector<std::string>& known) {
    stop_server();
    std::string records;
    for (const auto& node : known)
      if (is_by_service_)
        records += fmt::format("host-record={}.test,{}\nsrv-host={},{}.test,{}\n", node, network_.address(node),
                               service, node, processes.port(node));
      else
        records += fmt::format("host-record={},{}\n", host, network_.address(node));
    const auto config = directory_.path() / "dnsmasq.conf";
    write_file(config, records);
    server_.emplace(std::vector<std::string>{dnsmasq, "--keep-in-foreground", "--no-resolv", "--no-hosts",
                                             "--conf-file=" + config.string(), "--pid-file=", "--user=root",
                                             "--bind-interfaces", "--listen-address=" + network_.address("dns")},
                    child_process::streams{"/dev/null", directory_.path() / "dns.out", directory_.path() / "dns.log"},
                    network_.network_namespace("dns"));
  }

  void stop_server() {
    if (server_) {
      server_->signal(SIGTERM);
      server_->wait();
      server_.reset();
    }
  }

  /// Where the node accepts connections from its next start on.
  void listen(const std::string& node, std::uint16_t port, const std::vector<std::string>& more = {}) {
    const endpoint address{network_.address(node), port};
    auto command = resolving();
    for (const auto& word : {std::string{ARIADNE_PROGRAM}, std::string{"node"}, std::string{"--cluster"},
                             file().string(), std::string{"--name"}, node, std::string{"--listen"}, to_string(address)})
      command.push_back(word);
    command.insert(command.end(), more.begin(), more.end());
    processes.add(node, {command, address, "ready", network_.network_namespace(node)});
  }

  /// Runs the program as a client on the host of the name server, by the cluster file.
  run_result run(std::vector<std::string> arguments) const {
    auto command = resolving();
    command.emplace_back(ARIADNE_PROGRAM);
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--cluster", file().string()});
    return run_to_end(command, {}, network_.network_namespace("dns"));
  }

  std::filesystem::path file() const {
    return directory_.path() / "cluster.toml";
  }

private:
  static constexpr auto dnsmasq = "/usr/sbin/dnsmasq";
  static constexpr auto host = "nodes.test";
  static constexpr auto service = "_ariadne._tcp.test";

  /// What runs a command with the name server of this cluster.
  std::vector<std::string> resolving() const {
    return {"/usr/bin/unshare",
            "--mount",
            "/bin/sh",
            "-c",
            "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
            (directory_.path() / "resolv.conf").string()};
  }

  const bool is_by_service_;
  temporary_directory directory_;
  virtual_network network_{{"a", "b", "c", "dns"}};

public:
  program_cluster processes;

private:
  std::optional<child_process> server_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(discovery)

BOOST_DATA_TEST_CASE(three_nodes_that_know_a_name_alone_are_one_cluster,
                     boost::unit_test::data::make({"dns", "dns-srv"}), method) {
  named_cluster cluster{method, "voters = [\"a\", \"b\", \"c\"]\nminority = \"pause\""};
  cluster.tell_of(nodes);
  for (const auto& node : nodes)
    cluster.processes.start(node);
  cluster.processes.settle();
  cluster.processes.client("a").stash("key", {"bytes", 1, "state"});
  for (const auto& node : nodes)
    BOOST_TEST(
      eventually([&] { return cluster.processes.client(node).pickup("key").outcome == pickup_outcome::found; }));
  // Clients find them the same way.
  BOOST_TEST(cluster.run({"pickup", "key"}).out == "state");
  BOOST_TEST(cluster.run({"session", "start", "minotaur/1"}).exit_code == done);
}

BOOST_AUTO_TEST_CASE(nodes_that_come_later_and_elsewhere_are_found) {
  named_cluster cluster{"dns-srv", "", "expect = 2\n"};
  cluster.tell_of({"a", "b"});
  cluster.processes.start("a");
  cluster.processes.start("b");
  cluster.processes.settle();
  cluster.processes.kill("b");
  // It listens at all its interfaces, and says where it is found.
  cluster.listen("b", 7001, {"--bind", "0.0.0.0:7001"});
  cluster.tell_of({"a", "b", "c"});
  cluster.processes.start("b");
  cluster.processes.start("c");
  cluster.processes.settle();
}

BOOST_AUTO_TEST_CASE(a_name_server_that_does_not_answer_is_asked_again) {
  named_cluster cluster{"dns", "", "expect = 3\nexpect_wait = \"1h\"\n"};
  for (const auto& node : nodes)
    cluster.processes.start(node);
  BOOST_TEST(eventually(
    [&] { return cluster.processes.log("a").find("discovery: no nodes are found by the name") != std::string::npos; }));
  // It is not there yet, and not gone: others may have it.
  BOOST_TEST((cluster.processes.client("a").pickup("key").outcome == pickup_outcome::pending));
  cluster.tell_of(nodes);
  cluster.processes.settle();
  BOOST_TEST(eventually([&] { return cluster.processes.client("a").pickup("key").outcome == pickup_outcome::absent; }));
}

BOOST_AUTO_TEST_CASE(a_node_that_finds_nobody_goes_on_alone_once_it_has_waited_and_says_so) {
  named_cluster cluster{"dns", "", "expect = 3\nexpect_wait = \"500ms\"\n"};
  cluster.tell_of({"a"});
  cluster.processes.start("a");
  BOOST_TEST(eventually([&] { return cluster.processes.client("a").pickup("key").outcome == pickup_outcome::absent; }));
  BOOST_TEST(cluster.processes.log("a").find("only 1 of the expected nodes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cluster_file_without_nodes_is_for_nodes_with_an_address_of_their_own) {
  named_cluster cluster{"dns", "", "expect = 2\n"};
  const auto unnamed = run_to_end({ARIADNE_PROGRAM, "node", "--cluster", cluster.file().string(), "--name", "a"});
  BOOST_TEST(unnamed.exit_code == 2);
  BOOST_TEST(unnamed.err.find("give --listen HOST:PORT") != std::string::npos, unnamed.err);
  const auto runner = run_to_end({ARIADNE_PROGRAM, "cluster", cluster.file().string()});
  BOOST_TEST(runner.exit_code == 2);
  BOOST_TEST(runner.err.find("lists no nodes") != std::string::npos, runner.err);
  const auto asked = cluster.run({"pickup", "key"});
  BOOST_TEST(asked.exit_code == 1);
  BOOST_TEST(asked.err.find("no nodes are found by the name nodes.test") != std::string::npos, asked.err);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::discovery_test
