// A cluster of the program whose connections are secured, and who is kept out of it: docs/security.md.

#include "actors/exposed_interface.hpp"
#include "actors/internal/node_messages.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/network/tcp_socket.hpp"
#include "actors/session_messages.hpp"
#include "actors/value_messages.hpp"
#include "test/security/secured_cluster.hpp"
#include "test/support/eventually.hpp"
#include "test/support/open_port.hpp"
#include "test/support/reserved_port.hpp"

#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace ariadne::test::secured_cluster_test {

namespace {

/// What an engine lets clients ask, and what it does not.
using bidding_actor = caf::typed_actor<answers<std::uint64_t, put_atom, std::string, std::uint64_t>>;
using auctioneer_actor = bidding_actor::extend<answers<std::uint64_t, erase_atom, std::string>>;

/// A part of what a handoff actor takes.
using discarding_actor = caf::typed_actor<answers<bool, discard_atom, std::string>>;

} // namespace

BOOST_AUTO_TEST_SUITE(secured_cluster)

BOOST_AUTO_TEST_CASE(what_one_client_stashes_at_one_node_another_one_picks_up_at_the_other) {
  cluster_with_certificates cluster;
  const auto stashed = cluster.run("a", "client", {"stash", "game_ABYZ"}, "round 7");
  BOOST_TEST(stashed.exit_code == 0, stashed.err);
  const auto taken = cluster.run("b", "operator", {"take", "game_ABYZ", "--wait", "10s"});
  BOOST_TEST(taken.exit_code == 0, taken.err);
  BOOST_TEST(taken.out == "round 7");
  // In pieces.
  const std::string large(std::size_t{3} << 20, 'v');
  BOOST_TEST(cluster.run("b", "client", {"stash", "large"}, large).exit_code == 0);
  BOOST_TEST((cluster.run("a", "client", {"pickup", "large", "--wait", "10s"}).out == large));
  BOOST_TEST(cluster.nodes.stop("b") == 0);
  BOOST_TEST(cluster.nodes.stop("a") == 0);
}

