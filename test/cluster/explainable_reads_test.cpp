#include "test/support/stash_history.hpp"

#include <boost/test/unit_test.hpp>

// The judge itself: it has to find fault with what cannot be, and with nothing else.

namespace ariadne::test::explainable_reads_test {

namespace {

constexpr std::size_t only = 0;

struct judged_history : stash_history {
  judged_history() : stash_history(1) {
    starts("a");
    starts("b");
  }

  void stash_at(const std::string& node) {
    const auto since = begins(only, node);
    has_stashed(only, begins_stash(only), since);
  }

  void read_at(const std::string& node, pickup_outcome outcome, std::string bytes = {}) {
    has_read(only, begins(only, node), {outcome, {"bytes", 1, std::move(bytes)}, {}});
  }

  void find_at(const std::string& node, std::uint64_t version) {
    read_at(node, pickup_outcome::found, state(only, version));
  }

  bool is_unexplained() const {
    return !unexplained().empty();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(explainable_reads)

BOOST_FIXTURE_TEST_CASE(any_version_that_was_begun_may_be_read_elsewhere, judged_history) {
  stash_at("a");
  stash_at("a");
  begins_stash(only);
  find_at("b", 1);
  find_at("b", 2);
  find_at("b", 3);
  BOOST_TEST(!is_unexplained());
  BOOST_TEST(acknowledged(only) == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_version_that_was_never_begun_is_noticed, judged_history) {
  stash_at("a");
  find_at("b", 2);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_state_with_a_wrong_byte_is_noticed, judged_history) {
  stash_at("a");
  auto bytes = state(only, 1);
  bytes.back() = '!';
  read_at("b", pickup_outcome::found, bytes);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_read_that_goes_back_is_noticed, judged_history) {
  stash_at("a");
  stash_at("a");
  find_at("b", 2);
  find_at("b", 1);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_has_not_what_was_stashed_there_is_noticed, judged_history) {
  stash_at("a");
  stash_at("a");
  find_at("a", 1);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_key_that_vanishes_is_noticed_even_if_it_is_only_pending, judged_history) {
  stash_at("a");
  read_at("a", pickup_outcome::pending);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_starts_anew_may_not_have_caught_up_yet, judged_history) {
  stash_at("a");
  starts("a");
  read_at("a", pickup_outcome::pending);
  find_at("a", 1);
  BOOST_TEST(!is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(a_node_that_starts_anew_must_not_claim_that_nothing_was_stashed, judged_history) {
  stash_at("a");
  starts("b");
  read_at("b", pickup_outcome::absent);
  BOOST_TEST(is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(what_was_just_stashed_elsewhere_may_be_absent, judged_history) {
  read_at("b", pickup_outcome::absent);
  stash_at("a");
  read_at("b", pickup_outcome::absent);
  BOOST_TEST(!is_unexplained());
}

BOOST_FIXTURE_TEST_CASE(an_answer_of_an_incarnation_that_is_gone_is_not_held_against_the_next, judged_history) {
  stash_at("a");
  const auto since = begins(only, "a");
  starts("a");
  has_read(only, since, {pickup_outcome::absent, {}, {}});
  BOOST_TEST(!is_unexplained());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::explainable_reads_test
