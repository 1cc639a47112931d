#include "actors/cluster_membership.hpp"

#include "actors/answer_budget.hpp"
#include "actors/caf_edition.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/network/basp.hpp"
#include "actors/network/spoken_protocols.hpp"
#include "actors/network/tcp_socket.hpp"
#include "actors/state_handoff.hpp"
#include "crdt/codec.hpp"
#include "test/support/log_book.hpp"
#include "test/support/membership_node.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/typed_response_promise.hpp>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cluster_membership_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

sockaddr_in to_sockaddr(const endpoint& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &result.sin_addr);
  return result;
}

const reserved_port ports[3];
const endpoint address_a{"127.0.0.1", ports[0].number()};
const endpoint address_b{"127.0.0.1", ports[1].number()};
const endpoint address_c{"127.0.0.1", ports[2].number()};

/// A port that accepts no connection and refuses none: its queue is full.
class packet_swallower {
public:
  explicit packet_swallower(const endpoint& address) {
    const auto at = to_sockaddr(address);
    const auto* where = reinterpret_cast<const sockaddr*>(&at);
    const int on = 1;
    ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(listening_, where, sizeof(at)) != 0 || ::listen(listening_, 0) != 0)
      throw std::runtime_error("cannot listen at " + to_string(address));
    for (auto& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      (void)::connect(waiting, where, sizeof(at));
    }
  }
  packet_swallower(const packet_swallower&) = delete;
  packet_swallower& operator=(const packet_swallower&) = delete;
  ~packet_swallower() {
    ::close(listening_);
    for (const auto waiting : waiting_)
      ::close(waiting);
  }

private:
  int listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::array<int, 4> waiting_{};
};

/// Says the same to all who connect, and hears them out.
class talking_port {
public:
  talking_port(const endpoint& address, std::string words) : words_(std::move(words)) {
    const auto at = to_sockaddr(address);
    const int on = 1;
    ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(listening_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 || ::listen(listening_, 8) != 0)
      throw std::runtime_error("cannot listen at " + to_string(address));
    thread_ = std::thread{[this] { serve(); }};
  }
  talking_port(const talking_port&) = delete;
  talking_port& operator=(const talking_port&) = delete;
  ~talking_port() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }

  std::size_t calls() const {
    return calls_;
  }

  /// What the first caller has said, once it has hung up.
  std::string heard() {
    std::lock_guard lock{mutex_};
    return heard_;
  }

private:
  void serve() {
    for (int caller = 0; (caller = ::accept(listening_, nullptr, nullptr)) >= 0; ::close(caller)) {
      ++calls_;
      ::send(caller, words_.data(), words_.size(), MSG_NOSIGNAL);
      std::string said;
      std::array<char, 100> bytes;
      for (ssize_t count = 0; (count = ::recv(caller, bytes.data(), bytes.size(), 0)) > 0;)
        said.append(bytes.data(), static_cast<std::size_t>(count));
      std::lock_guard lock{mutex_};
      if (heard_.empty())
        heard_ = said;
    }
  }

  std::string words_;
  std::mutex mutex_;
  std::string heard_;
  std::atomic<std::size_t> calls_ = 0;
  int listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::thread thread_;
};

/// How a node of a CAF of this version of its protocol begins to speak; of the payload, there is what is looked for.
std::string handshake_of_version(std::uint64_t version, const std::string& payload = {}) {
  std::string header(header_size, '\0');
  header[7] = static_cast<char>(payload.size());
  header[15] = static_cast<char>(version);
  return header + payload;
}

std::string as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Connects to the node at `address`, and hangs up as a node that speaks other protocols does.
void hang_up_on(const endpoint& address, const spoken_protocols& protocols) {
  auto socket = tcp_connect(address, patience);
  BOOST_REQUIRE(socket);
  socket->hang_up(farewell(protocols), std::chrono::steady_clock::now() + patience);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_membership)

