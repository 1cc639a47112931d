// The admin server of a node with certificates, beyond loopback, and who may look: docs/security.md.

#include "actors/internal/node_tally.hpp"
#include "actors/node.hpp"
#include "ops/admin_server.hpp"
#include "test/security/secured_cluster.hpp"
#include "test/support/log_book.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <thread>

namespace ariadne::test::admin_tls_test {

namespace {

constexpr std::size_t all = std::size_t{1} << 20;

/// Of a node that is alone.
supervisor_actor::behavior_type busy_supervisor(supervisor_actor::pointer) {
  return {[](handoff_atom) -> caf::result<state_handoff_actor> { return make_error(ec::not_in_service, "soon"); },
          [](leave_atom) { return true; }, [](const node_listing&) {}};
}

struct a_secured_server {
  a_secured_server() = default;

  std::string ask(const raw_identity& who, const std::string& target, const std::string& more = {}) const {
    raw_connection client{server.port(), who};
    client.send("GET " + target + " HTTP/1.1\r\nHost: 10.0.0.7:4180\r\nConnection: close\r\n" + more + "\r\n");
    return client.read(all);
  }

  /// Whether one line says so, soon: the other side may learn first that it is refused.
  bool has_logged(const std::string& text) const {
    return eventually([&] { return log.count(text) == 1u; });
  }

  raw_identity issued(role is, const std::string& name) const {
    certificates.issue({"test", is, name});
    return is == role::node ? certificates.node(name) : certificates.client(name);
  }

