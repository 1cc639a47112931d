#include "crdt/causal_register.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace causal_register_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(causal_register)

using ariadne::crdt::causal_register;
using ariadne::crdt::dot;
using ariadne::crdt::entry;
using ariadne::crdt::version_vector;

namespace {

// A dot is named after its replica and its counter; each entry was written later than those above it.
const auto a1 = entry_of({a, 1}, 1, "a1");
const auto a2 = entry_of({a, 2}, 2, "a2");
const auto b1 = entry_of({b, 1}, 3, "b1");
const auto c1 = entry_of({c, 1}, 4, "c1");

causal_register after_put(causal_register value, const entry& written) {
  value.put(written);
  return value;
}

causal_register after_erase(causal_register value, dot erased) {
  value.erase(erased);
  return value;
}

/// Both joins, of `right` into `left` and the other way round, which have to agree.
causal_register joined(const causal_register& left, const causal_register& right) {
  auto result = left;
  result.join(right, {});
  auto mirrored = right;
  mirrored.join(left, {});
  BOOST_TEST(result == mirrored);
  return result;
}

} // namespace

// -- one replica -----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_new_register_is_empty) {
  causal_register empty;
  BOOST_TEST(empty.live_count() == 0u);
  BOOST_TEST(empty.context().empty());
  BOOST_TEST(empty.is_forgotten());
}

BOOST_AUTO_TEST_CASE(a_put_supersedes_the_put_before_it) {
  auto value = after_put(causal_register{a1}, a2);
  BOOST_TEST(value == causal_register({a2}, {}));
  BOOST_TEST(value.covers(a1.dot));
  BOOST_TEST(!value.has_live(a1.dot));
  BOOST_TEST(value.is_forgotten());
}

BOOST_AUTO_TEST_CASE(a_put_supersedes_the_entry_of_another_replica_and_remembers_its_dot) {
  auto value = after_put(causal_register{a1}, b1);
  BOOST_TEST(value == causal_register({b1}, {{a, 1}, {b, 1}}));
  BOOST_TEST(value.superseded() == (version_vector{{a, 1}}));
  BOOST_TEST(!value.is_forgotten());
}

BOOST_AUTO_TEST_CASE(an_erase_leaves_nothing_but_the_context) {
  auto value = after_erase(causal_register{a1}, {b, 1});
  BOOST_TEST(value == causal_register({}, {{a, 1}, {b, 1}}));
  BOOST_TEST(winner_of(value) == "(absent)");
}

// -- two replicas ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_header) {
  const auto x = causal_register{a1};
  auto at_b = after_put(x, b1);
  BOOST_TEST(at_b == causal_register({b1}, {{a, 1}, {b, 1}}));
  auto at_a = after_erase(x, {a, 2});
  BOOST_TEST(at_a == causal_register({}, {{a, 2}}));
  BOOST_TEST(joined(at_a, at_b) == causal_register({b1}, {{a, 2}, {b, 1}}));
}

BOOST_AUTO_TEST_CASE(concurrent_puts_stay_side_by_side) {
  auto value = joined(causal_register{a1}, causal_register{b1});
  BOOST_TEST(value == causal_register({a1, b1}, {{a, 1}, {b, 1}}));
  BOOST_TEST(value.is_forgotten());
}

BOOST_AUTO_TEST_CASE(of_concurrent_puts_a_reader_sees_the_one_with_the_greatest_stamp) {
  BOOST_TEST(winner_of(joined(causal_register{a1}, causal_register{b1})) == "b1");
  auto later = entry_of({a, 1}, 9, "later");
  BOOST_TEST(winner_of(joined(causal_register{later}, causal_register{b1})) == "later");
}

BOOST_AUTO_TEST_CASE(of_concurrent_puts_with_equal_stamps_a_reader_sees_the_one_of_the_greatest_replica_id) {
  auto low = entry_of({a, 7}, 1, "low");
  auto high = entry_of({b, 1}, 1, "high");
  BOOST_TEST(winner_of(joined(causal_register{low}, causal_register{high})) == "high");
}

BOOST_AUTO_TEST_CASE(a_put_that_has_seen_concurrent_puts_supersedes_them_all) {
  auto both = joined(causal_register{a1}, causal_register{b1});
  auto value = after_put(both, c1);
  BOOST_TEST(value == causal_register({c1}, {{a, 1}, {b, 1}, {c, 1}}));
  BOOST_TEST(joined(value, both) == value);
}

BOOST_AUTO_TEST_CASE(a_put_supersedes_what_it_has_seen_whatever_its_stamp) {
  auto earlier = entry_of({b, 1}, 0, "earlier");
  auto value = after_put(causal_register{a1}, earlier);
  BOOST_TEST(winner_of(joined(value, causal_register{a1})) == "earlier");
}

BOOST_AUTO_TEST_CASE(a_put_that_an_erase_has_seen_is_gone_after_the_join) {
  auto put = causal_register{a1};
  auto erased = after_erase(put, {b, 1});
  BOOST_TEST(joined(put, erased) == erased);
}

