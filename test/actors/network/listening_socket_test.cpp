#include "actors/network/listening_socket.hpp"

#include "actors/error.hpp"
#include "test/support/reserved_port.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>

namespace listening_socket_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

std::string why_not(const endpoint& address) {
  const auto socket = listen_at(address);
  return socket ? std::string{} : describe(socket.error());
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(listening_socket)

BOOST_AUTO_TEST_CASE(an_address_in_use_a_foreign_one_and_an_unknown_name_are_three_reasons) {
  const reserved_port port;
  const endpoint address{"127.0.0.1", port.number()};
  const auto first = listen_at(address);
  BOOST_TEST(bool{first});
  BOOST_TEST(mentions(why_not(address), "Address already in use"));
  BOOST_TEST(mentions(why_not({"192.0.2.1", port.number()}), "it is not an address of this machine"));
  BOOST_TEST(mentions(why_not({"no-such-host.invalid", port.number()}),
                      "the name of the host cannot be resolved: no-such-host.invalid: "));
}

BOOST_AUTO_TEST_CASE(a_missing_privilege_is_a_reason_of_its_own) {
  const auto reason = describe(listening_error(EACCES));
  BOOST_TEST(mentions(reason, "Permission denied"));
  BOOST_TEST(mentions(reason, "a port below 1024"));
}

BOOST_AUTO_TEST_CASE(only_a_name_that_is_not_resolved_is_worth_another_try) {
  BOOST_TEST((listen_at({"no-such-host.invalid", 1}).error() == ec::host_unresolved));
  BOOST_TEST((listen_at({"192.0.2.1", 1}).error() == ec::port_not_opened));
}

BOOST_AUTO_TEST_CASE(a_confined_socket_listens_at_loopback_addresses_alone) {
  for (const auto* host : {"127.0.0.1", "127.1.2.3", "localhost"})
    BOOST_TEST(bool{listen_at({host, 0}, true)}, host);
  for (const auto* host : {"0.0.0.0", "192.0.2.1", "::", "::ffff:192.0.2.1"}) {
    const auto refused = listen_at({host, 0}, true);
    BOOST_REQUIRE_MESSAGE(!refused, host);
    BOOST_TEST((refused.error() == ec::port_not_opened));
    BOOST_TEST(mentions(describe(refused.error()), "loopback addresses alone"), host);
  }
}

BOOST_AUTO_TEST_CASE(the_name_of_the_host_may_stand_for_several_addresses) {
  BOOST_TEST(why_not({"localhost", 0}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace listening_socket_test