  certificate_directory certificates;
  std::shared_ptr<credentials> tls = [this] {
    certificates.issue({"test", role::node, "a"});
    return credentials::load(files_of_node(certificates.path(), "a"), "test").value();
  }();
  std::shared_ptr<client_prefixes> prefixes = std::make_shared<client_prefixes>();
  test_system system{std::make_unique<test_config>(network_security{.tls = tls, .prefixes = prefixes})};
  log_book log;
  lone_node node{system.system, {.cluster = "test", .node = "a"}};
  supervisor_actor supervisor = system.keep(system.system.spawn(busy_supervisor));
  admin_server server{system.system, supervisor, {{"0.0.0.0", 0}, {}, log.sink()}};
};

bool is(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + ' ');
}

std::string body_of(const std::string& answer) {
  const auto at = answer.find("\r\n\r\n");
  return at == std::string::npos ? std::string{} : answer.substr(at + 4);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_tls, a_secured_server)

BOOST_AUTO_TEST_CASE(observers_operators_and_nodes_may_look) {
  for (const auto& who : {issued(role::observer, "prometheus"), issued(role::operator_, "me"), issued(role::node, "b")})
    for (const auto* target : {"/", "/livez", "/metrics", "/api/v1/keys"})
      BOOST_TEST(is(ask(who, target), 200), target);
  // A node that is alone has no membership.
  BOOST_TEST(contains(ask(issued(role::observer, "curious"), "/readyz"), "not ready: the node has no "));
  BOOST_TEST(log.count("admin: https://0.0.0.0:") == 1u);
  BOOST_TEST(log.count("refused") == 0u);
}

BOOST_AUTO_TEST_CASE(who_shows_no_certificate_is_told_whether_the_node_is_alive_and_ready_and_nothing_else) {
  const raw_identity stranger;
  BOOST_TEST(body_of(ask(stranger, "/livez")) == "ok\n");
  BOOST_TEST(body_of(ask(stranger, "/readyz")) == "not ready\n");
  for (const auto* target : {"/", "/metrics", "/api/v1/status", "/api/v1/sessions", "/api/v1/keys", "/api/v1/events"}) {
    const auto refused = ask(stranger, target);
    BOOST_TEST(is(refused, 403), target);
    BOOST_TEST(contains(refused, "without the certificate of an observer of cluster test"), refused);
  }
  // Once a minute.
  BOOST_TEST(log.count("admin: what somebody at 127.0.0.1 asks for is refused: without the certificate") == 1u);
  BOOST_TEST(tally_of(system.system).connections_refused["role"].count() == 6u);
}

BOOST_AUTO_TEST_CASE(a_client_is_told_that_it_is_none_who_may_look) {
  const auto client = issued(role::client, "shop");
  BOOST_TEST(is(ask(client, "/livez"), 200));
  const auto refused = ask(client, "/metrics");
  BOOST_TEST(is(refused, 403));
  BOOST_TEST(contains(refused, "a client may ask for /livez and /readyz, and for nothing else"), refused);
  BOOST_TEST(log.count("admin: what client shop of cluster test at 127.0.0.1 asks for is refused") == 1u);
}

BOOST_AUTO_TEST_CASE(who_is_none_of_this_cluster_is_not_talked_to) {
  const certificate_directory forged;
  forged.issue({"test", role::observer, "mallory"});
  BOOST_TEST(ask(forged.client("mallory"), "/livez") == "");
  BOOST_TEST(has_logged("its certificate is not signed by an authority that is believed here"));
  certificates.issue({"other", role::observer, "neighbour"});
  BOOST_TEST(ask(certificates.client("neighbour"), "/livez") == "");
  BOOST_TEST(has_logged("its certificate is for observer neighbour of cluster other, and nobody of this cluster"));
  BOOST_TEST(ask({.newest_tls = TLS1_2_VERSION}, "/livez") == "");
  BOOST_TEST(has_logged("it does not speak TLS 1.3"));
  BOOST_TEST(tally_of(system.system).connections_refused["tls"].count() == 3u);
}

BOOST_AUTO_TEST_CASE(who_speaks_no_tls_is_told_to) {
  const auto answer = ask({.has_tls = false}, "/metrics");
  BOOST_TEST(is(answer, 400));
  BOOST_TEST(contains(answer, "this is HTTPS"), answer);
  BOOST_TEST(log.count("it speaks HTTP without TLS") == 1u);
  raw_connection garbage{server.port(), {.has_tls = false}};
  garbage.send(std::string(64, '\0'));
  BOOST_TEST(garbage.is_closed_by_peer());
}

BOOST_AUTO_TEST_CASE(at_a_loopback_address_no_certificate_is_needed) {
  const admin_server local{system.system, supervisor, {{"127.0.0.1", 0}, {}, log.sink()}};
  raw_connection client{local.port(), {.has_tls = false}};
  client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  BOOST_TEST(is(client.read(all), 200));
}

BOOST_AUTO_TEST_CASE(the_certificate_of_a_node_is_believed_by_whoever_asks_for_its_cluster) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{
    std::fopen((certificates.path() / "node-a.pem").c_str(), "r"), std::fclose};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{PEM_read_X509(file.get(), nullptr, nullptr, nullptr),
                                                                X509_free};
  BOOST_TEST(X509_check_host(certificate.get(), "test", 0, 0, nullptr) == 1);
  BOOST_TEST(X509_check_host(certificate.get(), "other", 0, 0, nullptr) == 0);
  const auto observer = issued(role::observer, "prometheus");
  raw_connection client{server.port(), observer};
  client.send("GET /livez HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  BOOST_TEST(is(client.read(all), 200));
}

BOOST_AUTO_TEST_CASE(certificates_are_renewed_under_load_and_no_scrape_fails) {
  const auto observer = issued(role::observer, "prometheus");
  std::atomic<bool> is_over = false;
  std::atomic<int> scrapes = 0;
  std::atomic<int> failed = 0;
  std::thread scraper{[&] {
    while (!is_over) {
      raw_connection client{server.port(), observer};
      client.send("GET /metrics HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n");
      failed += is(client.read(all), 200) ? 0 : 1;
      ++scrapes;
    }
  }};
  const auto authority = certificate_authority::open(certificates.path()).value();
  const auto file = certificates.path() / "node-a.pem";
  for (auto i = 0; i < 5; ++i) {
    BOOST_TEST(authority.renew(file, clock::now(), day).has_value());
    BOOST_TEST(tls->reload_if_changed().value());
    const auto before = scrapes.load();
    BOOST_TEST(eventually([&] { return scrapes > before + 3; }));
    BOOST_TEST((raw_connection{server.port(), observer}.shown_serial() == summarise_certificate(file)->serial));
  }
  is_over = true;
  scraper.join();
  BOOST_TEST(failed == 0);
}

BOOST_AUTO_TEST_CASE(who_is_revoked_is_refused_and_cut_off) {
  const auto observer = issued(role::observer, "prometheus");
  raw_connection asks{server.port(), observer};
  const std::string request = "GET /livez HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n";
  asks.send(request);
  const std::string ok = "HTTP/1.1 200 ";
  BOOST_TEST(asks.read(ok.size()) == ok);
  raw_connection looks{server.port(), observer};
  looks.send("GET /api/v1/events HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n");
  BOOST_TEST(looks.read(ok.size()) == ok);
  const auto authority = certificate_authority::open(certificates.path()).value();
  BOOST_TEST(authority.revoke(observer.certificate, clock::now()).has_value());
  BOOST_TEST(tls->reload_if_changed().value());
  BOOST_TEST(looks.is_closed_by_peer());
  asks.send(request);
  BOOST_TEST(asks.is_closed_by_peer());
  BOOST_TEST(ask(observer, "/metrics") == "");
  BOOST_TEST(log.count("its certificate is revoked") == 1u);
  BOOST_TEST(tally_of(system.system).connections_refused["revoked"].count() == 2u);
}

BOOST_AUTO_TEST_CASE(who_does_not_shake_hands_holds_up_nobody) {
  const auto observer = issued(role::observer, "prometheus");
  std::deque<raw_connection> slow;
  for (auto i = 0; i < 100; ++i) {
    slow.emplace_back(connect_plainly(server.port()));
    // Half a hello.
    if (i % 2 == 0)
      slow.back().send(std::string{"\x16\x03\x01\x02", 4});
  }
  BOOST_TEST(is(ask(observer, "/metrics"), 200));
  BOOST_TEST(has_logged("it has not shown who it is, and too many others wait as well"));
  // Those that are left have five seconds.
  BOOST_TEST(slow.back().is_closed_by_peer());
  BOOST_TEST(has_logged("it has not shaken hands within 5 s"));
}

BOOST_AUTO_TEST_CASE(strangers_who_have_shaken_hands_go_for_others_as_well) {
  const auto observer = issued(role::observer, "prometheus");
  raw_connection admitted{server.port(), observer};
  admitted.send("GET /api/v1/events HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n");
  BOOST_TEST(is(admitted.read(13), 200));
  std::deque<raw_connection> strangers;
  for (auto i = 0; i < 17; ++i)
    strangers.emplace_back(server.port(), raw_identity{});
  BOOST_TEST(strangers.front().is_closed_by_peer());
  BOOST_TEST(has_logged("it has not shown who it is, and too many others wait as well"));
  BOOST_TEST(is(ask(observer, "/metrics"), 200));
  // Who may look stays.
  constexpr std::size_t some_events = 500;
  BOOST_TEST(admitted.read(some_events).size() == some_events);
}

BOOST_AUTO_TEST_CASE(nobody_sends_150_mb) {
  const auto observer = issued(role::observer, "prometheus");
  for (const auto& who : {observer, raw_identity{}}) {
    raw_connection client{server.port(), who};
    client.send("POST /metrics HTTP/1.1\r\nHost: 10.0.0.7\r\nContent-Length: 150000000\r\n\r\n");
    BOOST_TEST(is(client.read(13), 413));
    const std::string part(std::size_t{1} << 20, 'x');
    auto sent = 0;
    while (sent < 150 && client.send(part))
      ++sent;
    BOOST_TEST(sent < 150);
  }
  BOOST_TEST(is(ask(observer, "/livez", "X: " + std::string(20'000, 'x') + "\r\n"), 413));
}

BOOST_AUTO_TEST_CASE(a_limited_observer_lists_what_it_may_name) {
  const auto observer = issued(role::observer, "shop");
  prefixes->replace({{"shop", {"shop_"}}});
  BOOST_TEST(is(ask(observer, "/metrics"), 200));
  BOOST_TEST(is(ask(observer, "/api/v1/keys?prefix=shop_1"), 200));
  for (const auto* target :
       {"/api/v1/keys", "/api/v1/keys?prefix=other", "/api/v1/sessions", "/api/v1/events?prefix="}) {
    const auto refused = ask(observer, target);
    BOOST_TEST(is(refused, 403), target);
    BOOST_TEST(contains(refused, "observer shop may name what begins with \"shop_\""), refused);
  }
  // What may be named changes while it looks.
  raw_connection looks{server.port(), observer};
  looks.send("GET /api/v1/events?prefix=shop_ HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n");
  BOOST_TEST(is(looks.read(13), 200));
  prefixes->replace({{"shop", {"cart_"}}});
  BOOST_TEST(looks.is_closed_by_peer());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::admin_tls_test