BOOST_AUTO_TEST_CASE(strangers_are_refused_with_a_sentence_on_both_sides) {
  cluster_with_certificates cluster;
  const certificate_directory forged;
  forged.issue({"test", role::operator_, "mallory"});
  const auto stranger = cluster.run_with(forged.path(), "a", "mallory", {"status"});
  BOOST_TEST(stranger.exit_code == 1);
  BOOST_TEST(contains(stranger.err, "its certificate is not signed by an authority that is believed here"),
             stranger.err);
  BOOST_TEST(cluster.has_logged("a", "it does not believe the authority of this side's certificate"));

  // Signed by the authority that is believed, but of another cluster. It looks for a node of its own.
  const auto other = certificate_authority::open(cluster.certificates.path()).value();
  BOOST_REQUIRE(other.issue({"other", role::operator_, "neighbour"}, clock::now(), day).has_value());
  const auto neighbour = cluster.run("a", "neighbour", {"status"});
  BOOST_TEST(neighbour.exit_code == 1);
  BOOST_TEST(contains(neighbour.err, "and not for a node of cluster other"), neighbour.err);
  BOOST_TEST(cluster.has_logged("a", "it refuses who this side is"));

  const auto plain = cluster.run_with("", "a", "", {"status"});
  BOOST_TEST(plain.exit_code == 1);
  BOOST_TEST(contains(plain.err, "it wants TLS"), plain.err);
  BOOST_TEST(cluster.has_logged("a", "it has not said a word of TLS within 2 s"));
  BOOST_TEST(cluster.run("a", "observer", {"status"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_tls_reach_nobody) {
  cluster_with_certificates cluster;
  for (const auto& bytes :
       {std::string(64, '\0'), std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x16\x03\x01\x02")}) {
    const auto socket = tcp_connect({"127.0.0.1", cluster.nodes.port("a")}, patience);
    BOOST_REQUIRE(bool{socket});
    BOOST_TEST(::send(socket->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    // Half a hello is waited for, for two seconds.
    BOOST_TEST(eventually([&] {
      char byte = 0;
      const auto count = ::recv(socket->fd(), &byte, 1, MSG_DONTWAIT);
      return count == 0 || (count < 0 && errno == ECONNRESET);
    }));
  }
  BOOST_TEST(cluster.has_logged("a", "it does not speak TLS"));
  BOOST_TEST(cluster.has_logged("a", "it has not shown who it is within 2 s"));
  BOOST_TEST(cluster.run("a", "observer", {"status"}).exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_client_with_certificates_is_told_that_a_plain_node_has_none) {
  cluster_process nodes{{"a"}};
  nodes.start("a");
  const certificate_directory certificates;
  certificates.issue({"test", role::client, "c"});
  const auto client = nodes.run("a", {"status", "--certificates", certificates.path().string()});
  BOOST_TEST(client.exit_code == 1);
  BOOST_TEST(contains(client.err, "it does not speak TLS"), client.err);
  BOOST_TEST(eventually([&] { return contains(nodes.log("a"), "it speaks TLS, and this side has no [security]"); }));
}

BOOST_AUTO_TEST_CASE(a_node_needs_a_certificate_with_its_own_name) {
  const certificate_directory certificates;
  certificates.issue({"test", role::node, "b"});
  const auto file = certificates.directory.path() / "cluster.toml";
  const auto run_with = [&](const std::string& security) {
    write_file(file, "[cluster]\nname = \"test\"\n[security]\n" + security + "[[node]]\nname = \"a\"\nport = 1024\n");
    return run_ariadne({"node", "--cluster", file.string(), "--name", "a"});
  };
  const auto missing = run_with("directory = \"certs\"\n");
  BOOST_TEST(missing.exit_code == 2);
  BOOST_TEST(contains(missing.err, "node-a.pem: No such file"), missing.err);
  const auto other =
    run_with("directory = \"certs\"\ncertificate = \"certs/node-b.pem\"\nkey = \"certs/node-b.key\"\n");
  BOOST_TEST(other.exit_code == 2);
  BOOST_TEST(contains(other.err, "is for node b of cluster test, and not for node a of cluster test"), other.err);
}

BOOST_AUTO_TEST_CASE(without_certificates_a_node_listens_at_loopback_addresses_alone) {
  const temporary_directory directory;
  const auto file = directory.path() / "cluster.toml";
  write_file(file, "[cluster]\nname = \"test\"\n[[node]]\nname = \"a\"\nhost = \"0.0.0.0\"\nport = 1024\n");
  const auto refused = run_ariadne({"node", "--cluster", file.string(), "--name", "a"});
  BOOST_TEST(refused.exit_code == 1);
  BOOST_TEST(contains(refused.err, "connections are accepted at loopback addresses alone"), refused.err);
}

BOOST_AUTO_TEST_CASE(a_certificate_is_renewed_and_another_one_revoked_without_a_restart) {
  cluster_with_certificates cluster;
  const auto directory = cluster.certificates.path().string();
  const insider connected{cluster, files_of_client(cluster.certificates.path(), "client")};
  const auto renewed =
    run_ariadne({"certificates", "renew", directory + "/node-a.pem", "--dir", directory, "--days", "2"});
  BOOST_TEST(renewed.exit_code == 0, renewed.err);
  BOOST_TEST(run_ariadne({"certificates", "revoke", directory + "/client-client.pem", "--dir", directory}).exit_code
             == 0);
  // The files are looked at every 30 s.
  BOOST_TEST(eventually(2 * patience, [&] {
    return contains(cluster.nodes.log("a"),
                    "the certificates have changed, and the new ones are used for new connections");
  }));
  BOOST_TEST(cluster.run("a", "operator", {"status"}).exit_code == 0);
  const auto revoked = cluster.run("a", "client", {"keys"});
  BOOST_TEST(revoked.exit_code != 0);
  BOOST_TEST(contains(revoked.err, "revoked"), revoked.err);
  BOOST_TEST(eventually([&] { return contains(cluster.nodes.log("a"), "is closed: its certificate is revoked"); }));
}

BOOST_AUTO_TEST_CASE(each_role_may_do_what_it_is_for_and_is_told_so_otherwise) {
  cluster_with_certificates cluster;
  BOOST_TEST(cluster.run("a", "client", {"stash", "game_ABYZ"}, "round 7").exit_code == 0);
  const auto listed = cluster.run("a", "observer", {"keys"});
  BOOST_TEST(listed.exit_code == 0, listed.err);
  BOOST_TEST(contains(listed.out, "game_ABYZ"), listed.out);
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"pickup", "game_ABYZ"}, {"discard", "game_ABYZ"}}) {
    const auto refused = cluster.run("a", "observer", arguments);
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.err, "an observer may ask for status, keys, watch and sessions"), refused.err);
  }
  BOOST_TEST(cluster.has_logged("a", "what observer observer of cluster test at 127.0.0.1 sends is refused"));
  const auto cordoned = cluster.run("a", "client", {"session", "cordon", "a"});
  BOOST_TEST(cordoned.exit_code == 1);
  BOOST_TEST(contains(cordoned.err, "a client may not drain, cordon, forget or back up nodes"), cordoned.err);
  const auto by_operator = cluster.run("a", "operator", {"session", "cordon", "a"});
  BOOST_TEST(by_operator.exit_code == 0, by_operator.err);
  const auto resumed = cluster.run("a", "client", {"session", "resume", "a", "--anyway"});
  BOOST_TEST(contains(resumed.err, "nor resume their sessions"), resumed.err);
  const auto resumed_by_operator = cluster.run("a", "operator", {"session", "resume", "a", "--anyway"});
  BOOST_TEST(contains(resumed_by_operator.err, "has no sessions that wait for nodes"), resumed_by_operator.err);
  BOOST_TEST(contains(cluster.run("a", "client", {"status"}).out, "security TLS"));
}

BOOST_AUTO_TEST_CASE(a_client_may_send_what_an_engine_exposes_and_nothing_else_that_its_actors_take) {
  const certificate_directory certificates;
  certificates.issue({"test", role::node, "a"});
  certificates.issue({"test", role::client, "client"});
  certificates.issue({"test", role::observer, "observer"});
  test_system engine{std::make_unique<test_config>(network_security{
    .tls = credentials::load(files_of_node(certificates.path(), "a")).value(), .exposed = {expose<bidding_actor>()}})};
  const auto auctioneer = engine.keep(engine.system.spawn([]() -> auctioneer_actor::behavior_type {
    return {
      [](put_atom, const std::string&, std::uint64_t bid) { return bid; },
      [](erase_atom, const std::string&) { return std::uint64_t{0}; },
    };
  }));
  const reserved_port port;
  open_port(engine.system, caf::actor_cast<peer_membership_actor>(auctioneer), {"127.0.0.1", port.number()},
            log_nothing);
  const std::string lot = "lot";
  insider client{port.number(), files_of_client(certificates.path(), "client")};
  BOOST_TEST(
    client.ask<std::uint64_t>(caf::actor_cast<bidding_actor>(client.membership), put_atom_v, lot, std::uint64_t{42})
    == 42u);
  BOOST_TEST(client.is_refused(client.membership, erase_atom_v, lot));
  insider observer{port.number(), files_of_client(certificates.path(), "observer")};
  BOOST_TEST(observer.is_refused(observer.membership, put_atom_v, lot, std::uint64_t{42}));
}

BOOST_AUTO_TEST_CASE(connections_are_counted_by_the_role_of_the_other_side) {
  const certificate_directory certificates;
  certificates.issue({"test", role::node, "a"});
  certificates.issue({"test", role::client, "client"});
  test_system engine{std::make_unique<test_config>(
    network_security{.tls = credentials::load(files_of_node(certificates.path(), "a")).value()})};
  const auto discarding = engine.keep(engine.system.spawn(
    []() -> discarding_actor::behavior_type { return {[](discard_atom, const std::string&) { return true; }}; }));
  const reserved_port port;
  open_port(engine.system, caf::actor_cast<peer_membership_actor>(discarding), {"127.0.0.1", port.number()},
            log_nothing);
  auto& counted = tally_of(engine.system).connections["client"];
  {
    insider client{port.number(), files_of_client(certificates.path(), "client")};
    BOOST_TEST(
      client.ask<bool>(caf::actor_cast<discarding_actor>(client.membership), discard_atom_v, std::string{"key"}));
    BOOST_TEST(counted["open"].value() == 1);
    BOOST_TEST(counted["shaking_hands"].value() == 0);
  }
  BOOST_TEST(eventually([&] { return counted["open"].value() == 0 && counted["closing"].value() == 0; }));
}

BOOST_AUTO_TEST_CASE(an_engine_limits_its_clients_as_the_program_does_and_at_any_time) {
  const certificate_directory certificates;
  certificates.issue({"test", role::node, "a"});
  certificates.issue({"test", role::client, "client"});
  const auto prefixes = std::make_shared<client_prefixes>(client_prefixes::table{{"client", {"shop_"}}});
  test_system engine{std::make_unique<test_config>(
    network_security{.tls = credentials::load(files_of_node(certificates.path(), "a")).value(), .prefixes = prefixes})};
  const auto discarding = engine.keep(engine.system.spawn(
    []() -> discarding_actor::behavior_type { return {[](discard_atom, const std::string&) { return true; }}; }));
  const reserved_port port;
  open_port(engine.system, caf::actor_cast<peer_membership_actor>(discarding), {"127.0.0.1", port.number()},
            log_nothing);
  insider client{port.number(), files_of_client(certificates.path(), "client")};
  const auto refusal = [&](const std::string& key) {
    const auto answer = client.try_ask<bool>(caf::actor_cast<discarding_actor>(client.membership), discard_atom_v, key);
    return answer ? std::string{} : describe(answer.error());
  };
  BOOST_TEST(refusal("shop_1") == "");
  BOOST_TEST(contains(refusal("bank_1"), "client client may name what begins with \"shop_\", and no other key"));
  prefixes->replace({{"client", {"shop_", "bank_"}}});
  BOOST_TEST(refusal("bank_1") == "");
  BOOST_TEST(contains(refusal("cart_1"), "what begins with \"shop_\" or \"bank_\""));
  prefixes->replace({});
  BOOST_TEST(refusal("cart_1") == "");
}

BOOST_AUTO_TEST_CASE(what_nodes_say_to_each_other_is_refused_of_clients) {
  cluster_with_certificates cluster;
  cluster.run("a", "client", {"stash", "game_ABYZ"}, "round 7");
  for (const auto* who : {"client", "operator"}) {
    insider attacker{cluster, files_of_client(cluster.certificates.path(), who)};
    BOOST_TEST(attacker.is_refused(attacker.handoff, replica_atom_v));
    BOOST_TEST(attacker.is_refused(attacker.handoff, neighbours_atom_v));
    BOOST_TEST(attacker.is_refused(attacker.membership, leave_atom_v, std::string{"b"}));
    BOOST_TEST(attacker.is_refused(attacker.membership, introduce_atom_v, node_introduction{}));
    attacker.send(attacker.membership, handoff_atom_v, attacker.handoff);
    attacker.send(attacker.handoff, node_down_atom_v, std::string{"b"});
    attacker.send(attacker.handoff, node_left_atom_v, std::string{"b"});
    BOOST_TEST(attacker.is_served());
  }
  BOOST_TEST(cluster.has_logged("a", "sends is dropped: it sends what its role does not permit"));
  const auto status = cluster.run("a", "observer", {"status"}).out;
  BOOST_TEST(!contains(status, "down"), status);
  BOOST_TEST(cluster.run("b", "client", {"pickup", "game_ABYZ"}).out == "round 7");
}

BOOST_AUTO_TEST_CASE(nobody_ends_an_actor_from_outside_not_even_a_member) {
  cluster_with_certificates cluster;
  cluster.certificates.issue({"test", role::node, "x"});
  const auto directory = cluster.certificates.path();
  for (const auto& files : {files_of_client(directory, "operator"), files_of_node(directory, "x")}) {
    insider attacker{cluster, files};
    attacker.self->send_exit(attacker.handoff, caf::exit_reason::kill);
    attacker.self->send_exit(attacker.membership, caf::exit_reason::kill);
    BOOST_TEST(attacker.is_served());
  }
  BOOST_TEST(cluster.has_logged("a", "it sends what only CAF may say to an actor"));
}

BOOST_AUTO_TEST_CASE(a_message_of_nobody_is_not_taken_for_one_of_the_node_itself) {
  cluster_with_certificates cluster;
  insider attacker{cluster, files_of_client(cluster.certificates.path(), "operator")};
  anon_mail(leave_atom_v).send(attacker.membership);
  BOOST_TEST(attacker.is_served());
  BOOST_TEST(cluster.has_logged("a", "it sends a message of nobody"));
  BOOST_TEST(!contains(cluster.run("b", "observer", {"status"}).out, "left"));
}

BOOST_AUTO_TEST_CASE(a_watcher_is_an_actor_of_the_one_who_asks) {
  cluster_with_certificates cluster;
  insider observer{cluster, files_of_client(cluster.certificates.path(), "observer")};
  const auto own = observer.keep(
    observer.system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](const handoff_events&) {}}; }));
  BOOST_TEST(!observer.is_refused(observer.handoff, watch_atom_v, std::string{}, caf::actor_cast<watcher_actor>(own)));
  observer.is_refused(observer.handoff, watch_atom_v, std::string{}, caf::actor_cast<watcher_actor>(observer.handoff));
  BOOST_TEST(cluster.has_logged("a", "it sends the handle of an actor that is not its own"));
  // What has been stashed is told, again and again: the answers of the watcher come through.
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(cluster.run("b", "client", {"stash", "game_" + std::to_string(i)}, "round 7").exit_code == 0);
  BOOST_TEST(observer.is_served());
}

