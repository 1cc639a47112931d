// Certificates, and TLS with them over a pair of sockets: see actors/credentials.hpp and
// actors/network/tls_channel.hpp.

#include "actors/certificate_authority.hpp"
#include "actors/credentials.hpp"
#include "actors/network/tls_channel.hpp"
#include "test/support/child_process.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace ariadne::test::certificates_test {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::system_clock;

constexpr std::chrono::hours day{24};

/// A cluster's authority, in a directory of its own.
struct cluster_files {
  explicit cluster_files(std::string name = "demo") : cluster(std::move(name)) {
    BOOST_REQUIRE(certificate_authority::create(path(), cluster, clock::now()).has_value());
  }

  std::filesystem::path path() const {
    return directory.path() / "certs";
  }

  certificate_authority authority() const {
    return certificate_authority::open(path()).value();
  }

  void issue(role is, const std::string& name, clock::time_point now = clock::now(),
             std::chrono::hours time = day) const {
    BOOST_REQUIRE(authority().issue({cluster, is, name}, now, time).has_value());
  }

  std::shared_ptr<credentials> node(const std::string& name) const {
    return loaded(files_of_node(path(), name));
  }

  std::shared_ptr<credentials> client(const std::string& name) const {
    return loaded(files_of_client(path(), name));
  }

  static std::shared_ptr<credentials> loaded(const credential_files& files) {
    auto result = credentials::load(files);
    BOOST_REQUIRE_MESSAGE(result.has_value(), (result ? std::string{} : result.error()));
    return *result;
  }

  std::string cluster;
  temporary_directory directory;
};

/// What both sides of a handshake make of each other.
struct outcome {
  std::string opened;
  std::string accepted;
  std::vector<identity> guest;
};

/// A pair of connected sockets.
struct socket_pair {
  socket_pair() {
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
  }
  ~socket_pair() {
    for (const auto end : ends)
      ::close(end);
  }
  std::array<int, 2> ends{-1, -1};
};

std::string text_of(const tls_channel& channel, tls_channel::progress progress) {
  return progress == tls_channel::progress::done     ? "done"
         : progress == tls_channel::progress::failed ? channel.problem()
                                                     : "waits";
}

