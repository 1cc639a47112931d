#include "session/record_view.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace record_view_test {

using namespace ariadne;

namespace {

struct seen_records {
  session::record_view record;
  session::run_counts counts;
  std::uint64_t written = 0;

  ~seen_records() {
    BOOST_TEST(record.check_invariants() == "");
  }

  static std::string run_on(const std::string& node, std::uint64_t epoch) {
    return encode(session::session_record{.phase = session::session_phase::running,
                                          .epoch = epoch,
                                          .revision = 1,
                                          .owner = {node, 7},
                                          .target = {},
                                          .state = {}});
  }

  void note(const std::vector<std::string>& values, bool keeps_winner = false) {
    std::vector<crdt::live_entry> entries;
    for (const auto& value : values)
      entries.push_back({{crdt::replica_id{1}, ++written}, crdt::shared_bytes{value}});
    record.note(entries, keeps_winner, counts);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(record_view, seen_records)

BOOST_AUTO_TEST_CASE(the_record_with_the_greatest_rank_wins_in_whatever_order_they_come) {
  note({run_on("a", 3), run_on("b", 5), run_on("c", 4)});
  BOOST_TEST(record.owner() == "b");
  BOOST_TEST(record.live().size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_winner_that_was_seen_stays_until_nothing_stands_there) {
  note({run_on("b", 5)});
  note({run_on("a", 3)});
  BOOST_TEST(record.epoch() == 5u);
  note({}, true);
  BOOST_TEST(record.epoch() == 5u);
  note({});
  BOOST_TEST(!record.winner());
}

BOOST_AUTO_TEST_CASE(sessions_are_counted_where_they_run) {
  note({run_on("a", 1)});
  BOOST_TEST((counts == session::run_counts{{"a", 1}}));
  note({run_on("b", 2)});
  BOOST_TEST((counts == session::run_counts{{"b", 1}}));
  note({});
  BOOST_TEST(counts.empty());
}

BOOST_AUTO_TEST_CASE(a_record_of_a_newer_program_makes_the_session_unreadable_and_a_damaged_one_does_not) {
  note({std::string(1, '\x7f')});
  BOOST_TEST(!record.is_readable());
  note({std::string(1, '\x01'), run_on("a", 1)});
  BOOST_TEST(record.is_readable());
  BOOST_TEST(record.owner() == "a");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace record_view_test