BOOST_AUTO_TEST_CASE(a_limited_client_names_what_begins_with_its_prefixes_alone) {
  cluster_with_certificates cluster{"[security.clients]\nclient = { prefixes = [\"shop_\"] }\n"};
  const std::string large(std::size_t{3} << 20, 'v');
  const auto is_refused = [&](const std::vector<std::string>& arguments, std::string_view input = {}) {
    const auto refused = cluster.run("a", "client", arguments, input);
    BOOST_TEST(refused.exit_code == 1);
    BOOST_TEST(contains(refused.err, "client client may name what begins with \"shop_\", and no other key or session"),
               refused.err);
  };
  BOOST_TEST(cluster.run("a", "operator", {"stash", "bank_1"}, "theirs").exit_code == 0);
  BOOST_TEST(cluster.run("a", "client", {"stash", "shop_1"}, "ours").exit_code == 0);
  BOOST_TEST(cluster.run("a", "client", {"stash", "shop_large"}, large).exit_code == 0);
  BOOST_TEST(cluster.run("b", "client", {"pickup", "shop_1", "--wait", "10s"}).out == "ours");
  BOOST_TEST(contains(cluster.run("a", "client", {"keys", "shop_"}).out, "shop_large"));
  is_refused({"stash", "bank_2"}, "mine");
  is_refused({"stash", "bank_large"}, large);
  is_refused({"pickup", "bank_1"});
  is_refused({"take", "bank_1"});
  is_refused({"discard", "bank_1"});
  is_refused({"keys"});
  is_refused({"keys", "bank_"});
  // It has told the node an actor of its own, and has to end all the same, each time.
  for (int i = 0; i < 20; ++i)
    is_refused({"watch"});
  is_refused({"session", "start", "minotaur/bank_1"});
  is_refused({"sessions"});
  BOOST_TEST(cluster.has_logged("a", "what client client of cluster test at 127.0.0.1 sends is refused: it names what "
                                     "begins with none of its prefixes"));
  // The others of its role are not limited.
  cluster.certificates.issue({"test", role::client, "another"});
  BOOST_TEST(cluster.run("a", "another", {"pickup", "bank_1"}).out == "theirs");
}

