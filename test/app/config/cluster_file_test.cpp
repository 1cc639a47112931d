#include "app/config/cluster_file.hpp"

#include "app/config/node_options.hpp"
#include "app/config/program_config.hpp"
#include "test/support/child_process.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace cluster_file_test {

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view minimal = R"([cluster]
name = "test"
[[node]]
name = "a"
port = 4101
)";

/// A cluster file with one mistake, and what `parse_program_config` is to say about it.
struct mistake {
  std::string_view name;
  std::string_view text;
  std::string_view error;
};

std::ostream& operator<<(std::ostream& out, const mistake& x) {
  return out << x.name;
}

const std::vector<mistake> mistakes{
  {"discovery without a number of nodes", "[cluster]\nname = \"c\"\n[discovery]\nmethod = \"dns-srv\"\nname = \"n\"\n",
   "f:3:1: [discovery] needs expect"},
  {"discovery of addresses without a port",
   "[cluster]\nname = \"c\"\n[discovery]\nmethod = \"dns\"\nname = \"n\"\nexpect = 3\n",
   "f:3:1: [discovery] with the method \"dns\" needs a port"},
  {"discovery of services with a port",
   "[cluster]\nname = \"c\"\n[discovery]\nmethod = \"dns-srv\"\nname = \"n\"\nexpect = 3\nport = 1\n",
   "f:3:1: [discovery] with the method \"dns-srv\" takes no port"},
  {"a majority of a number",
   "[cluster]\nname = \"c\"\nminority = \"pause\"\n[discovery]\nmethod = \"dns-srv\"\nname = \"n\"\nexpect = 3\n",
   "f:3:12: minority = \"pause\" needs voters"},
  {"voters without discovery", "[cluster]\nname = \"c\"\nvoters = [\"a\"]\n[[node]]\nname = \"a\"\nport = 1\n",
   "f:3:10: voters are for clusters with [discovery]"},
  {"a node that is no voter",
   "[cluster]\nname = \"c\"\nvoters = [\"a\"]\n[discovery]\nmethod = \"dns-srv\"\nname = \"n\"\n[[node]]\nname = "
   "\"b\"\nport = 1\n",
   "f:3:10: node \"b\" is listed, and no voter"},
  {"an address to bind without a port", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\nbind = \"::\"\n",
   "f:6:8: bind must be a string HOST:PORT"},
  {"bad syntax", "[cluster]\nname = \n", "f:2:8: "},
  {"a tolerance of less than two heartbeats", "[cluster]\nname = \"c\"\nheartbeat_interval = \"300ms\"\n",
   "f:3:22: heartbeat_tolerance, 500ms, must be at least twice the heartbeat_interval, 300ms"},
  {"an unknown topology", "[cluster]\nname = \"c\"\ntopology = \"star\"\n",
   "f:3:12: topology must be one of \"mesh\", \"ring\", \"explicit\""},
  {"neighbours in a mesh", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\nneighbours = []\n",
   "f:6:14: neighbours are for topology = \"explicit\""},
  {"an unknown neighbour",
   "[cluster]\nname = \"c\"\ntopology = \"explicit\"\n[[node]]\nname = \"a\"\nport = 1\nneighbours = [\"z\"]\n",
   "f:7:14: there is no node \"z\"; the nodes are a"},
  {"a graph in two parts",
   "[cluster]\nname = \"c\"\ntopology = \"explicit\"\n[[node]]\nname = \"a\"\nport = 1\n[[node]]\nname = "
   "\"b\"\nport = 2\n",
   "f:7:1: node \"b\" is not reached from node \"a\" by way of neighbours"},
  {"an empty file", "", "f:1:1: the table [cluster] is missing; it needs a name"},
  {"no cluster", "[[node]]\nname = \"a\"\nport = 1\n", "f:1:1: the table [cluster] is missing; it needs a name"},
  {"cluster is no table", "cluster = 1\n", "f:1:11: cluster must be a table, [cluster]"},
  {"cluster is an array", "[[cluster]]\nname = \"c\"\n", "f:1:1: cluster must be a table, [cluster]"},
  {"no cluster name", "\n[cluster]\n", "f:2:1: [cluster] needs a name"},
  {"a bad cluster name", "[cluster]\nname = \"a b\"\n", "f:2:8: name must be a string of 1 to 64 letters"},
  {"no node", "[cluster]\nname = \"c\"\n",
   "f:1:1: there is no node; each needs a table [[node]] with a name and a port"},
  {"node is one table", "[cluster]\nname = \"c\"\n[node]\nname = \"a\"\n",
   "f:3:1: node must be tables, one [[node]] for each node"},
  {"an unknown table", "[cluster]\nname = \"c\"\n\n[logging]\n", "f:4:2: unknown key \"logging\"; a cluster file has"},
  {"an unknown key of the cluster", "[cluster]\nname = \"c\"\n  key_byte_max = 1\n",
   "f:3:3: unknown key \"key_byte_max\"; the keys of [cluster] are name, key_bytes_max, "},
  {"a misspelt required key", "[cluster]\nnmae = \"c\"\n",
   "f:2:1: unknown key \"nmae\"; the keys of [cluster] are name, "},
  {"a version of the game that nobody knows", "[cluster]\nname = \"c\"\n[minotaur]\ngame_version = 3\n",
   "f:4:16: game_version must be an integer from 1 to 2"},
  {"an unknown key of the game", "[cluster]\nname = \"c\"\n[minotaur]\nversion = 1\n",
   "f:4:1: unknown key \"version\"; the keys of [minotaur] are game_version, round_time"},
  {"a game that is no table", "minotaur = 1\n[cluster]\nname = \"c\"\n", "f:1:12: minotaur must be a table"},
  {"an unknown key of a node", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\nrole = 1\n",
   "f:6:1: unknown key \"role\"; the keys of [[node]] are name, host, port"},
  {"a string for an integer", "[cluster]\nname = \"c\"\nkey_bytes_max = \"1\"\n",
   "f:3:17: key_bytes_max must be an integer from 1 to 65535"},
  {"a float for an integer", "[cluster]\nname = \"c\"\nkey_bytes_max = 1.0\n",
   "f:3:17: key_bytes_max must be an integer from 1 to 65535"},
  {"an integer below its range", "[cluster]\nname = \"c\"\nvalue_bytes_max = 0\n",
   "f:3:19: value_bytes_max must be an integer from 1 to 1073741824"},
  {"an integer above its range", "[cluster]\nname = \"c\"\nscheduler_threads = 1025\n",
   "f:3:21: scheduler_threads must be an integer from 0 to 1024"},
  {"a negative integer", "[cluster]\nname = \"c\"\nmap_bytes_max = -1\n",
   "f:3:17: map_bytes_max must be an integer from 1 to "},
  {"a number for a duration", "[cluster]\nname = \"c\"\ndrain_timeout = 5\n",
   "f:3:17: drain_timeout must be a duration from \"0ms\" to \"24h\": a string with a whole number and a unit"},
  {"a duration without a unit", "[cluster]\nname = \"c\"\ndrain_timeout = \"5\"\n",
   "f:3:17: drain_timeout must be a duration"},
  {"a duration out of range", "[cluster]\nname = \"c\"\nreconnect_min = \"0ms\"\n",
   "f:3:17: reconnect_min must be a duration from \"1ms\" to \"1h\""},
  {"a minimum beyond the maximum", "[cluster]\nname = \"c\"\nreconnect_max = \"1s\"\nreconnect_min = \"2s\"\n",
   "f:3:17: reconnect_max, 1s, must not be less than reconnect_min, 2s"},
  {"a minimum beyond the default maximum", "[cluster]\nname = \"c\"\nreconnect_min = \"6s\"\n",
   "f:3:17: reconnect_max, 2s, must not be less than reconnect_min, 6s"},
  {"a maximum below the default minimum", "[cluster]\nname = \"c\"\nreconnect_max = \"1ms\"\n",
   "f:3:17: reconnect_max, 1ms, must not be less than reconnect_min, 100ms"},
  {"an unknown choice", "[cluster]\nname = \"c\"\nscheduler_policy = \"fair\"\n",
   "f:3:20: scheduler_policy must be one of \"sharing\", \"stealing\""},
  {"a number for a choice", "[cluster]\nname = \"c\"\nlog_level = 3\n",
   "f:3:13: log_level must be one of \"error\", \"warning\", \"info\", \"debug\""},
  {"a node without a name", "[cluster]\nname = \"c\"\n[[node]]\nport = 1\n", "f:3:1: [[node]] needs a name"},
  {"a node without a port", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\n", "f:3:1: [[node]] needs a port"},
  {"an empty node name", "[cluster]\nname = \"c\"\n[[node]]\nname = \"\"\nport = 1\n",
   "f:4:8: name must be a string of 1 to 64 letters"},
  {"a bad host", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nhost = \"a b\"\nport = 1\n",
   "f:5:8: host must be a string with a host name or an IP address"},
  {"port 0", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 0\n",
   "f:5:8: port must be an integer from 1 to 65535"},
  {"a port beyond 16 bits", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 65536\n",
   "f:5:8: port must be an integer from 1 to 65535"},
  {"a name twice", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\n[[node]]\nname = \"a\"\nport = 2\n",
   "f:7:8: another node is named \"a\" already; choose another name"},
  {"a text for a flag", "[cluster]\nname = \"c\"\ninsecure = \"yes\"\n", "f:3:12: insecure must be true or false"},
  {"security without files", "[cluster]\nname = \"c\"\n[security]\n",
   "f:3:1: [security] needs a directory, or a certificate, a key and authorities"},
  {"a certificate without a key", "[cluster]\nname = \"c\"\n[security]\ndirectory = \"d\"\ncertificate = \"c.pem\"\n",
   "f:3:1: [security] has a certificate without a key, or a key without a certificate"},
  {"a client without prefixes", "[cluster]\nname = \"c\"\n[security]\ndirectory = \"d\"\n[security.clients.shop]\n",
   "f:5:1: [security.clients.shop] needs prefixes, which may be [] for none"},
  {"an empty prefix",
   "[cluster]\nname = \"c\"\n[security]\ndirectory = \"d\"\n[security.clients]\nshop = { prefixes = [\"\"] }\n",
   "f:6:22: prefixes must be an array of strings that keys begin with, none of them empty"},
  {"a client that is no table",
   "[cluster]\nname = \"c\"\n[security]\ndirectory = \"d\"\n[security.clients]\nshop = [\"shop_\"]\n",
   "f:6:8: security.clients.shop must be a table, { prefixes = [...] }"},
  {"storage without a directory", "[cluster]\nname = \"c\"\n[storage]\n", "f:3:1: [storage] needs a directory"},
  {"an unknown mode of storage", "[cluster]\nname = \"c\"\n[storage]\ndirectory = \"d\"\nmode = \"fast\"\n",
   "f:5:8: mode must be one of \"write\", \"sync\""},
  {"a directory without storage", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\ndirectory = \"d\"\n",
   "f:6:13: a directory is for nodes that keep a journal; that needs a table [storage]"},
  {"security and none", "[cluster]\nname = \"c\"\ninsecure = true\n[security]\ndirectory = \"d\"\n",
   "f:4:1: insecure = true in [cluster] is for clusters without [security]; take out either"},
  {"an address twice", "[cluster]\nname = \"c\"\n[[node]]\nname = \"a\"\nport = 1\n[[node]]\nname = \"b\"\nport = 1\n",
   "f:8:8: node \"a\" has this address already; choose another port"},
};

const std::filesystem::path config_dir{ARIADNE_CONFIG_DIR};

/// The cluster file that stands indented in another file.
std::string cluster_file_within(const std::filesystem::path& file) {
  std::istringstream lines{test::read_file(file)};
  std::string result;
  std::optional<std::size_t> indentation;
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find_first_not_of(' ');
    if (!indentation && begin != std::string::npos && line.substr(begin) == "[cluster]")
      indentation = begin;
    if (!indentation)
      continue;
    if (begin < *indentation)
      break;
    result += (begin == std::string::npos ? std::string{} : line.substr(*indentation)) + '\n';
  }
  return result;
}