BOOST_AUTO_TEST_CASE(two_nodes_see_each_other_whichever_starts_first) {
  for (const bool a_knows_b : {true, false}) {
    node a{"a", address_a, a_knows_b ? std::vector<seed_node>{{"b", address_b}} : std::vector<seed_node>{}};
    node b{"b", address_b, a_knows_b ? std::vector<seed_node>{} : std::vector<seed_node>{{"a", address_a}}};
    BOOST_TEST(eventually_up(a, "b"));
    BOOST_TEST(eventually_up(b, "a"));
    BOOST_TEST(eventually_neighbours(a, 1));
    BOOST_TEST(eventually_neighbours(b, 1));
  }
}

BOOST_AUTO_TEST_CASE(nodes_that_connect_to_each_other_at_the_same_moment_both_get_there) {
  // Nobody gets there by giving up what hangs.
  constexpr auto for_ever = 1h;
  for (int round = 0; round < 20; ++round) {
    node a{"a", address_a, {{"b", address_b}, {"c", address_c}}, "test", for_ever};
    node b{"b", address_b, {{"a", address_a}, {"c", address_c}}, "test", for_ever};
    node c{"c", address_c, {{"a", address_a}, {"b", address_b}}, "test", for_ever};
    for (auto* each : {&a, &b, &c})
      BOOST_TEST(eventually_neighbours(*each, 2));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_is_lost_before_it_has_answered_the_introduction_is_tried_again_at_once) {
  test_system other;
  std::atomic<int> introductions = 0;
  const auto mute = other.keep(other.system.spawn([&introductions](caf::event_based_actor* self) -> caf::behavior {
    auto unanswered = std::make_shared<std::vector<caf::typed_response_promise<introduction_result>>>();
    return {[self, unanswered, &introductions](introduce_atom, const node_introduction&) {
      ++introductions;
      disconnect(self->system(), self->current_sender()->node());
      return unanswered->emplace_back(self->make_response_promise<introduction_result>());
    }};
  }));
  open_port(other.system, caf::actor_cast<peer_membership_actor>(mute), address_b, log_nothing);
  node a{"a", address_a, {{"b", address_b}}, "test", 1h};
  BOOST_TEST(eventually([&] { return introductions >= 3; }));
}

BOOST_AUTO_TEST_CASE(what_is_stashed_on_one_node_is_picked_up_on_the_other) {
  node a{"a", address_a, {{"b", address_b}}};
  node b{"b", address_b, {}};
  BOOST_TEST(eventually_neighbours(a, 1));
  a.host.ask<receipt>(a.handoff, stash_atom_v, std::string{"key"}, snapshot{"game", 1, "state"});
  BOOST_TEST(eventually(
    [&] { return b.host.ask<pickup_result>(b.handoff, pickup_atom_v, std::string{"key"}).state.bytes == "state"; }));
}

BOOST_AUTO_TEST_CASE(a_node_learns_of_others_from_the_one_that_it_joins_through) {
  node a{"a", address_a, {}};
  node b{"b", address_b, {{"a", address_a}}};
  BOOST_TEST(eventually_up(a, "b"));
  node c{"c", address_c, {{"a", address_a}}};
  BOOST_TEST(eventually_up(c, "b"));
  BOOST_TEST(eventually_up(b, "c"));
}

BOOST_AUTO_TEST_CASE(a_node_that_dies_is_down_and_comes_back_as_a_new_incarnation) {
  node a{"a", address_a, {{"b", address_b}}};
  std::uint64_t first = 0;
  {
    node b{"b", address_b, {}};
    BOOST_TEST(eventually_neighbours(a, 1));
    first = a.replica_of("b");
  }
  BOOST_TEST(eventually([&] { return a.state_of("b") == member_state::down; }));
  BOOST_TEST(eventually_neighbours(a, 0));
  BOOST_TEST(eventually_logged(a, "node b (" + to_string(address_b) + ") is down"));
  node b{"b", address_b, {}};
  BOOST_TEST(eventually_up(a, "b"));
  BOOST_TEST(eventually_neighbours(a, 1));
  BOOST_TEST(eventually([&] { return a.replica_of("b") == b.replica_of("b"); }));
  BOOST_TEST(a.replica_of("b") != first);
}

BOOST_AUTO_TEST_CASE(a_restarted_handoff_pair_replaces_the_old_one_on_the_others) {
  node a{"a", address_a, {{"b", address_b}}};
  node b{"b", address_b, {}};
  BOOST_TEST(eventually_neighbours(a, 1));
  BOOST_TEST(eventually_neighbours(b, 1));
  b.host.ask<receipt>(b.handoff, stash_atom_v, std::string{"key"}, snapshot{"game", 1, "state"});
  BOOST_TEST(b.host.ask<drain_report>(b.handoff, drain_atom_v, std::uint64_t{0}, std::uint64_t{30'000}).complete);

  caf::anon_send_exit(b.handoff, caf::exit_reason::kill);
  BOOST_TEST(eventually([&] {
    const auto answer = b.host.try_ask<state_handoff_actor>(b.membership, handoff_atom_v);
    return !answer && answer.error() == ec::replica_restarting;
  }));
  BOOST_TEST(eventually([&] { return a.replica_of("b") == 0; }));
  BOOST_TEST((a.state_of("b") == member_state::up));

  b.start_handoff();
  BOOST_TEST(eventually(
    [&] { return b.host.ask<pickup_result>(b.handoff, pickup_atom_v, std::string{"key"}).state.bytes == "state"; }));
  BOOST_TEST(eventually_neighbours(a, 1));
  BOOST_TEST(a.replica_of("b") == b.replica_of("b"));
}

BOOST_AUTO_TEST_CASE(a_listed_node_that_leaves_is_missed_without_a_word_and_called_back_once_it_is_there_again) {
  auto b = std::make_unique<node>("b", address_b, std::vector<seed_node>{});
  node a{"a", address_a, {{"b", address_b}}};
  BOOST_TEST(eventually_neighbours(a, 1));
  BOOST_TEST(b->host.ask<bool>(b->membership, leave_atom_v));
  BOOST_TEST((a.state_of("b") == member_state::left));
  BOOST_TEST(eventually_neighbours(a, 0));
  b.reset();
  BOOST_TEST((a.state_of("b") == member_state::left));
  BOOST_TEST(a.log.count("is down") == 0u);
  BOOST_TEST(a.log.count("cannot connect") == 0u);
  // It knows nobody whom it could call itself.
  b = std::make_unique<node>("b", address_b, std::vector<seed_node>{});
  BOOST_TEST(eventually_up(a, "b"));
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cluster_is_refused_by_both_with_the_reason) {
  node a{"a", address_a, {{"b", address_b}}, "ours"};
  node b{"b", address_b, {}, "theirs"};
  BOOST_TEST(eventually_logged(a, "it refuses this node: cluster ours is not cluster theirs"));
  BOOST_TEST(
    eventually_logged(b, "node a (" + to_string(address_a) + ") is refused: cluster ours is not cluster theirs"));
  BOOST_TEST((a.state_of("b") == member_state::down));
  BOOST_TEST(b.member_count() == 1u);
}

/// Why the membership actor of the node ends.
std::string end_of(node& of) {
  std::string reason;
  of.host.self->monitor(of.membership);
  of.host.self->receive([&](const caf::down_msg& down) { reason = describe(down.reason); },
                        caf::after(patience) >> [] { BOOST_FAIL("the membership actor does not end"); });
  return reason;
}

BOOST_AUTO_TEST_CASE(a_second_node_of_the_same_name_is_refused_and_ends_and_the_first_one_is_told) {
  node a{"a", address_a, {}};
  node b{"b", address_b, {{"a", address_a}}};
  BOOST_TEST(eventually_up(a, "b"));
  node other_b{"b", address_c, {{"a", address_a}}};
  const auto taken = "b is the name of the node at " + to_string(address_b);
  BOOST_TEST(eventually_logged(b, "the node at " + to_string(address_c) + " claims the name of this node, b"));
  BOOST_TEST(end_of(other_b) == "another node has the name of this one: " + taken);
  BOOST_TEST((b.state_of("a") == member_state::up));
}

BOOST_AUTO_TEST_CASE(a_second_node_of_the_same_name_that_holds_state_is_refused_and_does_not_end) {
  node a{"a", address_a, {}};
  node b{"b", address_b, {{"a", address_a}}};
  BOOST_TEST(eventually_up(a, "b"));
  node other_b{"b", address_c, {{"a", address_a}}, "test", 5s, "key"};
  BOOST_TEST(eventually_logged(other_b, "it refuses this node: b is the name of the node at " + to_string(address_b)));
  // The membership actor has asked the same before; it gets its answer first.
  BOOST_TEST(other_b.host.ask<node_status>(other_b.handoff, status_atom_v).replica.keys == 1u);
  BOOST_TEST((other_b.state_of("a") == member_state::down));
}

BOOST_AUTO_TEST_CASE(a_node_whose_name_is_none_is_refused) {
  node a{"a", address_a, {}};
  node nameless{"b\nnode c", address_b, {{"a", address_a}}};
  BOOST_TEST(
    eventually_logged(nameless, "it refuses this node: the name of a node must be a string of 1 to 64 letters"));
  BOOST_TEST(a.member_count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_does_not_join_itself) {
  node a{"a", address_a, {{"other", address_a}}};
  BOOST_TEST(eventually_logged(a, "it is the address of this node itself"));
  BOOST_TEST((a.state_of("other") == member_state::down));
}

BOOST_AUTO_TEST_CASE(an_unreachable_node_does_not_hold_up_others) {
  // Long after the others are up, the node would still be waiting for the unreachable one.
  auto unreachable = std::make_unique<packet_swallower>(address_c);
  node a{"a", address_a, {{"b", address_b}, {"unreachable", address_c}}, "test", 10min};
  node b{"b", address_b, {}};
  BOOST_TEST(eventually_up(a, "b"));
  BOOST_TEST((a.state_of("unreachable") == member_state::down));
  unreachable.reset();
}

BOOST_AUTO_TEST_CASE(a_node_that_speaks_another_version_of_cafs_protocol_is_reported_once) {
  const talking_port b{address_b, handshake_of_version(99)};
  node a{"a", address_a, {{"b", address_b}}};
  BOOST_TEST(eventually_logged(a, "it speaks another protocol: version 99 of CAF's"));
  BOOST_TEST(eventually([&] { return b.calls() > 3; }));
  BOOST_TEST(a.log.count("cannot connect to node b") == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_of_another_version_of_our_own_protocol_is_refused_with_both_versions_on_both_sides) {
  node a{"a", address_a, {}};
  const auto later = node_protocols.max + 1;
  const auto versions = fmt::format("it speaks versions {} to {}", later, later + 1);
  const node_introduction other{{later, later + 1}, "test", "b", to_string(address_b), {}, {}, {}};
  for (int i = 0; i < 3; ++i) {
    const auto answer = a.host.ask<introduction_result>(a.membership, introduce_atom_v, other);
    BOOST_TEST(!answer.accepted);
    BOOST_TEST(
      answer.reason
      == fmt::format("{} of the protocol between nodes, and this node {}", versions, to_string(node_protocols)));
  }
  BOOST_TEST(a.log.count("node b (" + to_string(address_b) + ") is refused: " + versions) == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_that_speaks_another_version_of_our_protocol_is_told_and_reported_once) {
  // Whatever else may have changed in it: nothing of it is decoded.
  talking_port b{address_b, handshake_of_version(own_protocols().caf, "\x01\x02 ariadne protocol 99.7;9")};
  node a{"a", address_a, {{"b", address_b}}};
  BOOST_TEST(eventually_logged(a, "it speaks another protocol: version 99.7 of Ariadne's"));
  BOOST_TEST(eventually([&] { return b.calls() > 3; }));
  BOOST_TEST(a.log.count("cannot connect to node b") == 1u);
  BOOST_TEST(eventually([&] { return b.heard() == as_text(farewell(own_protocols())); }));
}

BOOST_AUTO_TEST_CASE(who_speaks_another_version_and_hangs_up_is_reported_once) {
  const auto own = own_protocols();
  node a{"a", address_a, {}};
  node b{"b", address_b, {}};
  for (int time = 0; time < 2; ++time) {
    hang_up_on(address_a, {99, own.nodes, own.frames});
    hang_up_on(address_b, {own.caf, own.nodes, {99, 99}});
  }
  BOOST_TEST(eventually_logged(a, "it speaks another protocol: version 99 of CAF's"));
  BOOST_TEST(eventually_logged(
    b, fmt::format("it speaks another protocol: versions {}.99 to {}.99 of Ariadne's", own.nodes.min, own.nodes.max)));
  for (auto* each : {&a, &b})
    BOOST_TEST(each->log.count("cannot connect: it speaks another protocol") == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_says_first_which_protocols_it_speaks) {
  node a{"a", address_a, {}};
  const auto socket = tcp_connect(address_a, patience);
  BOOST_REQUIRE(socket);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  handshake_header header;
  BOOST_REQUIRE(socket->peek(header.bytes(), deadline));
  std::string handshake(header_size + header.payload_size(), '\0');
  BOOST_REQUIRE(socket->peek(std::as_writable_bytes(std::span{handshake}), deadline));
  const auto protocols = header.protocols(handshake);
  BOOST_TEST(protocols.caf == own_protocols().caf);
  BOOST_TEST((protocols.nodes == node_protocols));
  BOOST_TEST((protocols.frames == crdt::codec_versions));
}

BOOST_AUTO_TEST_CASE(what_does_not_speak_cafs_protocol_is_reported_once) {
  const talking_port b{address_b, "220 mail.example ESMTP\r\n"};
  node a{"a", address_a, {{"b", address_b}}};
  BOOST_TEST(eventually_logged(a, "it speaks another protocol: not CAF's"));
  BOOST_TEST(eventually([&] { return b.calls() > 3; }));
  BOOST_TEST(a.log.count("cannot connect to node b") == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_is_no_member) {
  node a{"a", address_a, {{"b", address_b}}};
  node b{"b", address_b, {}};
  BOOST_TEST(eventually_up(a, "b"));
  test_system client;
  const auto door = client.system.middleman().remote_actor<cluster_membership_actor>(address_a.host, address_a.port);
  BOOST_REQUIRE(door);
  const auto handoff = client.ask<state_handoff_actor>(*door, handoff_atom_v);
  client.ask<receipt>(handoff, stash_atom_v, std::string{"key"}, snapshot{"bytes", 1, "state"});
  BOOST_TEST(client.ask<members_page>(*door, status_atom_v, std::string{}).members.size() == 2u);
  BOOST_TEST(a.member_count() == 2u);
  BOOST_TEST(a.has_neighbours(1));
  BOOST_TEST(a.host.ask<drain_report>(a.handoff, drain_atom_v, std::uint64_t{0}, std::uint64_t{30'000}).members == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_for_whom_too_much_waits_is_told_of_no_members) {
  node a{"a", address_a, {}};
  test_system client;
  const auto door = client.system.middleman().remote_actor<cluster_membership_actor>(address_a.host, address_a.port);
  BOOST_REQUIRE(door);
  answer_budget::of_process()->set_limits({1, 1});
  const auto refused = client.try_ask<members_page>(*door, status_atom_v, std::string{});
  answer_budget::of_process()->set_limits({});
  BOOST_TEST((!refused && refused.error() == ec::too_many_answers));
  BOOST_TEST(client.ask<members_page>(*door, status_atom_v, std::string{}).members.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace cluster_membership_test
