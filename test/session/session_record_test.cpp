#include "session/session_record.hpp"

#include "session/reserved_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

namespace session_record_test {

using namespace ariadne::session;

BOOST_AUTO_TEST_SUITE(session_record)

namespace {

ariadne::session::session_record example() {
  return {session_phase::moving, 7, 300, {"a", 0x1234567890abcdef}, {"b", 2}, {"game", 3, std::string("\0\xff", 2)}};
}

record_rank rank_of(std::uint64_t epoch, session_phase phase, std::uint64_t owner, std::uint64_t revision) {
  return ariadne::session::session_record{phase, epoch, revision, {"n", owner}, {}, {}}.rank();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_record_is_read_as_it_was_written) {
  const auto read = decode_record(encode(example()));
  BOOST_REQUIRE(read.record);
  BOOST_TEST((*read.record == example()));
}

BOOST_AUTO_TEST_CASE(a_record_cut_off_at_any_byte_or_with_bytes_behind_it_is_damaged) {
  const auto whole = encode(example());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = decode_record(std::string_view{whole}.substr(0, size));
    BOOST_TEST(!read.record);
    BOOST_TEST((read.error == record_error::damaged));
  }
  BOOST_TEST(!decode_record(whole + "x").record);
}

BOOST_AUTO_TEST_CASE(a_record_of_a_newer_format_is_told_from_a_damaged_one) {
  auto newer = encode(example());
  newer[0] = 2;
  BOOST_TEST((decode_record(newer).error == record_error::unknown_format));
}

BOOST_AUTO_TEST_CASE(a_record_without_an_owner_or_an_epoch_is_damaged) {
  auto without_owner = example();
  without_owner.owner.incarnation = 0;
  BOOST_TEST(!decode_record(encode(without_owner)).record);
  auto without_epoch = example();
  without_epoch.epoch = 0;
  BOOST_TEST(!decode_record(encode(without_epoch)).record);
}

BOOST_AUTO_TEST_CASE(the_epoch_ranks_first_then_an_end_then_the_owner_then_the_revision) {
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  BOOST_TEST((rank_of(2, session_phase::running, 1, 1) > rank_of(1, session_phase::stopped, last, last)));
  BOOST_TEST((rank_of(1, session_phase::stopped, 1, 1) > rank_of(1, session_phase::running, last, last)));
  BOOST_TEST((rank_of(1, session_phase::running, 2, 1) > rank_of(1, session_phase::placing, 1, last)));
  BOOST_TEST((rank_of(1, session_phase::running, 1, 2) > rank_of(1, session_phase::running, 1, 1)));
}

BOOST_AUTO_TEST_CASE(a_key_of_the_map_names_a_session_and_back) {
  const session_key key{"game", "a/b c"};
  const auto record = std::string{map_key_prefix} + "game/a/b c";
  BOOST_TEST(to_map_key(key) == record);
  BOOST_TEST((session_key_from(record) == key));
  BOOST_TEST(describe_key(record) == "session game/a/b c");
  BOOST_TEST(describe_key("game/a/b c") == "game/a/b c");
}

BOOST_AUTO_TEST_CASE(other_keys_of_the_map_name_no_session) {
  for (const auto* other : {"", "session", "session/", "session/game/7", "game_7"})
    BOOST_TEST(!session_key_from(other));
  for (const auto& other : {std::string{}, std::string{"game"}, std::string{"/id"}, std::string{"game/"},
                            "game/" + std::string(id_bytes_max + 1, 'x'), std::string{"game/a\nb"}})
    BOOST_TEST(!session_key_from(std::string{map_key_prefix} + other));
}

BOOST_AUTO_TEST_CASE(no_key_of_a_user_is_that_of_a_record) {
  BOOST_TEST(is_reserved(to_map_key({"game", "7"})));
  for (const auto* key : {"session/game/7", "ariadne/session/game/7", ""})
    BOOST_TEST(!is_reserved(key));
  BOOST_TEST(!is_reserved(std::string_view{"\0ariadne", 8}));
}

BOOST_AUTO_TEST_CASE(a_name_that_could_be_taken_for_another_or_not_be_shown_is_no_name) {
  for (const auto& key :
       {session_key{"", "7"}, session_key{"game", ""}, session_key{"a/b", "c"},
        session_key{std::string(kind_bytes_max + 1, 'k'), "7"}, session_key{"game", std::string(id_bytes_max + 1, 'i')},
        session_key{"ga\tme", "7"}, session_key{"game", "7\n"}, session_key{"game", std::string("7\0", 2)},
        session_key{"game", "\x7f"}})
    BOOST_TEST(!is_valid(key), key.kind << " " << key.id);
  BOOST_TEST(is_valid({std::string(kind_bytes_max, 'k'), std::string(id_bytes_max, 'i')}));
  BOOST_TEST(is_valid({"game", "b/c \xff"}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace session_record_test
