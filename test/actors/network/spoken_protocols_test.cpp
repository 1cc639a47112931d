#include "actors/network/spoken_protocols.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne::test::spoken_protocols_test {

namespace {

/// The suite hides its name.
using versions = spoken_protocols;

/// As programs before 0.2.0 have said farewell: without the least versions.
const std::string farewell_of_0_1 =
  "\xfa" + std::string(14, '\0') + "\x08" + std::string(7, '\0') + "\x05" + std::string(7, '\0') + "\x03";

/// What is read of names of messages, among others.
versions announced(std::string names) {
  return handshake_header{}.protocols("\x01\x02" + std::move(names) + "9");
}

bool same(const versions& left, const versions& right) {
  return left.caf == right.caf && left.nodes == right.nodes && left.frames == right.frames;
}

std::string difference_of(crdt::version_range nodes, crdt::version_range frames) {
  return difference({8, nodes, frames}, {8, {6, 7}, {3, 4}}).value_or("");
}

} // namespace

BOOST_AUTO_TEST_SUITE(spoken_protocols)

BOOST_AUTO_TEST_CASE(what_is_announced_is_read_again) {
  std::set<std::string> names{"(ping) -> (pong)"};
  announce_protocols(names);
  std::string all;
  for (const auto& name : names)
    all += name;
  auto own = own_protocols();
  own.caf = 0;
  BOOST_TEST(same(announced(all), own));
}

BOOST_AUTO_TEST_CASE(programs_before_the_ranges_announce_one_version_and_find_one_in_the_place_that_they_know) {
  BOOST_TEST(same(announced("ariadne protocol 5.3;"), {0, {5, 5}, {3, 3}}));
  std::set<std::string> names;
  announce_protocols(names);
  BOOST_TEST(names.contains("ariadne protocol " + std::to_string(own_protocols().nodes.max) + '.'
                            + std::to_string(own_protocols().frames.max) + ';'));
}

BOOST_AUTO_TEST_CASE(the_ranges_count_where_both_are_announced) {
  BOOST_TEST(same(announced("ariadne protocol 8.4;ariadne protocols 6-8.3-4;"), {0, {6, 8}, {3, 4}}));
  BOOST_TEST(same(announced("ariadne protocols 6-8.3-4;ariadne protocol 8.4;"), {0, {6, 8}, {3, 4}}));
}

BOOST_AUTO_TEST_CASE(what_is_no_announcement_is_of_no_known_version) {
  for (const auto* text : {"", "ariadne protocol ", "ariadne protocols 6", "ariadne protocols 6-", "ariadne protocol ;",
                           "ariadne protocol 99999999999.3;"})
    BOOST_TEST(announced(text).nodes.max == 0u, text);
}

BOOST_AUTO_TEST_CASE(programs_with_a_version_in_common_understand_each_other) {
  BOOST_TEST(difference_of({6, 7}, {3, 4}) == "");
  BOOST_TEST(difference_of({1, 6}, {1, 3}) == "");
  BOOST_TEST(difference_of({7, 9}, {4, 9}) == "");
  // One that says nothing is taken at the word of its header.
  BOOST_TEST(difference_of({}, {}) == "");
}

BOOST_AUTO_TEST_CASE(programs_without_a_common_version_are_told_what_both_speak) {
  BOOST_TEST(difference_of({5, 5}, {3, 3}) == "version 5.3 of Ariadne's, and this program versions 6.3 to 7.4");
  BOOST_TEST(difference_of({8, 9}, {4, 5}) == "versions 8.4 to 9.5 of Ariadne's, and this program versions 6.3 to 7.4");
  BOOST_TEST(difference_of({6, 6}, {5, 5}) == "version 6.5 of Ariadne's, and this program versions 6.3 to 7.4");
  BOOST_TEST(difference({9, {6, 7}, {3, 4}}, {8, {6, 7}, {3, 4}}).value_or("")
             == "version 9 of CAF's, and this program version 8");
}

BOOST_AUTO_TEST_CASE(an_empty_range_has_nothing_in_common_with_any) {
  BOOST_TEST(difference_of({7, 6}, {3, 4}) != "");
  BOOST_TEST(difference_of({9, 1}, {3, 4}) != "");
}

BOOST_AUTO_TEST_CASE(a_farewell_says_what_its_sender_speaks) {
  for (const auto& said :
       {versions{8, {6, 7}, {3, 4}}, versions{8, {6, 6}, {3, 3}}, versions{9, {6, 70'000}, {3, 3}}}) {
    const auto read = read_farewell(farewell(said));
    BOOST_REQUIRE(read);
    BOOST_TEST(same(*read, said));
  }
}

BOOST_AUTO_TEST_CASE(a_farewell_of_one_version_each_is_that_of_programs_before_the_ranges) {
  const auto bytes = farewell({8, {5, 5}, {3, 3}});
  BOOST_TEST((std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()} == farewell_of_0_1));
  const auto read = read_farewell(std::as_bytes(std::span{farewell_of_0_1}));
  BOOST_REQUIRE(read);
  BOOST_TEST(same(*read, {8, {5, 5}, {3, 3}}));
}

BOOST_AUTO_TEST_CASE(what_a_node_announces_among_its_messages_is_read_from_them) {
  std::set<std::string> messages{"(@ping) -> void"};
  BOOST_TEST(announced_protocols(messages).nodes.max == 0u);
  announce_protocols(messages);
  BOOST_TEST((announced_protocols(messages).nodes == own_protocols().nodes));
  BOOST_TEST((announced_protocols(messages).frames == own_protocols().frames));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::spoken_protocols_test