/// Lets a client of `opening` dial the node `name` that has `accepting`.
outcome shake_hands(const std::shared_ptr<credentials>& opening, const std::shared_ptr<credentials>& accepting,
                    const std::string& name = {}) {
  const socket_pair sockets;
  tls_channel left{opening->current(), tls_channel::side::opened, {opening->cluster(), name}, sockets.ends[0]};
  tls_channel right{accepting->current(), tls_channel::side::accepted, {accepting->cluster()}, sockets.ends[1]};
  auto left_is = tls_channel::progress::wants_to_read;
  auto right_is = left_is;
  for (int round = 0; round < 8; ++round) {
    if (left_is != tls_channel::progress::done && left_is != tls_channel::progress::failed)
      left_is = left.shake_hands();
    if (right_is != tls_channel::progress::done && right_is != tls_channel::progress::failed)
      right_is = right.shake_hands();
  }
  outcome result{text_of(left, left_is), text_of(right, right_is), right.peer()};
  // Of TLS 1.3, the side that has opened is done before the other one has seen its certificate.
  std::array<std::byte, 16> bytes;
  if (left_is == tls_channel::progress::done && left.read(bytes).has_failed)
    result.opened = left.problem();
  return result;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(an_identity_is_read_as_it_is_written) {
  for (const auto is : {role::node, role::operator_, role::client, role::observer}) {
    const identity who{"demo", is, "a-1"};
    BOOST_TEST((identity_from_uri(to_uri(who)) == who));
  }
  BOOST_TEST(to_uri({"demo", role::operator_, "eve"}) == "ariadne://demo/operator/eve");
  for (const auto* uri :
       {"", "ariadne://", "ariadne://demo", "ariadne://demo/node", "ariadne://demo/node/", "ariadne:///node/a",
        "ariadne://demo/king/a", "ariadne://demo/node/a/b", "http://demo/node/a", "ariadne://demo/node/a b"})
    BOOST_TEST(!identity_from_uri(uri).has_value(), uri);
}

BOOST_AUTO_TEST_CASE(the_identity_that_may_do_most_counts) {
  const std::vector<identity> all{
    {"demo", role::observer, "o"}, {"other", role::node, "a"}, {"demo", role::client, "c"}};
  BOOST_TEST(find_in_cluster(all, "demo")->name == "c");
  BOOST_TEST((find_in_cluster(all, "third") == nullptr));
  BOOST_TEST((find_node(all, "demo", "") == nullptr));
  BOOST_TEST(find_node(all, "other", "")->name == "a");
  BOOST_TEST((find_node(all, "other", "b") == nullptr));
}

BOOST_AUTO_TEST_CASE(an_authority_is_not_made_twice_and_signs_a_name_once) {
  const cluster_files demo;
  BOOST_TEST(
    contains(certificate_authority::create(demo.path(), "demo", clock::now()).error(), "has an authority already"));
  demo.issue(role::node, "a");
  const auto again = demo.authority().issue({"demo", role::node, "a"}, clock::now(), day);
  BOOST_TEST(contains(again.error(), "is there already"));
  BOOST_TEST(
    contains(demo.authority().issue({"demo", role::node, "a b"}, clock::now(), day).error(), "the name of a node"));
  BOOST_TEST(contains(certificate_authority::open(demo.directory.path() / "none").error(), "certificates init"));
}

BOOST_AUTO_TEST_CASE(a_certificate_says_who_its_holder_is_and_until_when) {
  const cluster_files demo;
  demo.issue(role::operator_, "eve");
  const auto summary = summarise_certificate(demo.path() / "client-eve.pem").value();
  BOOST_TEST((summary.holders == std::vector<identity>{{"demo", role::operator_, "eve"}}));
  BOOST_TEST(summary.authority_of.empty());
  BOOST_TEST((summary.valid_until > clock::now() + 23h));
  BOOST_TEST((summary.valid_until <= clock::now() + 24h));
  BOOST_TEST(summarise_certificate(demo.path() / "authorities.pem").value().authority_of == "demo");
}

BOOST_AUTO_TEST_CASE(files_that_do_not_fit_together_are_refused_with_the_reason) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::node, "b");
  demo.issue(role::node, "old", clock::now() - 3 * day);
  demo.issue(role::node, "new", clock::now() + 3 * day);
  const cluster_files other{"other"};
  const auto why = [&](const std::function<void(credential_files&)>& change, const std::string& cluster = "demo") {
    auto files = files_of_node(demo.path(), "a");
    change(files);
    const auto loaded = credentials::load(files, cluster);
    return loaded ? std::string{"loaded"} : loaded.error();
  };
  BOOST_TEST(why([](auto&) {}) == "loaded");
  BOOST_TEST(contains(why([&](auto& f) { f.certificate = "/none.pem"; }), "cannot read /none.pem"));
  BOOST_TEST(contains(why([&](auto& f) { f.key = demo.path() / "node-b.key"; }), "is not that of the certificate"));
  BOOST_TEST(
    contains(why([&](auto& f) { f.authorities = other.path() / "authorities.pem"; }), "is not signed by any of"));
  BOOST_TEST(contains(why([&](auto& f) { f = files_of_node(demo.path(), "old"); }), "has expired"));
  BOOST_TEST(contains(why([&](auto& f) { f = files_of_node(demo.path(), "new"); }), "is not valid yet"));
  BOOST_TEST(contains(why([&](auto& f) {
                        f.certificate = other.path() / "authorities.pem";
                        f.key = other.path() / "authority.key";
                        f.authorities = f.certificate;
                      }),
                      "says of nobody who it is"));
  BOOST_TEST(contains(why([](auto&) {}, "other"), "and not for anybody of cluster other"));
  std::filesystem::permissions(demo.path() / "node-a.key", std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  BOOST_TEST(contains(why([](auto&) {}), "others may read the private key"));
}

BOOST_AUTO_TEST_CASE(nodes_and_clients_of_a_cluster_let_each_other_in) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::node, "b");
  demo.issue(role::client, "c");
  const auto nodes = shake_hands(demo.node("b"), demo.node("a"), "a");
  BOOST_TEST(nodes.opened == "done");
  BOOST_TEST(nodes.accepted == "done");
  BOOST_TEST((nodes.guest == std::vector<identity>{{"demo", role::node, "b"}}));
  const auto client = shake_hands(demo.client("c"), demo.node("a"));
  BOOST_TEST(client.opened == "done");
  BOOST_TEST((client.guest == std::vector<identity>{{"demo", role::client, "c"}}));
}

BOOST_AUTO_TEST_CASE(a_node_of_another_name_is_not_taken_for_the_one_that_was_dialled) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::node, "b");
  const auto nodes = shake_hands(demo.node("b"), demo.node("b"), "a");
  BOOST_TEST(nodes.opened == "its certificate is for node b of cluster demo, and not for node a of cluster demo");
  BOOST_TEST(contains(nodes.accepted, "it refuses who this side is"));
}