/// The configuration; ends the test case if there is an error in its stead.
program_config valid(tl::expected<program_config, config_error> config) {
  if (!config)
    BOOST_FAIL(to_string(config.error()));
  return *config;
}

void check_equal_tunables(const program_config& left, const program_config& right) {
  BOOST_TEST(left.limits.key_bytes_max == right.limits.key_bytes_max);
  BOOST_TEST(left.limits.value_bytes_max == right.limits.value_bytes_max);
  BOOST_TEST(left.limits.map_bytes_max == right.limits.map_bytes_max);
  BOOST_TEST(left.sessions_max == right.sessions_max);
  BOOST_CHECK(left.drain_timeout == right.drain_timeout);
  BOOST_CHECK(left.session_stop_timeout == right.session_stop_timeout);
  BOOST_CHECK(left.heartbeats.interval == right.heartbeats.interval);
  BOOST_CHECK(left.heartbeats.tolerance == right.heartbeats.tolerance);
  BOOST_CHECK(left.topology == right.topology);
  BOOST_CHECK(left.reconnect_min == right.reconnect_min);
  BOOST_CHECK(left.reconnect_max == right.reconnect_max);
  BOOST_CHECK(left.forget_after == right.forget_after);
  BOOST_CHECK(left.scheduler_policy == right.scheduler_policy);
  BOOST_TEST(left.scheduler_threads == right.scheduler_threads);
  BOOST_CHECK(left.log_level == right.log_level);
  BOOST_TEST(left.minotaur.version == right.minotaur.version);
  BOOST_CHECK(left.minotaur.round_time == right.minotaur.round_time);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_file)

