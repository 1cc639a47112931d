#include "ops/admin_server.hpp"

#include "actors/node.hpp"
#include "app/process/file_descriptor.hpp"
#include "test/support/eventually.hpp"
#include "test/support/log_book.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace admin_server_test {

using namespace ariadne;
using test::test_system;

namespace {

/// Says that the node is not in service yet.
supervisor_actor::behavior_type young_supervisor(supervisor_actor::pointer) {
  return {[](handoff_atom) -> caf::result<state_handoff_actor> { return make_error(ec::not_in_service, "soon"); },
          [](leave_atom) { return true; }, [](const node_listing&) {}};
}

/// What the actors of a node have been asked for.
struct questions {
  std::atomic<std::uint64_t> members = 0;
  std::atomic<int> watches = 0;
};

caf::behavior asked_handoff(caf::event_based_actor* self, const std::shared_ptr<questions>& asked) {
  return {[](status_atom) {
            return node_status{"a", "knossos", {}};
          },
          [=](watch_atom, const watcher_actor& watcher) {
            ++asked->watches;
            watch_over(self, caf::actor_cast<caf::strong_actor_ptr>(watcher),
                       [asked](const caf::down_msg&) { --asked->watches; });
          }};
}

/// Says how often it has been asked, as if that were the time to a node.
caf::behavior asked_membership(caf::event_based_actor*, const std::shared_ptr<questions>& asked) {
  return {[=](status_atom, const std::string&) {
    return members_page{{{.name = "b", .round_trip_us = ++asked->members}}, true};
  }};
}

/// Does not say how it stands.
caf::behavior dumb_host(caf::event_based_actor*) {
  return {[](status_atom) -> caf::result<session_host_status> { return make_error(ec::not_in_service, "busy"); }};
}

class http_client {
public:
  /// `buffer_bytes`: about what the kernel keeps of what comes and is not read; 0 for as much as it likes.
  explicit http_client(std::uint16_t port, int buffer_bytes = 0)
    : socket_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    if (buffer_bytes > 0)
      check(::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes), "setsockopt");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  }

  /// Fails if the server has hung up.
  bool send(const std::string& text) const {
    return ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

  /// All that comes until the server hangs up.
  std::string rest() const {
    std::string result;
    while (read_into(result)) {
    }
    return result;
  }

  /// All that has come, as soon as that has `part`, or the server hangs up.
  const std::string& until(const std::string& part) {
    while (got_.find(part) == std::string::npos && read_into(got_)) {
    }
    return got_;
  }

  /// Whether it has come by now.
  bool has_got(const std::string& part) {
    while (read_into(got_, MSG_DONTWAIT)) {
    }
    return got_.find(part) != std::string::npos;
  }

private:
  bool read_into(std::string& text, int flags = 0) const {
    std::array<char, 4096> bytes{};
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), flags);
    text.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return size > 0;
  }

  file_descriptor socket_;
  std::string got_;
};

struct a_server {
  test_system system;
  test::log_book log;
  supervisor_actor supervisor = system.keep(system.system.spawn(young_supervisor));
  admin_server server{system.system, supervisor, {{"127.0.0.1", 0}, {"a.example"}, log.sink()}};