BOOST_AUTO_TEST_CASE(a_client_cannot_pass_for_a_node) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::client, "c");
  const auto false_server = shake_hands(demo.node("a"), demo.client("c"));
  BOOST_TEST(contains(false_server.opened, "only that of a node lets one accept connections"));
  BOOST_TEST(contains(false_server.accepted, "the certificate of this side is not for what this side does"));
}

BOOST_AUTO_TEST_CASE(a_member_of_another_cluster_of_the_same_authority_is_refused) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  BOOST_REQUIRE(demo.authority().issue({"other", role::client, "c"}, clock::now(), day).has_value());
  const auto stranger = shake_hands(demo.client("c"), demo.node("a"));
  BOOST_TEST(stranger.opened == "its certificate is for node a of cluster demo, and not for a node of cluster other");
  BOOST_REQUIRE(demo.authority().issue({"other", role::node, "x"}, clock::now(), day).has_value());
  // One that does not look whom it has reached.
  auto careless = credentials::load(files_of_node(demo.path(), "x")).value();
  const socket_pair sockets;
  tls_channel left{careless->current(), tls_channel::side::opened, {"demo"}, sockets.ends[0]};
  const auto node = demo.node("a");
  tls_channel right{node->current(), tls_channel::side::accepted, {"demo"}, sockets.ends[1]};
  left.shake_hands();
  right.shake_hands();
  BOOST_TEST((left.shake_hands() == tls_channel::progress::done));
  BOOST_TEST((right.shake_hands() == tls_channel::progress::failed));
  BOOST_TEST(right.problem() == "its certificate is for node x of cluster other, and nobody of this cluster");
  std::array<std::byte, 16> bytes;
  BOOST_TEST(left.read(bytes).has_failed);
  BOOST_TEST(contains(left.problem(), "it refuses who this side is"));
}

BOOST_AUTO_TEST_CASE(who_is_signed_by_another_authority_is_refused_and_told_so) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  const cluster_files forged;
  forged.issue(role::client, "c");
  const auto stranger = shake_hands(forged.client("c"), demo.node("a"));
  BOOST_TEST(contains(stranger.opened, "not signed by an authority that is believed here"));
  BOOST_TEST(contains(stranger.accepted, "it does not believe the authority of this side's certificate"));
}

BOOST_AUTO_TEST_CASE(who_is_revoked_is_refused_once_the_list_is_there) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::client, "c");
  demo.issue(role::client, "d");
  const auto node = demo.node("a");
  const auto client = demo.client("c");
  BOOST_TEST(shake_hands(client, node).accepted == "done");
  BOOST_REQUIRE(demo.authority().revoke(demo.path() / "client-c.pem", clock::now()).has_value());
  BOOST_TEST(node->reload_if_changed().value());
  const auto revoked = shake_hands(client, node);
  BOOST_TEST(revoked.accepted == "its certificate is revoked");
  BOOST_TEST(revoked.opened == "it says that the certificate of this side is revoked");
  BOOST_TEST(shake_hands(demo.client("d"), node).accepted == "done");
}

BOOST_AUTO_TEST_CASE(renewed_files_are_used_for_new_connections_and_bad_ones_are_not) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  demo.issue(role::client, "c");
  const auto node = demo.node("a");
  const auto client = demo.client("c");
  BOOST_TEST(!node->reload_if_changed().value());
  const auto before = node->valid_until();
  BOOST_REQUIRE(demo.authority().renew(demo.path() / "node-a.pem", clock::now(), 2 * day).has_value());
  BOOST_TEST(node->reload_if_changed().value());
  BOOST_TEST((node->valid_until() > before + 23h));
  BOOST_TEST(shake_hands(client, node).opened == "done");
  write_file(demo.path() / "node-a.pem", "no certificate");
  BOOST_TEST(contains(node->reload_if_changed().error(), "those from before stay in use"));
  // It is told once.
  BOOST_TEST(!node->reload_if_changed().value());
  BOOST_TEST(shake_hands(client, node).opened == "done");
}