BOOST_AUTO_TEST_CASE(a_put_that_an_erase_has_not_seen_survives_it) {
  auto seen = causal_register{a1};
  auto erased = after_erase(seen, {b, 1});
  auto put_again = after_put(seen, a2);
  BOOST_TEST(joined(erased, put_again) == causal_register({a2}, {{a, 2}, {b, 1}}));
}

BOOST_AUTO_TEST_CASE(concurrent_erases_leave_the_context_of_both) {
  auto seen = causal_register{a1};
  auto value = joined(after_erase(seen, {a, 2}), after_erase(seen, {b, 1}));
  BOOST_TEST(value == causal_register({}, {{a, 2}, {b, 1}}));
}

BOOST_AUTO_TEST_CASE(a_put_after_an_erase_survives_the_join_with_that_erase) {
  auto erased = after_erase(causal_register{a1}, {b, 1});
  auto value = after_put(erased, a2);
  BOOST_TEST(value == causal_register({a2}, {{a, 2}, {b, 1}}));
  BOOST_TEST(joined(value, erased) == value);
}

BOOST_AUTO_TEST_CASE(a_removed_entry_stays_removed_after_a_stale_delta) {
  const auto stale = causal_register{a1};
  auto erased = after_erase(stale, {b, 1});
  const auto before = erased;
  BOOST_TEST(!erased.join(stale, {}));
  BOOST_TEST(erased == before);
  auto replaced = after_put(stale, b1);
  BOOST_TEST(!replaced.join(stale, {}));
  BOOST_TEST(winner_of(replaced) == "b1");
}

BOOST_AUTO_TEST_CASE(a_join_with_an_equal_register_changes_nothing) {
  for (const auto& value : {causal_register{}, causal_register{a1}, causal_register({a1, b1}, {{c, 1}}),
                            after_erase(causal_register{a1}, {a, 2})}) {
    auto copy = value;
    BOOST_TEST(!copy.join(value, {}));
    BOOST_TEST(copy == value);
  }
}

BOOST_AUTO_TEST_CASE(a_join_that_only_raises_the_context_is_a_change) {
  auto value = after_erase(causal_register{a1}, {a, 2});
  BOOST_TEST(value.join(causal_register({}, {{a, 1}, {b, 1}}), {}));
  BOOST_TEST(value == causal_register({}, {{a, 2}, {b, 1}}));
}

// -- three replicas --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_put_an_erase_and_a_put_on_three_replicas_join_to_the_same_in_every_order) {
  const auto seen = causal_register{a1};
  std::vector<causal_register> replicas{after_put(seen, a2), after_put(seen, b1), after_erase(seen, {c, 1})};
  std::vector<int> order{0, 1, 2};
  do {
    causal_register value;
    for (auto i : order)
      value.join(replicas[i], {});
    BOOST_TEST(value == causal_register({a2, b1}, {{a, 2}, {b, 1}, {c, 1}}));
    BOOST_TEST(winner_of(value) == "b1");
  } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(an_erase_removes_only_the_concurrent_puts_that_it_has_seen) {
  auto erased = after_erase(joined(causal_register{a1}, causal_register{b1}), {a, 2});
  auto value = joined(erased, joined(causal_register{b1}, causal_register{c1}));
  BOOST_TEST(value == causal_register({c1}, {{a, 2}, {b, 1}, {c, 1}}));
}

// -- forgetting ------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_forgotten_context_is_the_dots_of_the_live_entries) {
  auto value = after_put(joined(causal_register{a1}, causal_register{b1}), c1);
  value.forget_context();
  BOOST_TEST(value == causal_register{c1});
  BOOST_TEST(value.is_forgotten());

  auto concurrent = causal_register({a2, b1}, {{c, 1}});
  concurrent.forget_context();
  BOOST_TEST(concurrent == causal_register({a2, b1}, {}));

  auto erased = after_erase(causal_register{a1}, {a, 2});
  erased.forget_context();
  BOOST_TEST(erased == causal_register{});
}

BOOST_AUTO_TEST_CASE(what_is_covered_here_and_not_live_here_stays_dead) {
  auto value = after_put(causal_register{a1}, b1);
  value.forget_context();
  value.join(causal_register{a1}, {{a, 1}, {b, 1}});
  BOOST_TEST(value.live_count() == 1u);
  BOOST_TEST(winner_of(value) == "b1");
}

BOOST_AUTO_TEST_CASE(what_is_not_covered_here_is_taken_up) {
  auto value = causal_register{b1};
  BOOST_TEST(value.join(causal_register{a2}, {{a, 1}, {b, 1}}));
  BOOST_TEST(value == causal_register({a2, b1}, {}));
}

BOOST_AUTO_TEST_CASE(what_is_live_on_both_sides_stays_although_it_is_covered_here) {
  auto value = causal_register({a1, b1}, {});
  BOOST_TEST(!value.join(causal_register({a1, b1}, {}), {{a, 9}, {b, 9}}));
  BOOST_TEST(value.live_count() == 2u);
}

