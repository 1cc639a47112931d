#include "actors/network/dialler.hpp"

#include "actors/error.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/listening_socket.hpp"
#include "actors/network/spoken_protocols.hpp"
#include "test/support/eventually.hpp"
#include "test/support/reserved_port.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/sec.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace dialler_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

/// The name of the suite is that of the class.
using node_dialler = ariadne::dialler;

/// Accepts connections, and says nothing unless it is told to.
class listener {
public:
  listener() : socket_(std::move(listen_at(address()).value())) {}

  endpoint address() const {
    return {"127.0.0.1", port_.number()};
  }

  /// To the next who connects, if somebody has.
  bool say(const std::string& words) {
    tcp_socket accepted{::accept(socket_.fd(), nullptr, nullptr)};
    if (!accepted)
      return false;
    ::send(accepted.fd(), words.data(), words.size(), MSG_NOSIGNAL);
    accepted_.push_back(std::move(accepted));
    return true;
  }

  void hang_up() {
    accepted_.clear();
  }

private:
  reserved_port port_;
  tcp_socket socket_;
  std::vector<tcp_socket> accepted_;
};

/// How a node of this program begins to speak; of the payload, there is what is looked for.
std::string own_handshake() {
  std::set<std::string> messages;
  announce_protocols(messages);
  std::string header(header_size, '\0');
  header[7] = static_cast<char>(messages.begin()->size());
  header[15] = static_cast<char>(own_protocols().caf);
  return header + *messages.begin();
}

/// A dialler, and what it has said so far.
class dialling {
public:
  void dial(const std::string& node, const endpoint& address, std::chrono::milliseconds timeout = 1h) {
    dialler_.dial(node, address, timeout);
  }

  /// Waits for the result; "connected", or the error in words.
  std::string result_of(const std::string& node) {
    std::string result;
    BOOST_TEST(eventually([&] {
      auto more = dialler_.take_results();
      std::move(more.begin(), more.end(), std::back_inserter(results_));
      for (const auto& r : results_)
        if (r.node == node)
          result = r.socket ? "connected" : describe(r.socket.error());
      return !result.empty();
    }));
    return result;
  }

  bool has_result_of(const std::string& node) const {
    return std::any_of(results_.begin(), results_.end(), [&](const node_dialler::result& r) { return r.node == node; });
  }

private:
  std::vector<node_dialler::result> results_;
  node_dialler dialler_{nullptr, [] {}};
};

} // namespace

BOOST_AUTO_TEST_SUITE(dialler)

BOOST_AUTO_TEST_CASE(silent_nodes_hold_up_nobody) {
  listener silent;
  listener talking;
  dialling all;
  for (int i = 0; i < 20; ++i)
    all.dial("silent-" + std::to_string(i), silent.address());
  all.dial("talking", talking.address());
  BOOST_TEST(eventually([&] { return talking.say(own_handshake()); }));
  BOOST_TEST(all.result_of("talking") == "connected");
  BOOST_TEST(!all.has_result_of("silent-0"));
  // What is under way when the dialler ends is broken off.
}

BOOST_AUTO_TEST_CASE(each_way_to_fail_has_its_reason) {
  listener silent;
  listener closing;
  listener foreign;
  const reserved_port nobody;
  dialling all;
  all.dial("silent", silent.address(), 20ms);
  all.dial("closing", closing.address());
  all.dial("foreign", foreign.address());
  all.dial("nobody", {"127.0.0.1", nobody.number()});
  all.dial("nameless", {"no-such-host.invalid", 1});
  BOOST_TEST(eventually([&] { return closing.say(""); }));
  closing.hang_up();
  BOOST_TEST(eventually([&] { return foreign.say("220 mail.example ESMTP\r\n"); }));
  BOOST_TEST(all.result_of("silent") == "no answer in time");
  BOOST_TEST(all.result_of("closing") == "no node answers: it has closed the connection before it said what it is");
  BOOST_TEST(all.result_of("foreign") == "it speaks another protocol: not CAF's");
  BOOST_TEST(all.result_of("nobody") == "no node answers: Connection refused");
  BOOST_TEST(all.result_of("nameless").starts_with("the name of the host cannot be resolved: no-such-host.invalid: "));
}

BOOST_AUTO_TEST_CASE(each_address_of_a_host_is_tried) {
  // localhost is ::1 as well, where nobody listens, on most machines.
  listener node;
  dialling all;
  all.dial("node", {"localhost", node.address().port});
  BOOST_TEST(eventually([&] { return node.say(own_handshake()); }));
  BOOST_TEST(all.result_of("node") == "connected");
}

BOOST_AUTO_TEST_CASE(hosts_that_mean_all_interfaces_are_known_in_any_spelling) {
  for (const auto* host : {"0.0.0.0", "0", "::", "0:0::0"})
    BOOST_TEST(is_any_host(host), host);
  for (const auto* host : {"127.0.0.1", "::1", "localhost", "node-0.test"})
    BOOST_TEST(!is_any_host(host), host);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace dialler_test