BOOST_AUTO_TEST_CASE(no_request_names_what_the_client_may_not) {
  cluster_with_certificates cluster{"[security.clients]\nclient = { prefixes = [\"shop_\"] }\n"};
  insider client{cluster, files_of_client(cluster.certificates.path(), "client")};
  const auto host = client.actor_at<session_host_actor>({"127.0.0.1", cluster.nodes.port("a")}, "host");
  const auto desk = client.actor_at<value_desk_actor>({"127.0.0.1", cluster.nodes.port("a")}, value_desk_name);
  const auto own = client.keep(caf::actor_cast<watcher_actor>(
    client.system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](const handoff_events&) {}}; })));
  const auto check = [&](const auto& whom, auto... request) {
    BOOST_TEST(contains(client.refusal(whom, request...), "and no other key or session"));
  };
  constexpr std::uint64_t number = 1000;
  for (const std::string name : {"", "bank_1", "shop"}) {
    check(client.handoff, stash_atom_v, name, snapshot{});
    check(client.handoff, stash_atom_v, name, snapshot{}, write_options{});
    check(client.handoff, pickup_atom_v, name);
    check(client.handoff, pickup_atom_v, name, wait_options{});
    check(client.handoff, take_atom_v, name);
    check(client.handoff, take_atom_v, name, wait_options{});
    check(client.handoff, hold_atom_v, name, wait_options{});
    check(client.handoff, discard_atom_v, name);
    check(client.handoff, discard_atom_v, name, event_id{});
    check(client.handoff, keys_atom_v, name, std::string{"shop_1"});
    check(client.handoff, watch_atom_v, name, own);
    check(client.handoff, watch_atom_v, name, std::string{"shop_1"});
    check(desk, pickup_atom_v, name, wait_options{});
    check(desk, hold_atom_v, name, wait_options{});
    check(desk, stash_atom_v, name, snapshot{}, number);
    const std::string kind = "shop_kind";
    check(desk, deliver_atom_v, kind, name, std::string{"shop_"}, number);
    check(desk, deliver_atom_v, kind, name, number);
    check(desk, start_atom_v, kind, name, snapshot{}, number);
    check(host, start_atom_v, kind, name);
    check(host, start_atom_v, kind, name, snapshot{});
    check(host, start_atom_v, kind, name, number);
    check(host, stop_atom_v, kind, name);
    check(host, stop_atom_v, kind, name, number);
    check(host, locate_atom_v, kind, name);
    check(host, locate_atom_v, kind, name, number);
    check(host, deliver_atom_v, kind, name, std::string{"shop_"});
    check(host, deliver_atom_v, kind, name, std::string{"shop_"}, number);
    check(host, sessions_atom_v, kind, name);
  }
  BOOST_TEST(client.is_served());
  BOOST_TEST(client.refusal(client.handoff, watch_atom_v, std::string{"shop_"}, own).empty());
}

