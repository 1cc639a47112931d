#include "membership/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

namespace endpoint_test {

using ariadne::membership::endpoint_from_string;
using ariadne::membership::own_endpoint_from_string;

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(an_address_survives_the_way_through_text) {
  for (const ariadne::membership::endpoint& address :
       {ariadne::membership::endpoint{"127.0.0.1", 4101}, ariadne::membership::endpoint{"node-1.example", 65535},
        ariadne::membership::endpoint{"::1", 1}})
    BOOST_TEST((endpoint_from_string(to_string(address)) == address), to_string(address));
  BOOST_TEST(to_string(ariadne::membership::endpoint{"::1", 4101}) == "[::1]:4101");
}

BOOST_AUTO_TEST_CASE(what_is_not_host_and_port_is_no_address) {
  for (const std::string_view text :
       {"", ":", "host", "host:", ":4101", "host:0", "host:65536", "host:-1", "host:1x", "host: 1", "::1:4101",
        "[::1:4101", "::1]:4101", "[]:4101", "[[::1]]:4101", "[::1]]:4101"})
    BOOST_TEST(!endpoint_from_string(text), text);
}

BOOST_AUTO_TEST_CASE(only_a_node_of_its_own_may_leave_the_port_to_the_system) {
  BOOST_TEST((own_endpoint_from_string("[::]:0") == ariadne::membership::endpoint{"::", 0}));
  BOOST_TEST(!endpoint_from_string("[::]:0"));
  BOOST_TEST(!own_endpoint_from_string("host:"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace endpoint_test
