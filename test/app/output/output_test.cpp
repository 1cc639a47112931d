#include "app/output/output.hpp"

#include <absl/strings/escaping.h>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace output_test {

using namespace ariadne;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(output)

BOOST_AUTO_TEST_CASE(bytes_that_are_utf8_are_a_string) {
  BOOST_TEST(listed_bytes("key", "jeu_\xf0\x9f\x90\x82\n") == json("jeu_\xf0\x9f\x90\x82\n"));
  auto object = json::object();
  put_bytes(object, "key", "k");
  BOOST_TEST(object == json({{"key", "k"}}));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_stand_beside_the_string) {
  const auto one = json::parse(json_line(listed_bytes("key", "game_\xff")));
  const auto other = json::parse(json_line(listed_bytes("key", "game_\xfe")));
  BOOST_TEST(one.at("key") == other.at("key"));
  std::string bytes;
  BOOST_TEST(absl::Base64Unescape(one.at("key_base64").get<std::string>(), &bytes));
  BOOST_TEST(bytes == "game_\xff");
}

BOOST_AUTO_TEST_CASE(json_is_one_line_that_no_terminal_obeys) {
  const std::string wild{"\x1b[2J\n\x7f\xc2\x9b\xe2\x80\xae\0", 12};
  const auto line = json_line({{"key", wild}});
  BOOST_TEST(line
             == R"({"key":"\u001b[2J\n\u007f\u009b\u202e\u0000"})"
                "\n");
  BOOST_TEST((json::parse(line).at("key") == wild));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace output_test
