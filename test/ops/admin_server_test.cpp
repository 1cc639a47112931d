#include "ops/admin_server.hpp"

#include "app/process/file_descriptor.hpp"
#include "test/support/log_book.hpp"
#include "test/support/test_system.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace ariadne;
using test::test_system;

namespace {

/// Says that the node is not in service yet.
supervisor_actor::behavior_type young_supervisor(supervisor_actor::pointer) {
  return {[](handoff_atom) -> caf::result<state_handoff_actor> { return make_error(ec::not_in_service, "soon"); },
          [](leave_atom) { return true; }};
}

class http_client {
public:
  explicit http_client(std::uint16_t port)
    : socket_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
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
    std::array<char, 4096> bytes{};
    for (;;) {
      const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (size <= 0)
        return result;
      result.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }

private:
  file_descriptor socket_;
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

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_had_is_named) {
  try {
    const ariadne::admin_server second{system.system, supervisor, {{"127.0.0.1", server.port()}, {}, log.sink()}};
    BOOST_ERROR("it was had twice");
  } catch (const std::system_error& error) {
    BOOST_TEST(has(error.what(), "admin: cannot listen at 127.0.0.1:"));
    BOOST_TEST(has(error.what(), "in use"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