  std::string ask(const std::string& target, const std::string& method = "GET", const std::string& host = "localhost",
                  const std::string& more = {}) const {
    const http_client client{server.port()};
    client.send(method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n");
    return client.rest();
  }

  http_client look(const std::string& query = {}, int buffer_bytes = 0) const {
    http_client client{server.port(), buffer_bytes};
    client.send("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  std::shared_ptr<questions> register_asked_node() {
    auto asked = std::make_shared<questions>();
    register_actor(system.system, to_string(handoff_atom_v),
                   caf::actor_cast<state_handoff_actor>(system.keep(system.system.spawn(asked_handoff, asked))));
    register_actor(
      system.system, membership_name,
      caf::actor_cast<cluster_membership_actor>(system.keep(system.system.spawn(asked_membership, asked))));
    return asked;
  }
};

/// A node without a network, and with keys.
struct a_server_of_keys : a_server {
  lone_node node{system.system, {.cluster = "knossos", .node = "a"}};

  void stash(const std::string& key) {
    anon_mail(stash_atom_v, key, snapshot{"text", 1, "x"})
      .send(registered<state_handoff_actor>(system.system, to_string(handoff_atom_v)));
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool is(const std::string& answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + ' ');
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin_server, a_server)

BOOST_AUTO_TEST_CASE(a_node_that_is_not_in_service_is_alive_and_not_ready_and_says_why) {
  BOOST_TEST(is(ask("/livez"), 200));
  const auto ready = ask("/readyz");
  BOOST_TEST(is(ready, 503));
  BOOST_TEST(has(ready, "not ready: the node has no "));
  BOOST_TEST(has(ask("/metrics"), "\nariadne_ready 0\n"));
  BOOST_TEST(is(ask("/api/v1/status"), 503));
}

BOOST_AUTO_TEST_CASE(a_node_whose_host_of_sessions_does_not_answer_is_not_ready) {
  register_asked_node();
  BOOST_TEST(is(ask("/api/v1/status"), 200));
  register_actor(system.system, to_string(host_atom_v),
                 caf::actor_cast<session_host_actor>(system.keep(system.system.spawn(dumb_host))));
  BOOST_TEST(is(ask("/api/v1/status"), 503));
  BOOST_TEST(has(ask("/readyz"), to_string(host_atom_v) + " does not answer: "));
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_is_the_same_without_its_body) {
  const auto answer = ask("/livez", "HEAD");
  BOOST_TEST(is(answer, 200));
  BOOST_TEST(has(answer, "Content-Length: 3\r\n"));
  BOOST_TEST(answer.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(no_answer_is_kept_or_taken_for_something_else) {
  for (const auto* target : {"/livez", "/nothing"})
    for (const auto* header : {"Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n",
                               "Content-Security-Policy: default-src 'self'\r\n"})
      BOOST_TEST(has(ask(target), header), header);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_for_this_server_gets_an_error_that_says_so) {
  BOOST_TEST(is(ask("/nothing"), 404));
  BOOST_TEST(is(ask("/livez", "DELETE"), 405));
  BOOST_TEST(is(ask("/livez", "GET", "evil.example"), 421));
  BOOST_TEST(is(ask("/livez", "GET", "A.example:80"), 200));
  BOOST_TEST(is(ask("/livez", "GET", "localhost", "X: " + std::string(20'000, 'x') + "\r\n"), 413));
  BOOST_TEST(is(ask("/livez", "POST", "localhost", "Content-Length: 150000000\r\n"), 413));
  const http_client client{server.port()};
  client.send("\x16\x03\x01\r\n\r\n");
  BOOST_TEST(is(client.rest(), 400));
}

BOOST_AUTO_TEST_CASE(a_browser_that_has_a_part_of_the_page_is_told_that_it_is_still_right) {
  const auto first = ask("/");
  BOOST_TEST(is(first, 200));
  const auto at = first.find("ETag: ");
  BOOST_TEST_REQUIRE(at != std::string::npos);
  const auto tag = first.substr(at + 6, first.find('\r', at) - at - 6);
  const auto again = ask("/", "GET", "localhost", "If-None-Match: " + tag + "\r\n");
  BOOST_TEST(is(again, 304));
  BOOST_TEST(again.ends_with("\r\n\r\n"));
  BOOST_TEST(is(ask("/", "GET", "localhost", "If-None-Match: \"other\"\r\n"), 200));
}

BOOST_AUTO_TEST_CASE(a_connection_may_ask_again) {
  const http_client client{server.port()};
  client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: "
              "close\r\n\r\n");
  const auto answers = client.rest();
  BOOST_TEST(is(answers, 200));
  BOOST_TEST(has(answers.substr(1), "HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_told_so_and_others_go_on) {
  std::vector<http_client> silent;
  for (auto i = 0; i < 64; ++i)
    silent.emplace_back(server.port());
  const http_client refused{server.port()};
  BOOST_TEST(is(refused.rest(), 503));
  silent.front().send("GET /livez HTTP/1.0\r\nHost: localhost\r\n\r\n");
  BOOST_TEST(is(silent.front().rest(), 200));
}

BOOST_AUTO_TEST_CASE(a_connection_that_does_not_ask_is_closed) {
  const http_client client{server.port()};
  client.send("GET /livez HTTP/1.1\r\nHost: loc");
  BOOST_TEST(client.rest() == "");
}

BOOST_AUTO_TEST_CASE(all_viewers_are_shown_what_has_been_collected_once) {
  const auto asked = register_asked_node();
  auto first = look();
  first.until("event: status\n");
  auto second = look();
  const auto& text = second.until("\"round_trip_us\":" + std::to_string(asked->members + 2));
  BOOST_TEST(is(text, 200));
  BOOST_TEST(has(text, "Content-Type: text/event-stream\r\n"));
  for (auto at = text.find("\"round_trip_us\":"); at != std::string::npos; at = text.find("\"round_trip_us\":", at + 1))
    BOOST_TEST(has(first.until(text.substr(at, 20)), text.substr(at, 20)));
}

BOOST_AUTO_TEST_CASE(a_node_is_watched_as_long_as_somebody_looks) {
  const auto asked = register_asked_node();
  {
    auto first = look();
    auto second = look();
    first.until("event: status\n");
    second.until("event: status\n");
    BOOST_TEST(test::eventually([&] { return asked->watches == 1; }));
  }
  BOOST_TEST(test::eventually([&] { return asked->watches == 0; }));
}

BOOST_AUTO_TEST_CASE(sixteen_may_look_and_nobody_who_asks_once_waits_for_them) {
  std::vector<http_client> all;
  for (auto i = 0; i < 16; ++i)
    BOOST_TEST(is(all.emplace_back(look()).until("event: status\n"), 200));
  const auto refused = look().rest();
  BOOST_TEST(is(refused, 503));
  BOOST_TEST(has(refused, "\r\n\r\n16 look already"));
  BOOST_TEST(is(ask("/metrics"), 200));
  BOOST_TEST(is(ask("/api/v1/events", "HEAD"), 200));
  all.pop_back();
  BOOST_TEST(test::eventually([&] { return is(look().until("\r\n"), 200); }));
  BOOST_TEST(is(all.front().until("event: status\n"), 200));
}

BOOST_AUTO_TEST_CASE(a_viewer_of_a_node_that_does_not_answer_is_told_why) {
  auto viewer = look();
  BOOST_TEST(has(viewer.until("}\n\n"), "event: status\ndata: {\"error\":\"the node has no "));
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_had_is_named) {
  try {
    const ariadne::admin_server second{system.system, supervisor, {{"127.0.0.1", server.port()}, {}, log.sink()}};
    BOOST_ERROR("it was had twice");
  } catch (const std::system_error& error) {
    BOOST_TEST(has(error.what(), "admin: cannot listen at 127.0.0.1:"));
    BOOST_TEST(has(error.what(), "in use"));
  }
}

BOOST_FIXTURE_TEST_CASE(who_asks_for_keys_is_told_of_those_with_its_prefix, a_server_of_keys) {
  auto games = look("?prefix=game_");
  auto all = look("?prefix=");
  auto none = look();
  // They are watched soon after somebody has asked for them.
  BOOST_TEST(test::eventually([&] {
    stash("game_1");
    stash("other");
    return all.has_got("event: key\ndata: {\"event\":")
           && all.has_got("\"subject\":\"other\",\"what\":\"stashed\"}\n\n");
  }));
  BOOST_TEST(has(games.until("\"subject\":\"game_1\""), "\"subject\":\"game_1\""));
  BOOST_TEST(!games.has_got("\"subject\":\"other\""));
  none.until("event: status\n");
  BOOST_TEST(!none.has_got("event: key\n"));
}

BOOST_FIXTURE_TEST_CASE(who_looks_is_told_of_nodes, a_server_of_keys) {
  auto viewer = look();
  viewer.until("event: node\n");
  BOOST_TEST(has(viewer.until("\"caught up\""), "event: node\ndata: {\"subject\":\"a\",\"what\":\"caught up\"}"));
}

BOOST_FIXTURE_TEST_CASE(a_viewer_that_takes_nothing_is_cut_and_what_it_missed_is_not_kept, a_server_of_keys) {
  std::vector<http_client> others;
  for (auto i = 0; i < 15; ++i)
    others.emplace_back(look()).until("event: status\n");
  auto slow = look("?prefix=", 4096);
  slow.until("\r\n");
  const std::string name(1000, 'x');
  const auto is_cut = test::eventually([&] {
    for (auto i = 0; i < 100; ++i)
      stash(name + std::to_string(i));
    return is(look().until("\r\n"), 200);
  });
  BOOST_TEST(is_cut);
  BOOST_TEST(slow.rest().size() < 400'000u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace admin_server_test