BOOST_AUTO_TEST_CASE(what_a_client_may_name_is_read_again) {
  cluster_with_certificates cluster{"[security.clients]\nclient = { prefixes = [\"shop_\"] }\n"};
  // Without a terminal, which SIGHUP would be about.
  BOOST_TEST(cluster.nodes.stop("a") == 0);
  cluster.nodes.add(
    "a", {{"/usr/bin/setsid", ARIADNE_PROGRAM, "node", "--cluster", cluster.nodes.file().string(), "--name", "a"},
          {"127.0.0.1", cluster.nodes.port("a")}});
  cluster.nodes.start("a");
  insider connected{cluster, files_of_client(cluster.certificates.path(), "client")};
  BOOST_TEST(cluster.run("a", "client", {"stash", "bank_1"}, "x").exit_code == 1);
  auto text = read_file(cluster.nodes.file());
  const auto replace = [&](const std::string& before, const std::string& after) {
    text.replace(text.find(before), before.size(), after);
    write_file(cluster.nodes.file(), text);
    cluster.nodes.signal("a", SIGHUP);
  };
  replace("[\"shop_\"]", "[\"shop_\", \"bank_\"]");
  BOOST_TEST(eventually([&] { return cluster.run("a", "client", {"stash", "bank_1"}, "x").exit_code == 0; }));
  BOOST_TEST(connected.is_served());
  replace("[\"shop_\", ", "[");
  BOOST_TEST(cluster.has_logged("a", "is closed: it may name fewer keys and sessions than before"));
  BOOST_TEST(cluster.run("a", "client", {"stash", "shop_1"}, "x").exit_code == 1);
  BOOST_TEST(cluster.run("a", "client", {"stash", "bank_1"}, "x").exit_code == 0);
}

BOOST_AUTO_TEST_CASE(a_node_has_the_name_that_its_certificate_says) {
  cluster_with_certificates cluster;
  cluster.certificates.issue({"test", role::node, "x"});
  insider impostor{cluster, files_of_node(cluster.certificates.path(), "x")};
  node_introduction introduction;
  introduction.cluster = "test";
  introduction.node = "y";
  introduction.address = "127.0.0.1:1";
  const auto answer = impostor.ask<introduction_result>(impostor.membership, introduce_atom_v, introduction);
  BOOST_TEST(!answer.accepted);
  BOOST_TEST(answer.reason == "its certificate is not for the name that it introduces itself by");
  BOOST_TEST(cluster.has_logged("a", "a node introduces itself as y, and its certificate is for another one"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::secured_cluster_test