BOOST_AUTO_TEST_CASE(each_node_has_a_directory_of_its_own_for_its_journal) {
  const auto config = valid(parse_program_config("[cluster]\nname = \"c\"\n"
                                                 "[storage]\ndirectory = \"journals\"\nmode = \"sync\"\n"
                                                 "[[node]]\nname = \"a\"\nport = 1\n"
                                                 "[[node]]\nname = \"b\"\nport = 2\ndirectory = \"/disk\"\n",
                                                 "etc/f"));
  BOOST_REQUIRE(config.storage.has_value());
  BOOST_CHECK(config.storage->mode == storage_mode::sync);
  BOOST_TEST(storage_of(config.storage, config.nodes[0])->directory == "etc/journals/a");
  BOOST_TEST(storage_of(config.storage, config.nodes[1])->directory == "/disk");
  BOOST_CHECK(!storage_of(std::nullopt, config.nodes[0]));
  BOOST_CHECK(options_for_node(config, config.nodes[0]).node.storage->directory == "etc/journals/a");
}

BOOST_AUTO_TEST_CASE(a_file_with_the_required_keys_alone_has_the_defaults) {
  auto config = valid(parse_program_config(minimal, "f"));
  BOOST_TEST(config.name == "test");
  BOOST_CHECK((config.nodes == std::vector<node_config>{{"a", "127.0.0.1", 4101}}));
  check_equal_tunables(config, program_config{});
}

