// What was found when nodes were attacked, again, by those who have a certificate and by those who have none:
// docs/security.md has a table of what is tested where.

#include "actors/internal/node_messages.hpp"
#include "test/security/secured_cluster.hpp"
#include "test/support/attacked_nodes.hpp"
#include "test/support/raw_frames.hpp"

#include "actors/cluster_membership.hpp"
#include "actors/internal/caf_edition_network.hpp"
#include "membership/node_table.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

namespace ariadne::test::attacks_test {

namespace {

/// Whether the node closes the connection of whoever shows this, and before it has begun to speak to it.
bool is_kept_out(std::uint16_t port, const raw_identity& who) {
  raw_connection stranger{port, who};
  return stranger.read(1).empty();
}

std::vector<std::string> messages_that_nobody_may_send() {
  const auto rules = detail::caf_content_rules();
  const auto message = [&](const std::string& type, std::size_t size) {
    const auto types = rules.has_type_names ? "@<>+" + type : type;
    const auto count = static_cast<char>(rules.has_type_names ? types.size() : types.size() / 2);
    return (rules.has_type_names ? std::string(2, '\0') : std::string{}) + count + types + std::string(size, '\0');
  };
  std::vector<std::string> result;
  for (const auto& type : rules.never)
    result.push_back(message(type, 32));
  for (const auto& type : rules.nesting)
    result.push_back(message(type, nesting_bytes_max));
  return result;
}

/// A certificate that the authority of the directory has signed, and that does not say who its holder is.
raw_identity issue_without_role(const certificate_directory& certificates) {
  const auto read = [](const std::filesystem::path& path, auto reader) {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file{std::fopen(path.c_str(), "r"), std::fclose};
    auto* result = reader(file.get(), nullptr, nullptr, nullptr);
    BOOST_REQUIRE(result != nullptr);
    return result;
  };
  certificates.issue({"test", role::client, "nobody"});
  const auto names = certificates.client("nobody");
  const std::unique_ptr<X509, decltype(&X509_free)> authority{
    read(certificates.path() / "authorities.pem", PEM_read_X509), X509_free};
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> signing{
    read(certificates.path() / "authority.key", PEM_read_PrivateKey), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{read(names.certificate, PEM_read_X509), X509_free};
  const auto place = X509_get_ext_by_NID(certificate.get(), NID_subject_alt_name, -1);
  BOOST_REQUIRE(place >= 0);
  X509_EXTENSION_free(X509_delete_ext(certificate.get(), place));
  BOOST_REQUIRE(X509_sign(certificate.get(), signing.get(), EVP_sha256()) > 0);
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file{std::fopen(names.certificate.c_str(), "w"),
                                                                std::fclose};
  BOOST_REQUIRE(PEM_write_X509(file.get(), certificate.get()) == 1);
  return names;
}

/// Two nodes with something in them that must not be lost.
struct attacked_cluster : cluster_with_certificates {
  attacked_cluster() {
    settle();
    BOOST_TEST(run("a", "operator", {"stash", "kept"}, "round 7").exit_code == 0);
  }

  bool is_unharmed() {
    settle();
    return run("a", "operator", {"pickup", "kept"}).out == "round 7"
           && run("b", "operator", {"pickup", "kept"}).out == "round 7";
  }

  std::uint16_t port(const std::string& node = "a") const {
    return nodes.port(node);
  }

  std::string id_of(const std::string& node) const {
    return raw_connection{port(node), certificates.client("observer")}.read_node_id();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(attacks)

BOOST_FIXTURE_TEST_CASE(who_shows_a_certificate_that_is_not_valid_now_is_kept_out, attacked_cluster) {
  certificates.issue({"test", role::operator_, "late"}, clock::now() - 3 * day);
  certificates.issue({"test", role::operator_, "early"}, clock::now() + 3 * day);
  BOOST_TEST(is_kept_out(port(), certificates.client("late")));
  BOOST_TEST(has_logged("a", "its certificate has expired"));
  BOOST_TEST(is_kept_out(port(), certificates.client("early")));
  BOOST_TEST(has_logged("a", "its certificate is not valid yet, or a clock is wrong"));
  // The program does not even try.
  const auto late = run("a", "late", {"status"});
  BOOST_TEST(late.exit_code != 0);
  BOOST_TEST(contains(late.err, "has expired; renew it"), late.err);
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(who_shows_a_certificate_without_a_role_or_none_or_speaks_tls_1_2_is_kept_out,
                        attacked_cluster) {
  BOOST_TEST(is_kept_out(port(), issue_without_role(certificates)));
  BOOST_TEST(has_logged("a", "its certificate says of nobody who it is"));
  BOOST_TEST(is_kept_out(port(), {}));
  BOOST_TEST(has_logged("a", "it shows no certificate"));
  auto old = certificates.client("operator");
  old.newest_tls = TLS1_2_VERSION;
  BOOST_TEST(is_kept_out(port(), old));
  BOOST_TEST(has_logged("a", "it does not speak TLS 1.3"));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(who_says_a_byte_now_and_then_is_closed_as_who_says_nothing, attacked_cluster) {
  const auto socket = connect_plainly(port());
  const std::string hello = "\x16\x03\x01\x02" + std::string(508, '\x01');
  auto is_closed = false;
  for (std::size_t sent = 0; sent < hello.size() && !is_closed; ++sent) {
    is_closed = ::send(socket.fd(), &hello[sent], 1, MSG_NOSIGNAL) != 1;
    // What it sends is not waited for, only its pace is slow.
    pollfd closed{socket.fd(), POLLIN, 0};
    is_closed = is_closed || ::poll(&closed, 1, 100) > 0;
  }
  BOOST_TEST(is_closed);
  BOOST_TEST(has_logged("a", "it has not shown who it is within 2 s"));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(two_hundred_silent_connections_keep_nobody_out, attacked_cluster) {
  std::vector<tcp_socket> silent;
  for (int i = 0; i < 200; ++i)
    silent.push_back(connect_plainly(port()));
  BOOST_TEST(run("a", "operator", {"pickup", "kept"}).out == "round 7");
  BOOST_TEST(has_logged("a", "it has not shown who it is, and too many others wait as well"));
  silent.clear();
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(what_caf_does_not_send_ends_the_connection_of_an_insider_as_well, attacked_cluster) {
  for (const auto& attack : raw_attacks()) {
    const auto is_cut = eventually([&] {
      raw_connection attacker{port(), certificates.client("client")};
      attacker.send(attack.bytes);
      return attacker.is_closed_by_peer() && contains(nodes.log("a"), attack.reason);
    });
    BOOST_TEST(is_cut, attack.what << "\n" << nodes.log("a"));
  }
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(a_member_that_announces_4_gib_costs_none_of_it, attacked_cluster) {
  certificates.issue({"test", role::node, "x"});
  const auto before = nodes.resident_bytes("a");
  raw_connection member{port(), certificates.node("x")};
  member.send(raw_client_handshake(raw_node_id('x')) + bytes_of({2, 0xffffffff, normal_message, 0, 5}));
  BOOST_TEST(member.is_closed_by_peer());
  BOOST_TEST(has_logged("a", "it announces more bytes than a message may have"));
  BOOST_TEST(nodes.resident_bytes("a") < before + (std::size_t{8} << 20));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(contents_that_kill_are_dropped_before_caf_reads_them_whoever_sends_them, attacked_cluster) {
  certificates.issue({"test", role::node, "x"});
  for (const auto& who : {certificates.client("operator"), certificates.node("x")}) {
    raw_connection attacker{port(), who};
    attacker.send(raw_client_handshake(raw_node_id(contains(who.certificate, "node") ? 'x' : 'o')));
    for (const auto& message : messages_that_nobody_may_send())
      for (std::uint64_t target = 1; target < 30; ++target)
        BOOST_TEST(attacker.send(raw_message(message, 5, target)));
  }
  for (const auto* who : {"operator operator", "node x"}) {
    const auto begin = std::string{"what "} + who + " of cluster test at 127.0.0.1 sends is dropped: ";
    BOOST_TEST(has_logged("a", begin + "it sends what only CAF may say to an actor"));
    BOOST_TEST(has_logged("a", begin + "it sends an error or a message in a message that is too long"));
  }
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(contents_that_kill_are_dropped_without_tls_as_well, attacked_nodes) {
  raw_connection attacker{port("a"), {.has_tls = false}};
  attacker.send(raw_client_handshake(raw_node_id('x')));
  for (const auto& message : messages_that_nobody_may_send())
    for (std::uint64_t target = 1; target < 30; ++target)
      BOOST_TEST(attacker.send(raw_message(message, 5, target)));
  for (const auto* why :
       {"it sends what only CAF may say to an actor", "it sends an error or a message in a message that is too long"})
    BOOST_TEST(eventually([&] {
                 return contains(log("a"), std::string{"what somebody at 127.0.0.1 sends is dropped: "} + why);
               }),
               log("a"));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(nobody_ends_an_actor_from_outside_without_tls_either, attacked_nodes) {
  test_system stranger;
  const auto membership = stranger.node_at({"127.0.0.1", port("a")});
  const auto handoff = stranger.ask<state_handoff_actor>(membership, handoff_atom_v);
  stranger.self->send_exit(handoff, caf::exit_reason::kill);
  stranger.self->send_exit(membership, caf::exit_reason::kill);
  BOOST_TEST(eventually([&] { return contains(log("a"), "it sends what only CAF may say to an actor"); }));
  // None of them has begun anew.
  BOOST_TEST((stranger.ask<state_handoff_actor>(membership, handoff_atom_v) == handoff));
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(the_id_of_a_member_is_nobody_elses_not_even_while_it_is_away, attacked_cluster) {
  const auto id = id_of("b");
  const auto is_cut = [&](const raw_identity& who) {
    raw_connection impostor{port(), who};
    impostor.send(raw_client_handshake(id));
    return impostor.is_closed_by_peer();
  };
  certificates.issue({"test", role::node, "x"});
  BOOST_TEST(is_cut(certificates.client("client")));
  BOOST_TEST(has_logged("a", "client client of cluster test shows the node id of somebody else"));
  BOOST_TEST(is_cut(certificates.node("x")));
  BOOST_TEST(has_logged("a", "node x of cluster test shows the node id of somebody else"));
  BOOST_TEST(is_unharmed());
  BOOST_TEST(nodes.stop("b") == 0);
  BOOST_TEST(is_cut(certificates.client("operator")));
  BOOST_TEST(has_logged("a", "operator operator of cluster test shows the node id of somebody else"));
}

BOOST_FIXTURE_TEST_CASE(a_client_does_not_say_that_a_member_is_gone_nor_speaks_through_this_node, attacked_cluster) {
  const auto a = id_of("a");
  const auto b = id_of("b");
  raw_connection client{port(), certificates.client("client")};
  client.send(raw_client_handshake(raw_node_id('c')));
  // That all actors of node b have ended.
  for (std::uint64_t actor = 1; actor < 30; ++actor) {
    const auto payload = b + a + std::string(15, '\0');
    BOOST_TEST(client.send(bytes_of({.operation = 5, .size = payload.size(), .source = actor}) + payload));
  }
  BOOST_TEST(has_logged("a", "it speaks for a node that it is not"));
  // A message for another node is swallowed.
  const auto routed = raw_node_id('c') + b + std::string(8, '\0');
  BOOST_TEST(client.send(bytes_of({3, routed.size(), normal_message, 5, 5}) + routed));
  BOOST_TEST(is_unharmed());
  BOOST_TEST(!contains(run("a", "observer", {"status"}).out, "down"));
}

BOOST_FIXTURE_TEST_CASE(thousands_of_nodes_that_a_member_has_invented_cost_next_to_nothing, attacked_cluster) {
  const auto threads = [&] {
    const std::filesystem::directory_iterator all{"/proc/" + std::to_string(nodes.pid("a")) + "/task"};
    return std::distance(begin(all), end(all));
  };
  const auto before = threads();
  certificates.issue({"test", role::node, "x"});
  insider member{*this, files_of_node(certificates.path(), "x")};
  node_introduction introduction{node_protocols, "test", "x", "127.0.0.1:1", {}, {}, {}};
  for (int i = 0; i < 2'000; ++i)
    introduction.members.push_back({"invented_" + std::to_string(i), "127.0.0.1:1", member_state::up, 17, 0});
  const auto answer = member.ask<introduction_result>(member.membership, introduce_atom_v, introduction);
  BOOST_TEST(answer.accepted, answer.reason);
  std::size_t known = 0;
  for (members_page page; !page.is_last; known += page.members.size())
    page = member.ask<members_page>(member.membership, status_atom_v,
                                    page.members.empty() ? std::string{} : page.members.back().name);
  BOOST_TEST(known > 3u);
  BOOST_TEST(known <= membership::node_table_options{}.told_max + 3);
  BOOST_TEST(threads() == before);
  BOOST_TEST(is_unharmed());
}

BOOST_FIXTURE_TEST_CASE(what_clients_send_is_never_printed, attacked_cluster) {
  raw_connection client{port(), certificates.client("client")};
  client.send(raw_client_handshake(raw_node_id('c')));
  test_system writer;
  const auto forged = detail::bytes_of(writer.system, caf::make_message(std::string{"forged \x1b[2J line"}));
  for (std::uint64_t target = 1; target < 100; ++target)
    BOOST_TEST(client.send(raw_message(forged, 5, target) + raw_message(forged, 5, target, normal_message, 1)));
  BOOST_TEST(has_logged("a", "it sends what its role does not permit"));
  BOOST_TEST(is_unharmed());
  BOOST_TEST(!contains(nodes.output("a") + nodes.log("a"), "forged"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::attacks_test
