#include "session/epoch_reserve.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace epoch_reserve_test {

using namespace ariadne;
using session::epoch_reservation;

namespace {

constexpr std::uint64_t retry_ms = 50;

struct reserving_host {
  ~reserving_host() {
    BOOST_TEST(reserve.check_invariants() == "");
  }

  std::vector<crdt::live_entry> entries(const std::vector<epoch_reservation>& reservations) {
    std::vector<crdt::live_entry> result;
    for (const auto& r : reservations)
      result.push_back({{crdt::replica_id{1}, ++written}, crdt::shared_bytes{encode(r)}});
    return result;
  }

  epoch_reservation next() {
    const auto write = reserve.next(now_ms);
    BOOST_TEST_REQUIRE(write.has_value());
    return write->value;
  }

  epoch_reservation do_write() {
    const auto value = next();
    reserve.written({true, true, entries({value})}, now_ms + retry_ms);
    return value;
  }

  session::epoch_reserve reserve{{"a", 5}, true};
  std::uint64_t now_ms = 1'000;
  std::uint64_t written = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(epoch_reserve)

BOOST_FIXTURE_TEST_CASE(nothing_is_covered_before_it_is_on_the_disk, reserving_host) {
  reserve.want(0);
  BOOST_TEST(!reserve.covers(1));
  const auto value = next();
  BOOST_TEST(!reserve.covers(1));
  BOOST_TEST(!reserve.next(now_ms).has_value());
  reserve.written({true, true, entries({value})}, now_ms + retry_ms);
  BOOST_TEST(reserve.covers(1));
  BOOST_TEST(value.ceiling == session::epoch_reserve::block);
}

BOOST_FIXTURE_TEST_CASE(the_epoch_in_which_an_owner_ends_its_session_is_reserved_with_its_own, reserving_host) {
  reserve.want(0);
  const auto ceiling = do_write().ceiling;
  BOOST_TEST(reserve.covers(ceiling - 1));
  BOOST_TEST(!reserve.covers(ceiling));
}

BOOST_FIXTURE_TEST_CASE(what_another_start_of_the_node_has_reserved_is_spent, reserving_host) {
  reserve.note("a", entries({{4, 0, 70}, {3, 0, 90}}));
  reserve.want(0);
  BOOST_TEST(reserve.is_spent(90));
  BOOST_TEST(!reserve.is_spent(91));
  const auto write = reserve.next(now_ms);
  BOOST_TEST_REQUIRE(write.has_value());
  BOOST_TEST((write->value == epoch_reservation{5, 90, 90 + session::epoch_reserve::block}));
  BOOST_TEST(write->expected.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(what_this_host_has_reserved_is_not_spent, reserving_host) {
  reserve.want(0);
  const auto value = do_write();
  reserve.note("a", entries({value}));
  BOOST_TEST(reserve.floor() == 0u);
}

BOOST_FIXTURE_TEST_CASE(more_is_reserved_before_what_there_is_comes_to_its_end, reserving_host) {
  reserve.want(0);
  do_write();
  reserve.want(1);
  BOOST_TEST(!reserve.next(now_ms).has_value());
  reserve.want(session::epoch_reserve::block / 2);
  BOOST_TEST(do_write().ceiling == session::epoch_reserve::block / 2 + session::epoch_reserve::block);
}

BOOST_FIXTURE_TEST_CASE(a_reservation_that_comes_late_counts, reserving_host) {
  reserve.want(0);
  do_write();
  const auto late = 2 * session::epoch_reserve::block;
  reserve.note("a", entries({{4, 0, late}}));
  BOOST_TEST(reserve.is_spent(late));
  BOOST_TEST(do_write().floor == late);
  BOOST_TEST(reserve.covers(late + 1));
}

BOOST_FIXTURE_TEST_CASE(what_the_disk_does_not_take_is_written_again_later, reserving_host) {
  reserve.want(0);
  reserve.written({true, false, entries({next()})}, now_ms + retry_ms);
  BOOST_TEST(!reserve.covers(1));
  BOOST_TEST(!reserve.next(now_ms).has_value());
  now_ms += retry_ms;
  next();
  reserve.write_failed(now_ms + retry_ms);
  BOOST_TEST(!reserve.next(now_ms).has_value());
  now_ms += retry_ms;
  do_write();
  BOOST_TEST(reserve.covers(1));
}

BOOST_FIXTURE_TEST_CASE(a_write_that_has_not_seen_what_stands_there_is_made_anew_at_once, reserving_host) {
  reserve.want(0);
  next();
  reserve.written({false, false, entries({{4, 0, 70}})}, now_ms + retry_ms);
  BOOST_TEST(!reserve.covers(1));
  BOOST_TEST((next() == epoch_reservation{5, 70, 70 + session::epoch_reserve::block}));
}

BOOST_FIXTURE_TEST_CASE(a_map_that_begins_anew_has_no_reservation, reserving_host) {
  reserve.want(0);
  const auto before = do_write();
  reserve.map_restarted();
  BOOST_TEST(!reserve.covers(1));
  BOOST_TEST((do_write() == before));
  BOOST_TEST(reserve.covers(1));
}

BOOST_FIXTURE_TEST_CASE(the_floor_among_hosts_is_what_they_have_said_or_all_that_another_start_had_reserved,
                        reserving_host) {
  reserve.note("b", entries({{7, 20, 80}}));
  reserve.note("c", entries({{8, 0, 50}}));
  BOOST_TEST(reserve.floor_among({{"b", 7}}) == 20u);
  BOOST_TEST(reserve.floor_among({{"b", 7}, {"c", 9}}) == 50u);
  BOOST_TEST(reserve.floor_among({{"d", 1}}) == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_impossible_epoch_is_not_reserved, reserving_host) {
  reserve.want(std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(!reserve.next(now_ms).has_value());
  BOOST_TEST(!reserve.covers(std::numeric_limits<std::uint64_t>::max()));
}

BOOST_AUTO_TEST_CASE(where_nothing_is_kept_every_epoch_is_covered_and_none_is_spent) {
  session::epoch_reserve none({"a", 5}, false);
  none.note("a", {{{crdt::replica_id{1}, 1}, crdt::shared_bytes{encode(epoch_reservation{4, 0, 70})}}});
  none.want(7);
  BOOST_TEST(none.covers(7));
  BOOST_TEST(!none.is_spent(7));
  BOOST_TEST(!none.next(0).has_value());
}

BOOST_AUTO_TEST_CASE(a_reservation_is_read_as_it_was_written_and_nothing_else_is_one) {
  const epoch_reservation value{7, 300, 70'000};
  BOOST_TEST((session::decode_reservation(encode(value)) == value));
  for (const auto& bad : {std::string{}, std::string{"\2"}, encode(value) + "x", encode(value).substr(0, 9)})
    BOOST_TEST(!session::decode_reservation(bad).has_value());
}

BOOST_AUTO_TEST_CASE(the_key_of_a_reservation_names_its_node_and_no_session) {
  const auto key = session::to_reservation_key("node-1");
  BOOST_TEST((session::reserving_node(key) == "node-1"));
  BOOST_TEST(!session::session_key_from(key).has_value());
  BOOST_TEST(!session::reserving_node(session::to_reservation_key("")).has_value());
  BOOST_TEST(!session::reserving_node(session::to_map_key({"game", "1"})).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace epoch_reserve_test