BOOST_AUTO_TEST_CASE(every_key_is_taken_over) {
  auto config = valid(parse_program_config(R"([cluster]
name = "c"
key_bytes_max = 1
value_bytes_max = 2
map_bytes_max = 3
sessions_max = 4
session_stop_timeout = "8s"
drain_timeout = "4s"
reconnect_min = "5ms"
reconnect_max = "6m"
forget_after = "7s"
heartbeat_interval = "10ms"
heartbeat_tolerance = "20ms"
topology = "ring"
scheduler_policy = "stealing"
scheduler_threads = 7
log_level = "debug"
[minotaur]
game_version = 1
round_time = "20ms"
[[node]]
name = "b"
host = "::1"
port = 65535
)",
                                           "f"));
  BOOST_TEST(config.name == "c");
  BOOST_CHECK((config.nodes == std::vector<node_config>{{"b", "::1", 65535}}));
  program_config expected;
  expected.limits = {.key_bytes_max = 1, .value_bytes_max = 2, .map_bytes_max = 3};
  expected.sessions_max = 4;
  expected.drain_timeout = 4s;
  expected.session_stop_timeout = 8s;
  expected.heartbeats = {10ms, 20ms};
  expected.topology = membership::topology::shape::ring;
  expected.reconnect_min = 5ms;
  expected.reconnect_max = 6min;
  expected.forget_after = 7s;
  expected.scheduler_policy = scheduler_policy::stealing;
  expected.scheduler_threads = 7;
  expected.log_level = log_level::debug;
  expected.minotaur = {1, 20ms};
  check_equal_tunables(config, expected);
}

