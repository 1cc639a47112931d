#include "ops/http.hpp"

#include <boost/test/unit_test.hpp>

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(a_target_names_a_route_whatever_its_query_is) {
  BOOST_TEST((route_of("/livez") == http_route::live));
  BOOST_TEST((route_of("/readyz?verbose") == http_route::ready));
  BOOST_TEST((route_of("/metrics?a=1&b=/livez") == http_route::metrics));
  BOOST_TEST((route_of("/api/v1/status") == http_route::status));
  for (const auto* target : {"", "/", "*", "/livez/", "/LIVEZ", "//livez", "/api/v1/status/..", "/metrics#x", "?/livez",
                             "http://localhost/livez"})
    BOOST_TEST((route_of(target) == http_route::unknown), target);
}

BOOST_AUTO_TEST_CASE(a_server_is_asked_by_an_address_as_localhost_or_by_a_name_of_its_own) {
  const std::vector<std::string> names{"node-a.example", "a"};
  for (const auto* host : {"127.0.0.1", "127.0.0.1:4180", "10.1.2.3:80", "[::1]", "[::1]:4180", "[fe80::1]:1",
                           "localhost", "LocalHost:4180", "node-a.example", "Node-A.example:4180", "a"})
    BOOST_TEST(is_own_host(host, names), host);
}

BOOST_AUTO_TEST_CASE(a_request_for_anybody_else_is_none_for_this_server) {
  const std::vector<std::string> names{"node-a.example"};
  for (const auto* host : {"", "evil.example", "evil.example:4180", "node-a.example.evil", "localhost.evil",
                           "127.0.0.1.evil", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456", "::1", "[::1", "[::1]x",
                           "[evil]", "[127.0.0.1]", "localhost:4180:1", "127.1", "a b"})
    BOOST_TEST(!is_own_host(host, names), host);
}

BOOST_AUTO_TEST_SUITE_END()
