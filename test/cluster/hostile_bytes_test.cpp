#include "actors/internal/caf_edition_network.hpp"
#include "actors/network/frame_guard.hpp"
#include "test/support/attacked_nodes.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/measured.hpp"
#include "test/support/raw_connection.hpp"
#include "test/support/raw_frames.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ariadne::test::hostile_bytes_test {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t mebibyte = 1 << 20;

std::string client_handshake(char which) {
  return raw_client_handshake(raw_node_id(which));
}

/// Says the same to whoever connects, and then nothing for ever.
class false_server {
public:
  explicit false_server(std::string bytes) : bytes_(std::move(bytes)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~false_server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const {
    return port_;
  }

private:
  void serve() {
    for (auto fd = ::accept(listener_, nullptr, nullptr); fd >= 0; fd = ::accept(listener_, nullptr, nullptr))
      connections_.emplace_back(tcp_socket{fd}).send(bytes_);
  }

  std::string bytes_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::list<raw_connection> connections_;
  std::thread thread_;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct two_nodes : attacked_nodes {
  bool cuts(const std::string& bytes) {
    raw_connection attacker{connect_plainly(port("a"))};
    attacker.send(bytes);
    return attacker.is_closed_by_peer();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(hostile_bytes)

BOOST_FIXTURE_TEST_CASE(a_connection_that_sends_what_caf_does_not_is_closed_with_the_reason_in_the_log, two_nodes) {
  for (const auto& attack : raw_attacks()) {
    // Again, if the node was stopped for so long that it finds the connection late before it reads from it.
    const auto is_cut = eventually([&] { return cuts(attack.bytes) && contains(log("a"), attack.reason); });
    BOOST_TEST(is_cut, attack.what << "\n" << log("a"));
  }
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(what_is_announced_takes_no_memory_before_it_comes, two_nodes) {
  const auto before = resident_bytes("a");
  std::list<raw_connection> attackers;
  for (auto which = 'A'; which <= 'Z'; ++which) {
    auto& attacker = attackers.emplace_back(connect_plainly(port("a")));
    attacker.send(client_handshake(which) + bytes_of({2, 64 * mebibyte, normal_message, 0, 5}));
    attacker.send(std::string(1000, '\0'));
  }
  BOOST_TEST(is_unharmed());
  const auto grown = static_cast<double>(resident_bytes("a")) - static_cast<double>(before);
  measured("26 headers that announce 64 MiB, memory of the node grown", grown / mebibyte, "MiB");
  BOOST_TEST(grown < 64.0 * mebibyte);
}

BOOST_FIXTURE_TEST_CASE(two_hundred_silent_connections_keep_nobody_out_and_are_closed, two_nodes) {
  const auto descriptors = open_descriptors("a");
  std::list<raw_connection> silent;
  for (int i = 0; i < 200; ++i)
    silent.emplace_back(connect_plainly(port("a")));
  // At once, not only when they are closed.
  BOOST_TEST(run("a", {"pickup", "kept"}).out == "round 7");
  BOOST_TEST(eventually([&] { return open_descriptors("a") <= descriptors; }));
  BOOST_TEST(contains(log("a"), "too many others wait as well"));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_node_without_descriptors_says_so_and_goes_on_when_it_has_some, two_nodes) {
  const auto used = open_descriptors("a");
  const rlimit limit{used + 4, used + 4};
  BOOST_REQUIRE(::prlimit(pid("a"), RLIMIT_NOFILE, &limit, nullptr) == 0);
  std::list<raw_connection> clients;
  for (char which = 'A'; which < 'A' + 20; ++which)
    clients.emplace_back(connect_plainly(port("a"))).send(client_handshake(which));
  BOOST_TEST(eventually([&] { return contains(log("a"), "cannot accept a connection: Too many open files"); }),
             log("a"));
  clients.clear();
  BOOST_TEST(eventually([&] { return run("a", {"pickup", "kept"}).out == "round 7"; }));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_no_answers_is_closed, two_nodes) {
  raw_connection client{connect_plainly(port("a"))};
  const auto node = client.read_node_id();
  client.send(client_handshake('c'));
  // Each is answered with as many bytes, since there is no such actor; more than what the system keeps for the client.
  const auto ids = raw_node_id('c') + node;
  const auto question = bytes_of({.operation = 4, .size = ids.size(), .target = 1'000'000}) + ids;
  std::string questions;
  for (std::size_t i = 0; i < 64 * mebibyte / question.size(); ++i)
    questions += question;
  client.send(questions);
  BOOST_TEST(
    eventually(1min, [&] { return contains(log("a"), "has taken less than 64 KiB of what waits for it in 30 s"); }),
    log("a"));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_message_that_nobody_expects_is_answered_with_an_error_and_not_printed, two_nodes) {
  test_system stranger;
  const auto node = caf::actor_cast<caf::actor>(stranger.node_at({host("a"), port("a")}));
  for (auto i = 0; i < 3; ++i)
    BOOST_TEST(!stranger.try_ask<bool>(node, std::string{"forged line"}));
  BOOST_TEST(is_unharmed());
  BOOST_TEST(!contains(output("a") + log("a"), "forged line"), output("a") + log("a"));
}

BOOST_FIXTURE_TEST_CASE(clients_that_come_and_go_leave_no_memory_behind, two_nodes) {
  constexpr std::size_t clients = 3'000;
  const auto descriptors = open_descriptors("a");
  const auto meet = [this](std::size_t which) {
    raw_connection client{connect_plainly(port("a"))};
    auto id = raw_node_id('c');
    const auto digits = raw_number(which, 4);
    std::copy(digits.begin(), digits.end(), id.end() - 4);
    client.send(raw_client_handshake(id));
    // The node sees it as one that it can speak to.
    client.read_node_id();
  };
  std::size_t met = 0;
  // The allocator has what it needs for one client.
  while (met < clients / 10)
    meet(met++);
  const auto leave_nothing = [&] {
    const auto before = resident_bytes("a");
    for (std::size_t i = 0; i < clients; ++i)
      meet(met++);
    BOOST_TEST(eventually([&] { return open_descriptors("a") <= descriptors; }));
    const auto grown = static_cast<double>(resident_bytes("a")) - static_cast<double>(before);
    measured("3,000 clients that come and go, memory of the node grown", grown / mebibyte, "MiB");
    return grown < 3.0 * mebibyte;
  };
  // Where the node is late, more of them are there at a time than before. What they leave behind, they do each time.
  BOOST_TEST((leave_nothing() || leave_nothing() || leave_nothing()));
  BOOST_TEST(is_unharmed());
}

BOOST_AUTO_TEST_CASE(a_false_server_does_not_end_a_client) {
  const std::string content(8, '\0');
  const std::vector<std::pair<const char*, std::string>> servers{
    {"an empty handshake", bytes_of({.operation = 0, .data = detail::caf_basp_format().version})},
    {"4 GiB of handshake", bytes_of({.operation = 0, .size = 0xffffffff, .data = detail::caf_basp_format().version})},
    {"garbage", raw_garbage(4096)},
    {"half an id", bytes_of({.operation = 0, .size = 7, .data = detail::caf_basp_format().version}) + "1234567"},
    {"a handshake and garbage", raw_server_handshake() + raw_garbage(4096)},
    {"two handshakes", raw_server_handshake() + raw_server_handshake()},
    {"4 GiB", raw_server_handshake() + bytes_of({2, 0xffffffff, normal_message, 0, 5})},
    {"a message of a stream",
     raw_server_handshake() + bytes_of({2, content.size(), 3 * normal_message, 0, 5}) + content},
    {"nothing", ""},
  };
  for (const auto& [what, bytes] : servers) {
    const false_server server{bytes};
    const auto result =
      run_ariadne({"status", "--node", "127.0.0.1:" + std::to_string(server.port()), "--timeout", "2s"});
    BOOST_TEST(result.exit_code == 1, what);
    BOOST_TEST(result.err.starts_with("ariadne: "), what << ": " << result.err);
    BOOST_TEST(std::count(result.err.begin(), result.err.end(), '\n') == 1, what << ": " << result.err);
  }
}

BOOST_AUTO_TEST_CASE(a_false_server_does_not_end_a_node_that_connects_to_it) {
  const std::vector<std::string> said{
    bytes_of({.operation = 0, .data = detail::caf_basp_format().version}),
    raw_server_handshake() + raw_garbage(4096),
    raw_server_handshake() + bytes_of({2, 0xffffffff, normal_message, 0, 5}),
    raw_server_handshake() + raw_server_handshake(),
  };
  for (const auto& bytes : said) {
    const false_server server{bytes};
    // The node waits so long at its start for one that may be there.
    cluster_process cluster{{"a", "b"}, "heartbeat_tolerance = \"500ms\""};
    const auto file = cluster.directory() / "false.toml";
    auto text = read_file(cluster.file());
    const auto listed = std::to_string(cluster.port("b"));
    text.replace(text.find(listed), listed.size(), std::to_string(server.port()));
    write_file(file, text);
    cluster.start("a", file);
    BOOST_TEST(eventually([&] { return contains(cluster.log("a"), "cannot connect to"); }), cluster.log("a"));
    BOOST_TEST(cluster.run("a", {"stash", "kept"}, "round 7").exit_code == 0);
    BOOST_TEST(cluster.run("a", {"pickup", "kept"}).out == "round 7");
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::hostile_bytes_test