BOOST_AUTO_TEST_CASE(a_file_with_discovery_need_list_no_nodes_and_expects_its_voters) {
  const auto config = valid(parse_program_config(R"([cluster]
name = "c"
minority = "pause"
voters = ["a-0", "a-1", "a-2"]
log_format = "json"
[discovery]
method = "dns"
name = "nodes.example"
port = 4100
interval = "1s"
)",
                                                 "f"));
  BOOST_TEST(config.nodes.empty());
  BOOST_REQUIRE(config.discovery.has_value());
  BOOST_CHECK((*config.discovery == discovery_options{discovery_method::dns, "nodes.example", 4100, 1s, 3, 10s}));
  BOOST_CHECK((config.log_format == log_format::json));
  const auto options = options_for_node(config, node_config{.name = "a-1", .port = 4100}).node;
  BOOST_TEST(options.handoff.awaits_nodes);
  BOOST_TEST(options.handoff.is_listed);
  BOOST_TEST((options.handoff.expected_nodes == std::vector<std::string>{"a-0", "a-2"}));
  BOOST_TEST(!options_for_node(config, node_config{.name = "b", .port = 4100}).node.handoff.is_listed);
}

BOOST_AUTO_TEST_CASE(a_node_may_listen_elsewhere_than_where_the_others_find_it) {
  const auto config = valid(parse_program_config(R"([cluster]
name = "c"
[[node]]
name = "a"
host = "a.example"
port = 4100
bind = "[::]:4200"
)",
                                                 "f"));
  const auto options = options_for_node(config, config.nodes.front()).node;
  BOOST_TEST((options.address == endpoint{"::", 4200}));
  BOOST_TEST((options.membership.address == endpoint{"a.example", 4100}));
}

