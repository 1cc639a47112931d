#include "crdt/knowledge.hpp"

#include "crdt/invariant.hpp"
#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace knowledge_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

struct listening final : knowledge_listener {
  void raised(replica_id origin) override {
    raised_at.push_back(origin);
  }
  void reinstated(dot last) override {
    back.push_back(last);
  }
  std::vector<replica_id> raised_at;
  std::vector<dot> back;
};

/// What replica a knows, of which b has retired after its third event.
struct with_a_retired_incarnation {
  with_a_retired_incarnation() {
    known.raise({a, 1});
    known.raise({b, 3});
    known.retire({b, 3});
    heard.raised_at.clear();
  }
  listening heard;
  ariadne::crdt::knowledge known{a, heard};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(knowledge, with_a_retired_incarnation)

BOOST_AUTO_TEST_CASE(what_rises_is_heard_of_once) {
  known.raise({c, 2});
  known.raise({c, 2});
  known.raise({c, 1});
  BOOST_TEST((heard.raised_at == std::vector{c}));
  BOOST_TEST(known.covers(dot{c, 2}));
}

BOOST_AUTO_TEST_CASE(a_retired_incarnation_is_known_to_its_end_but_is_in_no_vector) {
  BOOST_TEST(known.covers(dot{b, 3}));
  BOOST_TEST(known.vector()[b] == 0u);
  BOOST_TEST(known.whole_vector()[b] == 3u);
}

BOOST_AUTO_TEST_CASE(what_retirement_covers_is_no_news) {
  BOOST_TEST(!known.is_news({b, 3}));
  known.raise({b, 2});
  BOOST_TEST(heard.back.empty());
  BOOST_TEST(known.retired()[b] == 3u);
}

BOOST_AUTO_TEST_CASE(an_event_beyond_the_last_one_reinstates_the_incarnation_and_forgets_what_was_before) {
  known.raise({b, 4});
  BOOST_TEST((heard.back == std::vector{dot{b, 3}}));
  BOOST_TEST(known.vector()[b] == 4u);
  BOOST_TEST(known.forgotten()[b] == 3u);
  BOOST_TEST(known.retired().empty());
  known.check_invariants();
}

BOOST_AUTO_TEST_CASE(what_others_have_forgotten_counts_as_one_rise_and_never_names_what_is_retired) {
  known.join_forgotten({{b, 3}, {c, 7}});
  BOOST_TEST(known.forgotten()[b] == 0u);
  BOOST_TEST(known.forgotten()[c] == 7u);
  BOOST_TEST(known.forgotten_rises() == 1u);
  known.join_forgotten({{c, 6}});
  BOOST_TEST(known.forgotten_rises() == 1u);
}

BOOST_AUTO_TEST_CASE(an_event_of_the_replica_that_has_not_happened_is_forged) {
  BOOST_TEST(!known.is_forged(version_vector{{a, 1}, {c, 9}}));
  BOOST_TEST(known.is_forged(version_vector{{a, 2}}));
  BOOST_TEST(known.is_forged(version_vector{{twin_of(a), 1}}));
}

BOOST_AUTO_TEST_CASE(only_what_is_known_to_its_end_is_retired) {
  known.raise({c, 2});
  BOOST_CHECK_THROW(known.retire({c, 1}), broken_invariant);
  BOOST_CHECK_THROW(known.retire({a, 1}), broken_invariant);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace knowledge_test
