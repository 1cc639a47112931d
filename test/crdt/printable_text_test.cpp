#include "crdt/printable_text.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>
#include <rapidcheck/boost_test.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace printable_text_test {

using namespace ariadne::crdt;
using namespace std::literals;

namespace {

/// Bytes, and how they are shown.
struct shown {
  std::string_view bytes;
  std::string_view text;
};

std::ostream& operator<<(std::ostream& out, const shown& x) {
  return out << x.text;
}

const std::vector<shown> table{
  {"", ""},
  {"game_ABYZ", "game_ABYZ"},
  {"--help", "--help"},
  {"a b", "a b"},
  {"jeu_\xf0\x9f\x90\x82 \xc3\xa9", "jeu_\xf0\x9f\x90\x82 \xc3\xa9"},
  // What looks like an escape is none.
  {"a\\nb", "a\\\\nb"},
  {"\\", "\\\\"},
  // Controls.
  {"game_1\ngame_2", "game_1\\ngame_2"},
  {"a\r\tb", "a\\r\\tb"},
  {"a\0b"sv, "a\\x00b"},
  {"\x1b[2J", "\\x1b[2J"},
  {"\x7f", "\\x7f"},
  {"\xc2\x9b", "\\xc2\\x9b"},
  // What cannot be seen, ends a line, or turns it around.
  {" ", "\\x20"},
  {" a", "\\x20a"},
  {"a ", "a\\x20"},
  {"a  b", "a \\x20b"},
  {"a\xc2\xa0", "a\\xc2\\xa0"},
  {"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"},
  {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
  {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
  {"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},
  {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},
  {"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"},
  {"\xef\xbf\xbf", "\\xef\\xbf\\xbf"},
  // No UTF-8: lone bytes, too long a form, a surrogate, beyond the last code point, broken off.
  {"\xff\xfe", "\\xff\\xfe"},
  {"\x80", "\\x80"},
  {"\xc0\x8a", "\\xc0\\x8a"},
  {"\xe0\x80\x8a", "\\xe0\\x80\\x8a"},
  {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
  {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
  {"\xe2\x82", "\\xe2\\x82"},
  {"\xe2\x82z", "\\xe2\\x82z"},
  // The last character before and the first one behind such.
  {"\xed\x9f\xbf", "\xed\x9f\xbf"},
  {"\xc2\xa1", "\xc2\xa1"},
};

/// Bytes of all kinds, among them those that matter.
rc::Gen<std::string> any_bytes() {
  const auto byte = rc::gen::weightedOneOf<char>(
    {{3, rc::gen::arbitrary<char>()},
     {2, rc::gen::elementOf("\\nx0a \n\t\r\x1b\x7f\xc2\x80\x9b\xe2\xa8\xae\xed\xa0\xf0\x9f\x90\x82"s)}});
  return rc::gen::container<std::string>(byte);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(printable_text)

BOOST_DATA_TEST_CASE(bytes_are_shown_as_in_the_table, table) {
  BOOST_TEST(escaped(sample.bytes) == sample.text);
  BOOST_TEST((unescaped(sample.text) == sample.bytes));
}

RC_BOOST_PROP(what_is_escaped_can_be_typed_again, ()) {
  const auto bytes = *any_bytes();
  RC_ASSERT(unescaped(escaped(bytes)) == bytes);
}

RC_BOOST_PROP(what_is_shown_has_no_control_and_is_utf8, ()) {
  const auto bytes = *any_bytes();
  for (const auto& text : {escaped(bytes), escaped_briefly(bytes), printable(bytes), printable_briefly(bytes, 10)}) {
    RC_ASSERT(!has_control(text));
    RC_ASSERT(is_utf8(text));
    RC_ASSERT(printable(text) == text);
  }
  RC_ASSERT(escaped(bytes).find("  ") == std::string::npos);
}

RC_BOOST_PROP(two_keys_are_never_shown_alike, ()) {
  const auto one = *any_bytes();
  const auto other = *any_bytes();
  RC_ASSERT((escaped(one) == escaped(other)) == (one == other));
}

BOOST_AUTO_TEST_CASE(every_byte_can_be_named_in_hexadecimal) {
  BOOST_TEST((unescaped("\\x67\\x41\\x4A\\x4a") == "gAJJ"));
  BOOST_TEST((unescaped("a\\x00b") == "a\0b"sv));
}

BOOST_AUTO_TEST_CASE(what_is_no_escape_is_refused) {
  for (const auto* text : {"\\", "a\\", "\\a", "\\x", "\\x1", "\\xg0", "\\x0g", "\\X00", "\\0", "\\ "})
    BOOST_TEST(!unescaped(text), text);
}

BOOST_AUTO_TEST_CASE(what_is_long_is_shown_briefly_with_its_size) {
  BOOST_TEST(escaped_briefly("key") == "key");
  BOOST_TEST(escaped_briefly(std::string(80, 'k')) == std::string(80, 'k'));
  BOOST_TEST(escaped_briefly(std::string(10'000, 'k')) == std::string(80, 'k') + "... (10000 bytes)");
  // An escape is not cut into pieces.
  BOOST_TEST(escaped_briefly(std::string(100, '\1')) == escaped(std::string(20, '\1')) + "... (100 bytes)");
  BOOST_TEST(printable_briefly(std::string(100, 'x'), 10) == "xxxxxxxxxx... (100 bytes)");
}

BOOST_AUTO_TEST_CASE(words_keep_their_backslashes_and_spaces) {
  BOOST_TEST(printable("a\\b  c\n") == "a\\b  c\\n");
  BOOST_TEST(printable_lines("a\tb\n\x1b[2J\r\n") == "a\tb\n\\x1b[2J\\r\n");
}

BOOST_AUTO_TEST_CASE(json_stays_the_same_json) {
  BOOST_TEST(printable_json(R"({"key":"a b\n\\"})"sv) == R"({"key":"a b\n\\"})");
  BOOST_TEST(printable_json("\"\x7f\xc2\x9b\xe2\x80\xae\xf0\x9f\x90\x82\"\n")
             == "\"\\u007f\\u009b\\u202e\xf0\x9f\x90\x82\"\n");
  BOOST_TEST(printable_json("\"\xf3\xa0\x81\x81\"") == "\"\\udb40\\udc41\"");
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_other_bytes) {
  BOOST_TEST(is_utf8(""));
  BOOST_TEST(is_utf8("\xf0\x9f\x90\x82"));
  BOOST_TEST(is_utf8("\0"sv));
  for (const auto bytes : {"\xff"sv, "\xc0\x8a"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xe2\x82"sv, "a\x80"sv})
    BOOST_TEST(!is_utf8(bytes));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace printable_text_test
