#include "ops/http.hpp"

#include <boost/test/unit_test.hpp>

namespace http_test {

using namespace ariadne;

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(a_target_names_a_route_whatever_its_query_is) {
  BOOST_TEST((route_of("/livez") == http_route::live));
  BOOST_TEST((route_of("/readyz?verbose") == http_route::ready));
  BOOST_TEST((route_of("/metrics?a=1&b=/livez") == http_route::metrics));
  BOOST_TEST((route_of("/api/v1/status") == http_route::status));
  BOOST_TEST((route_of("/api/v1/sessions?prefix=a") == http_route::sessions));
  BOOST_TEST((route_of("/api/v1/keys") == http_route::keys));
  BOOST_TEST((route_of("/api/v1/events?prefix=") == http_route::events));
  BOOST_TEST((route_of("/") == http_route::file));
  BOOST_TEST((route_of("/ui/page.js") == http_route::file));
  for (const auto* target : {"", "/ui", "/ui/../", "*", "/livez/", "/LIVEZ", "//livez", "/api/v1/status/..",
                             "/metrics#x", "?/livez", "http://localhost/livez"})
    BOOST_TEST((route_of(target) == http_route::unknown), target);
}

BOOST_AUTO_TEST_CASE(a_parameter_is_any_bytes) {
  BOOST_TEST(query_value("/x?prefix=a%2Fb%00+c&limit=5", "prefix").value() == std::string("a/b\0 c", 6));
  BOOST_TEST(query_value("/x?prefix=a&limit=5", "limit").value() == "5");
  BOOST_TEST(query_value("/x?prefix=%zz%4", "prefix").value() == "%zz%4");
  BOOST_TEST(query_value("/x?prefix=%41", "prefix").value() == "A");
  BOOST_TEST(query_value("/x?prefix", "prefix").value() == "");
  for (const auto* target : {"/x", "/x?", "/x?&&", "/x?prefixes=1", "/x?a=prefix", "/x?=1"})
    BOOST_TEST(!query_value(target, "prefix").has_value(), target);
}

BOOST_AUTO_TEST_CASE(the_page_fits_into_40_kilobytes_and_asks_nobody_else) {
  std::size_t bytes = 0;
  for (const auto* path : {"/", "/ui/page.js", "/ui/page.css", "/ui/icon.svg"}) {
    const auto file = page_file(path);
    BOOST_TEST(file.status == 200u);
    bytes += file.body.size();
    // But for the names of XML, which nobody asks for.
    for (auto at = file.body.find("http"); at != std::string::npos; at = file.body.find("http", at + 1))
      BOOST_TEST(file.body.substr(at).starts_with("http://www.w3.org/2000/svg"), file.body.substr(at, 40));
  }
  BOOST_TEST(bytes < 40'000u);
  BOOST_TEST(page_file("/ui/other").status == 404u);
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

} // namespace http_test
