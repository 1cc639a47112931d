#include "actors/internal/session_events.hpp"

#include "test/support/log_book.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace session_events_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

using event = session::host_event;

/// How many are in it, whatever they took.
std::uint64_t count_of(const duration_histogram& counted) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i <= duration_histogram::bounds_s.size(); ++i)
    result += counted.count(i);
  return result;
}

/// A host of node a, beside one of node b.
struct fixture {
  fixture() {
    options.node = "a";
    options.log = log.sink();
    options.on_event = [this](const session_event& told) { told_ids.push_back(told.id); };
    mine.kinds["game"] = 1;
    other.kinds["game"] = 1;
  }

  std::optional<std::string> note(event::type what, std::uint64_t now_ms = 0) {
    event happened{.what = what, .key = {"game", "7"}, .other = {"b", 2}, .taken_from = {"b", 1}};
    return events.note(happened, now_ms);
  }

  log_book log;
  node_tally tally;
  session_host_options options;
  std::vector<std::string> told_ids;
  session::host_profile mine;
  session::host_profile other;
  ariadne::session_events events{options, tally, [this] {
                                   return std::vector<session::candidate>{{{"a", 1}, mine}, {{"b", 2}, other}};
                                 }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_events, fixture)

BOOST_AUTO_TEST_CASE(what_has_happened_is_counted_logged_and_told) {
  note(event::type::started);
  note(event::type::moved);
  BOOST_TEST(events.counts().started == 1u);
  BOOST_TEST(events.counts().moved == 1u);
  BOOST_TEST(tally.kinds["game"].starts.count() == 1u);
  BOOST_TEST(count_of(tally.takeovers["moved"]) == 1u);
  BOOST_TEST(log.count("session game/7 runs here") == 1u);
  BOOST_TEST((told_ids == std::vector<std::string>{"7", "7"}));
}

BOOST_AUTO_TEST_CASE(a_start_on_a_node_whose_former_host_was_lost_lately_is_a_takeover) {
  note(event::type::started, 1'000);
  BOOST_TEST(count_of(tally.takeovers["lost"]) == 0u);
  events.host_lost("b", 2'000);
  note(event::type::started, 2'500);
  BOOST_TEST(count_of(tally.takeovers["lost"]) == 1u);
  note(event::type::started, 2'001 + ariadne::session_events::told_takeover_max_ms);
  BOOST_TEST(count_of(tally.takeovers["lost"]) == 1u);
}

BOOST_AUTO_TEST_CASE(a_host_that_is_back_has_lost_nothing) {
  events.host_lost("b", 2'000);
  events.host_back("b");
  note(event::type::started, 2'500);
  BOOST_TEST(count_of(tally.takeovers["lost"]) == 0u);
}

BOOST_AUTO_TEST_CASE(a_stranded_session_is_left_over_unless_all_nodes_leave) {
  mine.draining = true;
  const auto why = note(event::type::stranded);
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST(why->find("its state stays in the map: ") == 0u);
  other.draining = true;
  BOOST_TEST(!note(event::type::stranded).has_value());
  BOOST_TEST(events.counts().stranded == 2u);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_lost_has_run_twice_only_where_the_minority_runs) {
  note(event::type::lost);
  BOOST_TEST(tally.session_doubles.count() == 1u);
  options.minority = session::minority_policy::pause;
  note(event::type::lost);
  BOOST_TEST(tally.session_doubles.count() == 1u);
  BOOST_TEST(events.counts().lost == 2u);
}

BOOST_AUTO_TEST_CASE(a_failure_is_counted_and_told_in_words) {
  events.note_failure({"game", "7"}, "has ended with an error");
  BOOST_TEST(events.counts().failed == 1u);
  BOOST_TEST(tally.kinds["game"].failures.count() == 1u);
  BOOST_TEST(log.count("session game/7 has ended with an error") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace session_events_test
