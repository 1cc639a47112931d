#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/tools/assertion_result.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

namespace ariadne::test::addresses_test {

namespace {

constexpr int done = 0;

boost::test_tools::assertion_result has_ipv6(boost::unit_test::test_unit_id) {
  std::ifstream addresses{"/proc/net/if_inet6"};
  const std::string text{std::istreambuf_iterator<char>{addresses}, {}};
  boost::test_tools::assertion_result result{text.find("00000000000000000000000000000001 ") != std::string::npos};
  result.message() << "this machine has no IPv6 address of its own";
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(addresses)

BOOST_AUTO_TEST_CASE(nodes_at_ipv6_addresses_are_a_cluster, *boost::unit_test::precondition(has_ipv6)) {
  program_cluster nodes;
  const reserved_port port_a;
  const reserved_port port_b;
  const auto file = nodes.directory() / "cluster.toml";
  std::ofstream{file} << fmt::format("[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nhost = \"::1\"\nport = {}\n"
                                     "[[node]]\nname = \"b\"\nhost = \"::1\"\nport = {}\n",
                                     port_a.number(), port_b.number());
  nodes.add("a", {{ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", "a"}, {"::1", port_a.number()}});
  nodes.add("b", {{ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", "b"}, {"::1", port_b.number()}});
  nodes.start("a");
  nodes.start("b");
  nodes.settle();
  const auto stashed =
    run_ariadne({"stash", "key", "--concern", "all", "--node", fmt::format("[::1]:{}", port_a.number())}, "state");
  BOOST_TEST(stashed.exit_code == done, stashed.err);
  BOOST_TEST(run_ariadne({"pickup", "key", "--node", fmt::format("[::1]:{}", port_b.number())}).out == "state");
}

BOOST_AUTO_TEST_CASE(the_environment_says_which_node_it_is_where_it_listens_and_where_it_is_found) {
  program_cluster nodes;
  const reserved_port listed;
  const reserved_port port;
  const reserved_port admin;
  const auto file = nodes.directory() / "cluster.toml";
  std::ofstream{file} << fmt::format("[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nport = {}\n",
                                     listed.number());
  nodes.add("a", {{"/usr/bin/env", "ARIADNE_CLUSTER=" + file.string(), "ARIADNE_NAME=a",
                   fmt::format("ARIADNE_BIND=127.0.0.1:{}", port.number()), "ARIADNE_ADVERTISE=localhost:0",
                   fmt::format("ARIADNE_ADMIN=127.0.0.1:{}", admin.number()), "ARIADNE_LOG_FORMAT=json",
                   ARIADNE_PROGRAM, "node"},
                  {"127.0.0.1", port.number()}});
  nodes.start("a");
  const auto status = run_ariadne({"status", "--node", fmt::format("127.0.0.1:{}", port.number())});
  BOOST_TEST(status.out.find(fmt::format("localhost:{}", port.number())) != std::string::npos, status.out);
  BOOST_TEST(status.out.find("advertise   localhost:0, from the environment\n") != std::string::npos, status.out);
  BOOST_TEST(status.out.find("log_format  json, from the environment\n") != std::string::npos, status.out);
  BOOST_TEST(nodes.log("a").starts_with("{\""), nodes.log("a"));
  BOOST_TEST(nodes.log("a").find(fmt::format("127.0.0.1:{}", admin.number())) != std::string::npos, nodes.log("a"));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_found_at_its_own_address_says_so) {
  program_cluster nodes;
  const reserved_port port_a;
  const reserved_port port_b;
  const reserved_port nowhere;
  const auto file = nodes.directory() / "cluster.toml";
  std::ofstream{file} << fmt::format("[cluster]\nname = \"games\"\n[[node]]\nname = \"a\"\nport = {}\n"
                                     "[[node]]\nname = \"b\"\nport = {}\n",
                                     port_a.number(), port_b.number());
  const auto start = [&](const std::string& name, std::uint16_t port, std::uint16_t advertised) {
    nodes.add(name, {{ARIADNE_PROGRAM, "node", "--cluster", file.string(), "--name", name, "--advertise",
                      fmt::format("127.0.0.1:{}", advertised)},
                     {"127.0.0.1", port}});
    nodes.start(name);
  };
  const auto says = [&](const std::string& name, std::uint16_t port, const std::string& why) {
    const auto line =
      fmt::format("this node is not found at 127.0.0.1:{}, where the others are told to find it: {}", port, why);
    return eventually([&] { return nodes.log(name).find(line) != std::string::npos; });
  };
  start("b", port_b.number(), nowhere.number());
  start("a", port_a.number(), port_b.number());
  BOOST_TEST(says("a", port_b.number(), "another node answers there; see --advertise"), nodes.log("a"));
  BOOST_TEST(says("b", nowhere.number(), "no node answers: Connection refused; see --advertise"), nodes.log("b"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::addresses_test