BOOST_AUTO_TEST_CASE(an_edge_of_an_explicit_topology_holds_for_both_of_its_nodes) {
  const auto config = valid(parse_program_config(R"([cluster]
name = "c"
topology = "explicit"
[[node]]
name = "a"
port = 1
neighbours = ["b"]
[[node]]
name = "b"
port = 2
neighbours = ["c"]
[[node]]
name = "c"
port = 3
)",
                                                 "f"));
  BOOST_TEST(config.nodes[0].neighbours == std::vector<std::string>{"b"}, boost::test_tools::per_element());
  BOOST_TEST(config.nodes[1].neighbours == (std::vector<std::string>{"a", "c"}), boost::test_tools::per_element());
  BOOST_TEST(config.nodes[2].neighbours == std::vector<std::string>{"b"}, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(a_mistake_is_an_error_with_line_and_column, boost::unit_test::data::make(mistakes), mistake) {
  auto config = parse_program_config(mistake.text, "f");
  BOOST_REQUIRE(!config);
  auto error = to_string(config.error());
  BOOST_TEST(error.substr(0, mistake.error.size()) == mistake.error);
}

BOOST_AUTO_TEST_CASE(the_example_sets_every_tunable_to_its_default) {
  auto config = valid(load_program_config(config_dir / "example.toml"));
  check_equal_tunables(config, program_config{});
}

BOOST_AUTO_TEST_CASE(the_cluster_of_the_demo_has_three_nodes) {
  auto config = valid(load_program_config(config_dir / "three_nodes.toml"));
  BOOST_TEST(config.name == "minotaur");
  BOOST_CHECK(
    (config.nodes
     == std::vector<node_config>{{"a", "127.0.0.1", 4101}, {"b", "127.0.0.1", 4102}, {"c", "127.0.0.1", 4103}}));
}

BOOST_AUTO_TEST_CASE(the_cluster_files_of_schedulers_and_containers_have_three_nodes) {
  const auto pods = valid(parse_program_config(cluster_file_within(config_dir / "kubernetes/ariadne.yaml"), "f"));
  BOOST_TEST(names_of(pods.nodes) == "ariadne-0, ariadne-1, ariadne-2");
  const auto job = valid(parse_program_config(cluster_file_within(config_dir / "nomad/ariadne.nomad.hcl"), "f"));
  const std::vector<std::string> voters{"ariadne-0", "ariadne-1", "ariadne-2"};
  BOOST_TEST(job.voters == voters, boost::test_tools::per_element{});
  BOOST_TEST(bool{job.discovery});
  const auto containers = valid(load_program_config(config_dir / "container/cluster.toml"));
  BOOST_TEST(names_of(containers.nodes) == "a, b, c");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_an_error) {
  auto missing = load_program_config("no/such/file.toml");
  BOOST_REQUIRE(!missing);
  BOOST_TEST(to_string(missing.error()) == "no/such/file.toml: cannot be read: No such file or directory");

  auto directory = load_program_config(config_dir);
  BOOST_REQUIRE(!directory);
  BOOST_TEST(to_string(directory.error()) == config_dir.string() + ": cannot be read: Is a directory");
}

BOOST_AUTO_TEST_CASE(the_files_of_a_node_are_found_beside_the_cluster_file) {
  const auto with = [](const std::string& security) {
    return valid(parse_program_config("[cluster]\nname = \"c\"\n" + security + "[[node]]\nname = \"a\"\nport = 1\n",
                                      "etc/cluster.toml"));
  };
  BOOST_TEST(!with("").security.has_value());
  const auto by_name = files_of(*with("[security]\ndirectory = \"certs\"\n").security, "a");
  BOOST_TEST(by_name.certificate == "etc/certs/node-a.pem");
  BOOST_TEST(by_name.key == "etc/certs/node-a.key");
  BOOST_TEST(by_name.authorities == "etc/certs/authorities.pem");
  BOOST_TEST(by_name.may_revocations_be_missing);
  const auto named = files_of(*with("[security]\ndirectory = \"certs\"\ncertificate = \"/x.pem\"\nkey = \"x.key\"\n"
                                    "authorities = \"all.pem\"\nrevocations = \"gone.pem\"\n")
                                 .security,
                              "a");
  BOOST_TEST(named.certificate == "/x.pem");
  BOOST_TEST(named.key == "etc/x.key");
  BOOST_TEST(named.authorities == "etc/all.pem");
  BOOST_TEST(named.revocations == "etc/gone.pem");
  BOOST_TEST(!named.may_revocations_be_missing);
  const auto limited = with("[security]\ndirectory = \"certs\"\n[security.clients]\n"
                            "shop = { prefixes = [\"shop_\", \"cart_\"] }\nnobody = { prefixes = [] }\n");
  const client_prefixes::table expected{{"nobody", {}}, {"shop", {"shop_", "cart_"}}};
  BOOST_TEST((limited.security->clients == expected));
}

BOOST_AUTO_TEST_CASE(an_application_has_the_options_of_its_node_from_the_same_file) {
  const auto cluster = load_cluster_file(config_dir / "three_nodes.toml");
  BOOST_REQUIRE(bool{cluster});
  const auto options = options_for_node(*cluster, "b");
  BOOST_REQUIRE(bool{options});
  BOOST_TEST(options->node.handoff.node == "b");
  BOOST_TEST(options->node.address.port == cluster->nodes[1].port);
  BOOST_TEST(options->node.handoff.expected_nodes.size() == 2u);
  BOOST_TEST((options->stop.stash == cluster->session_stop_timeout));
  BOOST_TEST(options_for_node(*cluster, "d").error() == "cluster minotaur has no node d; its nodes are a, b, c");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_file_test
