#include "crdt/staged_values.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace staged_values_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(staged_values)

namespace {

const dot one{a, 1};
const dot other{a, 2};

struct stage {
  /// The bytes of `value` from `offset` on, `bytes` of them.
  std::optional<std::uint64_t> add(dot d, const std::string& value, std::uint64_t offset, std::uint64_t bytes) {
    const auto added =
      values.add({1, 1, d, value.size(), offset, std::string_view{value}.substr(offset, bytes)}, bytes_max, now_ms);
    has_added = added && added->has_added;
    return added ? std::optional{added->bytes} : std::nullopt;
  }

  ariadne::crdt::staged_values values;
  bool has_added = false;
  std::size_t bytes_max = 100;
  std::uint64_t now_ms = start_ms;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_value_is_there_once_it_is_whole_and_not_before, stage) {
  BOOST_TEST(add(one, "0123456789", 0, 4).value() == 4u);
  BOOST_TEST(values.find(one, 10) == nullptr);
  BOOST_TEST(add(one, "0123456789", 4, 6).value() == 10u);
  BOOST_REQUIRE(values.find(one, 10) != nullptr);
  BOOST_TEST(values.find(one, 10)->view() == "0123456789");
  BOOST_TEST(values.find(one, 9) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(pieces_from_two_neighbours_make_one_value, stage) {
  add(one, "0123456789", 0, 6);
  BOOST_TEST(has_added);
  BOOST_TEST(add(one, "0123456789", 0, 3).value() == 6u);
  BOOST_TEST(!has_added);
  BOOST_TEST(add(one, "0123456789", 3, 5).value() == 8u);
  BOOST_TEST(has_added);
  BOOST_TEST(add(one, "0123456789", 6, 4).value() == 10u);
  BOOST_TEST(values.find(one, 10)->view() == "0123456789");
}

BOOST_FIXTURE_TEST_CASE(pieces_of_two_values_are_never_mixed, stage) {
  add(one, "aaaa", 0, 2);
  add(other, "bbbb", 0, 2);
  add(one, "aaaa", 2, 2);
  add(other, "bbbb", 2, 2);
  BOOST_TEST(values.find(one, 4)->view() == "aaaa");
  BOOST_TEST(values.find(other, 4)->view() == "bbbb");
}

BOOST_FIXTURE_TEST_CASE(a_piece_that_leaves_a_gap_adds_nothing, stage) {
  BOOST_TEST(add(one, "0123456789", 4, 2).value() == 0u);
  add(one, "0123456789", 0, 2);
  BOOST_TEST(add(one, "0123456789", 4, 2).value() == 2u);
  BOOST_TEST((values.progress(10).front() == value_progress{one, 2}));
}

BOOST_FIXTURE_TEST_CASE(a_value_has_one_size_for_ever, stage) {
  add(one, "0123456789", 0, 4);
  BOOST_TEST(!add(one, "01234567", 4, 4).has_value());
}

BOOST_FIXTURE_TEST_CASE(the_values_that_have_not_got_on_for_longest_make_room_for_others, stage) {
  const std::string value(40, 'x');
  add(one, value, 0, 40);
  add(other, value, 0, 10);
  add(one, value, 0, 40);
  BOOST_TEST(add({b, 1}, value, 0, 10).value() == 10u);
  BOOST_TEST(values.bytes() <= bytes_max);
  BOOST_TEST(values.find(one, 40) != nullptr);
  BOOST_TEST(add(other, value, 10, 10).value() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_value_for_which_there_is_no_room_at_all_is_not_taken, stage) {
  BOOST_TEST(add(one, std::string(101, 'x'), 0, 50).value() == 0u);
  BOOST_TEST(values.empty());
}

BOOST_FIXTURE_TEST_CASE(what_does_not_get_on_is_given_up_after_five_minutes, stage) {
  add(one, "0123456789", 0, 4);
  add(other, "0123456789", 0, 4);
  now_ms += ariadne::crdt::staged_values::keep_ms - 1;
  add(other, "0123456789", 4, 1);
  values.give_up_old(now_ms);
  BOOST_TEST(values.progress(10).size() == 2u);
  now_ms += 1;
  values.give_up_old(now_ms);
  BOOST_REQUIRE(values.progress(10).size() == 1u);
  BOOST_TEST(values.progress(10).front().dot == other);
  BOOST_TEST(values.bytes() == 10u);
}

BOOST_FIXTURE_TEST_CASE(those_that_have_got_on_last_are_told_first, stage) {
  for (std::uint64_t counter = 1; counter <= 5; ++counter)
    add({a, counter}, "0123456789", 0, counter);
  const auto told = values.progress(2);
  BOOST_REQUIRE(told.size() == 2u);
  BOOST_TEST((told[0] == value_progress{{a, 5}, 5}));
  BOOST_TEST((told[1] == value_progress{{a, 4}, 4}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace staged_values_test
