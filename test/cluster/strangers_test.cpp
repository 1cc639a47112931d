#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace ariadne::test::strangers_test {

namespace {

constexpr std::size_t mebibyte = 1 << 20;

/// A node besides those of a cluster.
class stranger {
public:
  stranger(std::vector<std::string> arguments, int network_namespace)
    : process_(command(std::move(arguments)), {.out = directory_.path() / "out", .err = directory_.path() / "err"},
               network_namespace) {}

  std::string log() const {
    return read_file(directory_.path() / "err");
  }

  /// See child_process.
  std::optional<int> wait() {
    return process_.wait();
  }

private:
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {ARIADNE_PROGRAM, "node"});
    return arguments;
  }

  temporary_directory directory_;
  child_process process_;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool sees(node_client& client, const std::string& node, member_state state) {
  const auto members = client.members();
  return std::any_of(members.begin(), members.end(),
                     [&](const member_status& member) { return member.name == node && member.state == state; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(strangers)

BOOST_AUTO_TEST_CASE(an_address_that_swallows_packets_does_not_keep_the_others_apart,
                     *boost::unit_test::precondition(has_virtual_network)) {
  const std::vector<std::string> names{"a", "b", "c"};
  virtual_network network{names};
  cluster_process cluster{names, {}, &network};
  network.partition({"c"});
  cluster.start("a");
  cluster.start("b");
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(eventually([&] { return sees(cluster.client("a"), "b", member_state::up); }));
    BOOST_TEST(eventually([&] { return sees(cluster.client("b"), "a", member_state::up); }));
    cluster.kill("b");
    BOOST_TEST(eventually([&] { return sees(cluster.client("a"), "b", member_state::down); }));
    cluster.start("b");
  }
  // Whether node c has something under the key nobody knows.
  BOOST_TEST((cluster.client("a").pickup("game_NONE").outcome == pickup_outcome::pending));
  network.heal();
  cluster.start("c");
  cluster.settle();
  BOOST_TEST(eventually([&] { return cluster.client("a").pickup("game_NONE").outcome == pickup_outcome::absent; }));
}

BOOST_AUTO_TEST_CASE(of_two_nodes_that_claim_one_name_both_say_so,
                     *boost::unit_test::precondition(has_virtual_network)) {
  const std::vector<std::string> names{"a", "b", "z"};
  virtual_network network{names};
  cluster_process cluster{{"a", "b"}, {}, &network};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  const temporary_directory directory;
  const auto file = directory.path() / "cluster.toml";
  auto text = read_file(cluster.file());
  const auto address = network.address("a");
  text.replace(text.find(address), address.size(), network.address("z"));
  write_file(file, text);
  stranger twin{{"--cluster", file.string(), "--name", "a"}, network.network_namespace("z")};
  BOOST_TEST(eventually([&] { return contains(twin.log(), "a is the name of the node at " + network.address("a")); }),
             twin.log());
  BOOST_TEST(eventually([&] {
               return contains(cluster.log("b"), network.address("z"))
                      && contains(cluster.log("b"), "a is the name of the node at " + network.address("a"));
             }),
             cluster.log("b"));
  BOOST_TEST(eventually([&] {
               return contains(cluster.log("a"), fmt::format("the node at {}:", network.address("z")))
                      && contains(cluster.log("a"), "claims the name of this node, a");
             }),
             cluster.log("a"));
  BOOST_TEST((twin.wait() == 2));
  cluster.settle();
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_in_the_file_joins_through_one_and_becomes_known_to_all,
                     *boost::unit_test::precondition(has_virtual_network)) {
  const std::vector<std::string> names{"a", "b", "c", "z"};
  virtual_network network{names};
  cluster_process cluster{{"a", "b", "c"}, {}, &network};
  for (const auto* name : {"a", "b", "c"})
    cluster.start(name);
  cluster.settle();
  cluster.client("a").stash("game_ABYZ", {"bytes", 1, "round 7"});
  // It reaches node a alone at first.
  network.cut("z", "b");
  network.cut("z", "c");
  const auto address = fmt::format("{}:7000", network.address("z"));
  std::optional<stranger> joiner;
  joiner.emplace(std::vector<std::string>{"--cluster", cluster.file().string(), "--name", "z", "--listen", address},
                 network.network_namespace("z"));
  BOOST_TEST(eventually([&] { return sees(cluster.client("a"), "z", member_state::up); }), joiner->log());
  network.heal();
  for (const auto* name : {"b", "c"})
    BOOST_TEST(eventually([&] { return sees(cluster.client(name), "z", member_state::up); }), joiner->log());
  node_client client{network.address("z"), 7000};
  BOOST_TEST(eventually([&] { return client.pickup("game_ABYZ").outcome == pickup_outcome::found; }));
  joiner.reset();
  for (const auto* name : {"a", "b", "c"})
    BOOST_TEST(eventually([&] { return sees(cluster.client(name), "z", member_state::down); }));
}

BOOST_AUTO_TEST_CASE(a_thousand_clients_that_disappear_leave_nothing_behind) {
  cluster_process cluster{{"a", "b"}};
  cluster.start("a");
  cluster.start("b");
  cluster.settle();
  const auto descriptors = cluster.open_descriptors("a");
  const auto bytes = cluster.resident_bytes("a");
  for (int i = 0; i < 1'000; ++i)
    BOOST_TEST(node_client("127.0.0.1", cluster.port("a")).members().size() == 2u);
  BOOST_TEST(eventually([&] { return cluster.open_descriptors("a") <= descriptors; }));
  measured("1,000 clients that disappear, memory of the node grown",
           (static_cast<double>(cluster.resident_bytes("a")) - static_cast<double>(bytes)) / mebibyte, "MiB");
  cluster.settle();
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_node_does_not_grow_with_what_its_neighbour_does_not_read) {
  constexpr std::size_t key_count = 64;
  constexpr std::size_t value_bytes = 64 << 10;
  constexpr std::size_t rounds = 100;
  // The neighbour is not missed, and its connection stays.
  loaded_cluster cluster{placement::on_loopback, 2, 1, "heartbeat_tolerance = \"10m\""};
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < key_count; ++i)
    keys.push_back(stash_history::key(i));
  auto stash = [&](std::size_t round) {
    const std::string value(value_bytes, static_cast<char>('a' + round % 26));
    BOOST_TEST(cluster.clients().stash_all("a", keys, value, {.concern = {.level = concern_level::local}})
               == key_count);
  };
  cluster.processes().signal("b", SIGSTOP);
  // Fills the window and the buffers of the connection, and lets the allocator get what it needs for one round.
  for (std::size_t round = 0; round < rounds / 10; ++round)
    stash(round);
  const auto before = cluster.processes().resident_bytes("a");
  for (std::size_t round = 0; round < rounds; ++round)
    stash(round);
  const auto after = cluster.processes().resident_bytes("a");
  const auto stashed = rounds * key_count * value_bytes;
  measured("neighbour that stops reading, stashed meanwhile", static_cast<double>(stashed) / mebibyte, "MiB");
  measured("neighbour that stops reading, memory of the node grown",
           (static_cast<double>(after) - static_cast<double>(before)) / mebibyte, "MiB");
  BOOST_TEST(after < before + stashed / 10);
  cluster.processes().signal("b", SIGCONT);
  const std::string last(value_bytes, 'a' + (rounds - 1) % 26);
  for (const auto& key : keys)
    BOOST_TEST(eventually([&] {
                 const auto found = cluster.clients().pickup("b", key);
                 return found && found->state.bytes == last;
               }),
               "node b does not get the last value of " << key);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::strangers_test
