#include "crdt/version_vector.hpp"

#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

namespace version_vector_test {

using namespace ariadne::test;

BOOST_AUTO_TEST_SUITE(version_vector)

using ariadne::crdt::dot;
using ariadne::crdt::version_vector;

BOOST_AUTO_TEST_CASE(an_empty_vector_covers_nothing_but_the_empty_vector) {
  version_vector empty;
  BOOST_TEST(empty[a] == 0u);
  BOOST_TEST(!empty.covers(dot{a, 1}));
  BOOST_TEST(empty.covers(version_vector{}));
  BOOST_TEST(!empty.covers(version_vector{{a, 1}}));
}

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_header) {
  version_vector vector{{a, 3}, {b, 1}};
  BOOST_TEST(vector.join({{b, 4}}));
  BOOST_TEST(vector == (version_vector{{a, 3}, {b, 4}}));
  BOOST_TEST(vector.covers(dot{a, 1}));
  BOOST_TEST(vector.covers(dot{a, 3}));
  BOOST_TEST(vector.covers(dot{b, 4}));
  BOOST_TEST(!vector.covers(dot{a, 4}));
  BOOST_TEST(!vector.covers(dot{c, 1}));
}

BOOST_AUTO_TEST_CASE(covering_a_vector_is_covering_each_of_its_entries) {
  version_vector vector{{a, 3}, {c, 2}};
  BOOST_TEST(vector.covers(vector));
  BOOST_TEST(vector.covers(version_vector{{c, 1}}));
  BOOST_TEST(!vector.covers(version_vector{{a, 3}, {c, 3}}));
  BOOST_TEST(!vector.covers(version_vector{{a, 1}, {b, 1}, {c, 1}}));
  BOOST_TEST(!vector.covers(version_vector{{{0xd}, 1}}));
}

BOOST_AUTO_TEST_CASE(an_entry_is_raised_never_lowered) {
  version_vector vector;
  BOOST_TEST(vector.raise({b, 2}));
  BOOST_TEST(!vector.raise({b, 2}));
  BOOST_TEST(!vector.raise({b, 1}));
  BOOST_TEST(vector[b] == 2u);
  BOOST_TEST(vector.raise({b, 7}));
  BOOST_TEST(vector[b] == 7u);
}

BOOST_AUTO_TEST_CASE(a_counter_of_0_makes_no_entry) {
  version_vector vector;
  BOOST_TEST(!vector.raise({a, 0}));
  BOOST_TEST(vector.empty());
}

BOOST_AUTO_TEST_CASE(entries_stand_in_the_order_of_their_replica_ids) {
  version_vector vector{{c, 1}, {a, 1}, {b, 1}, {a, 2}};
  BOOST_TEST(vector.size() == 3u);
  auto position = vector.begin();
  BOOST_TEST(*position++ == (dot{a, 2}));
  BOOST_TEST(*position++ == (dot{b, 1}));
  BOOST_TEST(*position++ == (dot{c, 1}));
  BOOST_TEST((vector.lower_bound(b) == vector.begin() + 1));
  BOOST_TEST((vector.lower_bound({0xd}) == vector.end()));
}

BOOST_AUTO_TEST_CASE(a_join_says_whether_it_has_changed_anything) {
  version_vector vector{{a, 3}, {b, 1}};
  BOOST_TEST(!vector.join({}));
  BOOST_TEST(!vector.join({{a, 3}}));
  BOOST_TEST(!vector.join({{a, 2}, {b, 1}}));
  BOOST_TEST(vector.join({{a, 2}, {c, 1}}));
  BOOST_TEST(vector == (version_vector{{a, 3}, {b, 1}, {c, 1}}));
}

BOOST_AUTO_TEST_CASE(a_dropped_entry_is_gone) {
  version_vector vector{{a, 3}, {b, 1}};
  vector.drop(a);
  vector.drop(c);
  BOOST_TEST(vector == (version_vector{{b, 1}}));
}

BOOST_AUTO_TEST_CASE(the_difference_is_what_the_other_lacks) {
  version_vector ahead{{a, 3}, {b, 1}, {c, 2}};
  BOOST_TEST(difference(ahead, {{a, 2}, {b, 1}, {c, 9}}) == (version_vector{{a, 3}}));
  BOOST_TEST(difference(ahead, ahead).empty());
  BOOST_TEST(difference(ahead, {}) == ahead);
}

BOOST_AUTO_TEST_CASE(equal_vectors_have_equal_digests_and_others_have_others) {
  version_vector vector{{a, 3}, {b, 1}};
  BOOST_TEST(vector.digest() == (version_vector{{b, 1}, {a, 3}}).digest());
  BOOST_TEST(vector.digest() != (version_vector{{a, 1}, {b, 3}}).digest());
  BOOST_TEST(vector.digest() != (version_vector{{a, 3}, {b, 2}}).digest());
  BOOST_TEST(vector.digest() != (version_vector{{a, 3}}).digest());
}

BOOST_AUTO_TEST_CASE(a_vector_is_written_with_all_its_entries) {
  BOOST_TEST(to_string(version_vector{}) == "{}");
  BOOST_TEST(to_string(version_vector{{b, 1}, {a, 3}}) == "{000000000000000a:3, 000000000000000b:1}");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace version_vector_test