BOOST_AUTO_TEST_CASE(dropped_entries_leave_their_dots_in_the_context) {
  auto value = causal_register({a2, b1}, {{c, 1}});
  auto none = [](const entry&) { return false; };
  BOOST_TEST(!value.drop_live(none));
  BOOST_TEST(value.drop_live([](const entry& e) { return e.dot == b1.dot; }));
  BOOST_TEST(value == causal_register({a2}, {{b, 1}, {c, 1}}));
  BOOST_TEST(value.drop_live([](const entry&) { return true; }));
  BOOST_TEST(value == causal_register({}, {{a, 2}, {b, 1}, {c, 1}}));
}

// -- a register as a decoder builds it -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_context_is_raised_over_the_live_dots) {
  auto value = causal_register({a2, b1}, {{a, 1}, {c, 3}});
  BOOST_TEST(value.context() == (version_vector{{a, 2}, {b, 1}, {c, 3}}));
  BOOST_TEST(value.superseded() == (version_vector{{c, 3}}));
  BOOST_TEST(value.seen(a) == 2u);
  BOOST_TEST(value.seen(c) == 3u);
}

BOOST_AUTO_TEST_CASE(of_two_live_entries_with_one_dot_the_first_is_kept) {
  auto value = causal_register({a1, entry_of(a1.dot, 9, "again")}, {});
  BOOST_TEST(value == causal_register{a1});
}

BOOST_AUTO_TEST_CASE(a_context_may_stand_above_a_live_dot_of_the_same_replica) {
  auto value = causal_register({a1, b1}, {{a, 5}});
  std::vector<dot> visited;
  value.for_each_context([&](dot d) { visited.push_back(d); });
  std::sort(visited.begin(), visited.end());
  BOOST_TEST(visited == (std::vector<dot>{{a, 1}, {a, 5}, {b, 1}}), boost::test_tools::per_element());
  BOOST_TEST(value.context() == (version_vector{{a, 5}, {b, 1}}));
  BOOST_TEST(value.has_live(a1.dot));
}

BOOST_AUTO_TEST_CASE(a_copy_has_a_state_of_its_own) {
  const auto original = causal_register({a1, b1}, {{c, 1}});
  auto copy = original;
  copy.erase({a, 2});
  BOOST_TEST(original == causal_register({a1, b1}, {{c, 1}}));
  copy = original;
  BOOST_TEST(copy == original);
  auto moved = std::move(copy);
  BOOST_TEST(moved == original);
}

BOOST_AUTO_TEST_CASE(registers_are_equal_by_their_entries_and_their_context) {
  BOOST_TEST(causal_register({a1, b1}, {}) == causal_register({b1, a1}, {}));
  BOOST_TEST(!(causal_register{a1} == causal_register{b1}));
  BOOST_TEST(!(causal_register{a1} == causal_register({a1}, {{b, 1}})));
  BOOST_TEST(!(causal_register{a1} == causal_register({a1, b1}, {})));
  BOOST_TEST(!(causal_register{a1} == causal_register{entry_of(a1.dot, 1, "other")}));
}

BOOST_AUTO_TEST_CASE(an_entry_is_expired_from_its_expiry_on) {
  auto e = entry_of({a, 1}, 0, "x", start_ms);
  BOOST_TEST(!e.expired(start_ms - 1));
  BOOST_TEST(e.expired(start_ms));
  BOOST_TEST(!entry_of({a, 1}, 0, "x").expired(~0ull));
}

// -- erasing one entry -----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_erase_of_one_entry_leaves_those_beside_it_wherever_it_comes) {
  const auto both = joined(causal_register{a1}, causal_register{b1});
  auto value = both;
  value.erase(b1.dot, {c, 1});
  BOOST_TEST(value == causal_register({a1}, {{a, 1}, {b, 1}, {c, 1}}));
  BOOST_TEST(joined(both, value) == value);
  BOOST_TEST(joined(causal_register{a1}, value) == value);
  BOOST_TEST(joined(causal_register{b1}, value) == value);
}

BOOST_AUTO_TEST_CASE(a_replica_may_erase_what_stands_beside_its_own_entry) {
  const auto both = joined(causal_register{a1}, causal_register{b1});
  auto value = both;
  value.erase(b1.dot, {a, 2});
  BOOST_TEST(value == causal_register({a1}, {{a, 2}, {b, 1}}));
  BOOST_TEST(joined(both, value) == value);
}

BOOST_AUTO_TEST_CASE(an_erase_of_one_entry_does_not_reach_what_has_superseded_it) {
  auto value = causal_register{a1};
  value.erase(a1.dot, {b, 1});
  const auto later = after_put(causal_register{a1}, a2);
  BOOST_TEST(joined(later, value) == causal_register({a2}, {{a, 2}, {b, 1}}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace causal_register_test
