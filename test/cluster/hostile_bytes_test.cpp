#include "actors/caf_edition_network.hpp"
#include "actors/network/frame_guard.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/measured.hpp"
#include "test/support/raw_frames.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
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

class raw_socket {
public:
  explicit raw_socket(int fd) : fd_(fd) {
    const timeval timeout{60, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  }
  raw_socket(const raw_socket&) = delete;
  raw_socket& operator=(const raw_socket&) = delete;
  ~raw_socket() {
    ::close(fd_);
  }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Of a node that has been connected to: it stands behind the header of its handshake.
  std::string read_id() const {
    std::string result(frame_guard::header_size + detail::caf_basp_format().id_size, '\0');
    ::recv(fd_, result.data(), result.size(), MSG_WAITALL);
    return result.substr(frame_guard::header_size);
  }

  /// Whether the other side closes the connection; what it sends before is dropped.
  bool is_closed_by_peer() const {
    char dropped[4096];
    ssize_t count = 0;
    do
      count = ::recv(fd_, dropped, sizeof dropped, 0);
    while (count > 0);
    return count == 0 || errno == ECONNRESET;
  }

private:
  int fd_;
};

int connect_to(std::uint16_t port) {
  const auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
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
      connections_.emplace_back(fd).send(bytes_);
  }

  std::string bytes_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::list<raw_socket> connections_;
  std::thread thread_;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::size_t descriptors_of(pid_t process) {
  const std::filesystem::directory_iterator open{"/proc/" + std::to_string(process) + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

struct two_nodes : cluster_process {
  two_nodes() : cluster_process({"a", "b"}) {
    start("a");
    start("b");
    settle();
    BOOST_TEST(run("a", {"stash", "kept"}, "round 7").exit_code == 0);
  }

  bool unharmed() {
    settle();
    return run("a", {"pickup", "kept"}).out == "round 7";
  }

  bool cuts(const std::string& bytes) {
    const raw_socket attacker{connect_to(port("a"))};
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
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(what_is_announced_takes_no_memory_before_it_comes, two_nodes) {
  const auto before = resident_bytes("a");
  std::list<raw_socket> attackers;
  for (auto which = 'A'; which <= 'Z'; ++which) {
    auto& attacker = attackers.emplace_back(connect_to(port("a")));
    attacker.send(client_handshake(which) + bytes_of({2, 64 * mebibyte, normal_message, 0, 5}));
    attacker.send(std::string(1000, '\0'));
  }
  BOOST_TEST(unharmed());
  const auto grown = static_cast<double>(resident_bytes("a")) - static_cast<double>(before);
  measured("26 headers that announce 64 MiB, memory of the node grown", grown / mebibyte, "MiB");
  BOOST_TEST(grown < 64.0 * mebibyte);
}

BOOST_FIXTURE_TEST_CASE(two_hundred_silent_connections_keep_nobody_out_and_are_closed, two_nodes) {
  const auto descriptors = descriptors_of(pid("a"));
  std::list<raw_socket> silent;
  for (int i = 0; i < 200; ++i)
    silent.emplace_back(connect_to(port("a")));
  // At once, not only when they are closed.
  BOOST_TEST(run("a", {"pickup", "kept"}).out == "round 7");
  BOOST_TEST(eventually([&] { return descriptors_of(pid("a")) <= descriptors; }));
  BOOST_TEST(contains(log("a"), "too many others wait as well"));
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_node_without_descriptors_says_so_and_goes_on_when_it_has_some, two_nodes) {
  const auto used = descriptors_of(pid("a"));
  const rlimit limit{used + 4, used + 4};
  BOOST_REQUIRE(::prlimit(pid("a"), RLIMIT_NOFILE, &limit, nullptr) == 0);
  std::list<raw_socket> clients;
  for (char which = 'A'; which < 'A' + 20; ++which)
    clients.emplace_back(connect_to(port("a"))).send(client_handshake(which));
  BOOST_TEST(eventually([&] { return contains(log("a"), "cannot accept a connection: Too many open files"); }),
             log("a"));
  clients.clear();
  BOOST_TEST(eventually([&] { return run("a", {"pickup", "kept"}).out == "round 7"; }));
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_no_answers_is_closed, two_nodes) {
  const raw_socket client{connect_to(port("a"))};
  const auto node = client.read_id();
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
  BOOST_TEST(unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_message_that_nobody_expects_is_answered_with_an_error_and_not_printed, two_nodes) {
  test_system stranger;
  const auto node = caf::actor_cast<caf::actor>(stranger.node_at({host("a"), port("a")}));
  for (auto i = 0; i < 3; ++i)
    BOOST_TEST(!stranger.try_ask<bool>(node, std::string{"forged line"}));
  BOOST_TEST(unharmed());
  BOOST_TEST(!contains(output("a") + log("a"), "forged line"), output("a") + log("a"));
}

BOOST_FIXTURE_TEST_CASE(clients_that_come_and_go_leave_no_memory_behind, two_nodes) {
  constexpr std::size_t clients = 3'000;
  const auto descriptors = descriptors_of(pid("a"));
  const auto meet = [this](std::size_t which) {
    const raw_socket client{connect_to(port("a"))};
    auto id = raw_node_id('c');
    const auto digits = raw_number(which, 4);
    std::copy(digits.begin(), digits.end(), id.end() - 4);
    client.send(raw_client_handshake(id));
    // The node sees it as one that it can speak to.
    client.read_id();
  };
  std::size_t met = 0;
  // The allocator has what it needs for one client.
  while (met < clients / 10)
    meet(met++);
  const auto leave_nothing = [&] {
    const auto before = resident_bytes("a");
    for (std::size_t i = 0; i < clients; ++i)
      meet(met++);
    BOOST_TEST(eventually([&] { return descriptors_of(pid("a")) <= descriptors; }));
    const auto grown = static_cast<double>(resident_bytes("a")) - static_cast<double>(before);
    measured("3,000 clients that come and go, memory of the node grown", grown / mebibyte, "MiB");
    return grown < 3.0 * mebibyte;
  };
  // Where the node is late, more of them are there at a time than before. What they leave behind, they do each time.
  BOOST_TEST((leave_nothing() || leave_nothing() || leave_nothing()));
  BOOST_TEST(unharmed());
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