BOOST_AUTO_TEST_CASE(what_does_not_speak_tls_is_told_from_what_does) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  const auto node = demo.node("a");
  const std::string plain(64, '\0');
  for (const auto side : {tls_channel::side::opened, tls_channel::side::accepted}) {
    const socket_pair sockets;
    tls_channel channel{node->current(), side, {"demo"}, sockets.ends[0]};
    channel.shake_hands();
    BOOST_REQUIRE(::send(sockets.ends[1], plain.data(), plain.size(), 0) == 64);
    BOOST_TEST((channel.shake_hands() == tls_channel::progress::failed));
    BOOST_TEST(contains(channel.problem(), "it does not speak TLS"), channel.problem());
  }
  const socket_pair silent;
  tls_channel opened{node->current(), tls_channel::side::opened, {"demo"}, silent.ends[0]};
  ::shutdown(silent.ends[1], SHUT_WR);
  BOOST_TEST((opened.shake_hands() == tls_channel::progress::failed));
  BOOST_TEST(contains(opened.problem(), "it does not speak TLS, or takes no connections"), opened.problem());
  const socket_pair sockets;
  tls_channel channel{node->current(), tls_channel::side::accepted, {"demo"}, sockets.ends[0]};
  ::shutdown(sockets.ends[1], SHUT_WR);
  BOOST_TEST((channel.shake_hands() == tls_channel::progress::failed));
  BOOST_TEST(channel.problem() == "it has closed the connection before it said a word of TLS");
}

BOOST_AUTO_TEST_CASE(who_speaks_an_older_tls_or_shows_no_certificate_is_refused) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  const auto node = demo.node("a");
  for (const auto newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    SSL_CTX_set_max_proto_version(context.get(), newest);
    const std::unique_ptr<SSL, decltype(&SSL_free)> stranger{SSL_new(context.get()), SSL_free};
    const socket_pair sockets;
    SSL_set_fd(stranger.get(), sockets.ends[1]);
    tls_channel channel{node->current(), tls_channel::side::accepted, {"demo"}, sockets.ends[0]};
    auto progress = tls_channel::progress::wants_to_read;
    for (int round = 0; round < 4 && progress != tls_channel::progress::failed; ++round) {
      SSL_connect(stranger.get());
      progress = channel.shake_hands();
    }
    BOOST_TEST((progress == tls_channel::progress::failed));
    BOOST_TEST(channel.problem()
               == (newest == TLS1_2_VERSION ? "it does not speak TLS 1.3" : "it shows no certificate"));
  }
}

BOOST_AUTO_TEST_CASE(what_is_sent_arrives_and_what_is_put_back_comes_first) {
  const cluster_files demo;
  demo.issue(role::node, "a");
  const auto node = demo.node("a");
  const socket_pair sockets;
  tls_channel left{node->current(), tls_channel::side::opened, {"demo", "a"}, sockets.ends[0]};
  tls_channel right{node->current(), tls_channel::side::accepted, {"demo"}, sockets.ends[1]};
  left.shake_hands();
  right.shake_hands();
  BOOST_TEST((left.shake_hands() == tls_channel::progress::done));
  BOOST_TEST((right.shake_hands() == tls_channel::progress::done));
  const std::string sent(100'000, 'v');
  std::string received;
  std::vector<std::byte> room(1 << 14);
  std::size_t taken = 0;
  while (taken < sent.size()) {
    const auto written = right.write(std::as_bytes(std::span{sent}).subspan(taken));
    BOOST_REQUIRE(!written.has_failed);
    taken += written.count;
    for (;;) {
      const auto read = left.read(room);
      BOOST_REQUIRE(!read.has_failed);
      if (read.count == 0)
        break;
      received.append(reinterpret_cast<const char*>(room.data()), read.count);
    }
  }
  BOOST_TEST((received == sent));
  left.put_back("round 7");
  BOOST_TEST(left.has_pending());
  const auto again = left.read(std::span{room}.first(5));
  BOOST_TEST((std::string(reinterpret_cast<const char*>(room.data()), again.count) == "round"));
}

BOOST_AUTO_TEST_CASE(an_expiry_is_warned_of_a_month_a_week_and_a_day_before) {
  expiry_warnings warnings;
  const clock::time_point end{};
  BOOST_TEST(!warnings.next(end, end - 31 * day).has_value());
  BOOST_TEST(contains(warnings.next(end, end - 30 * day).value(), "within 30 days"));
  BOOST_TEST(!warnings.next(end, end - 29 * day).has_value());
  BOOST_TEST(contains(warnings.next(end, end - 7 * day).value(), "within 7 days"));
  BOOST_TEST(contains(warnings.next(end, end - 20h).value(), "within a day"));
  BOOST_TEST(!warnings.next(end, end - 1h).has_value());
  // A new certificate is warned of anew.
  BOOST_TEST(!warnings.next(end + 60 * day, end).has_value());
  BOOST_TEST(contains(warnings.next(end + 60 * day, end + 59 * day + 12h).value(), "within a day"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::certificates_test
