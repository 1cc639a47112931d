#include "crdt/neighbour_links.hpp"

#include "crdt/invariant.hpp"
#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace neighbour_link_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

/// Replica a, which knows three events of its own, with a link to b.
struct a_link {
  a_link() {
    known.raise({a, 3});
  }
  static hello hello_of_b(version_vector has) {
    hello result;
    result.id = b;
    result.vector = std::move(has);
    return result;
  }

  neighbour_links links;
  ariadne::crdt::knowledge known{a, links};
  ariadne::crdt::neighbour_link& link = links.open({1}, replica_options{}, true, codec_versions.max, start_ms);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(neighbour_link, a_link)

BOOST_AUTO_TEST_CASE(it_is_caught_up_when_all_that_the_neighbour_had_is_known_here) {
  link.neighbour = b;
  link.target = {{b, 2}};
  link.introduce(known, hello_of_b({{b, 2}}), 0);
  BOOST_TEST(link.introduced);
  BOOST_TEST(!link.caught_up);
  known.raise({b, 2});
  link.introduce(known, hello_of_b({{b, 5}}), 0);
  BOOST_TEST(link.caught_up);
}

BOOST_AUTO_TEST_CASE(nobody_is_believed_to_have_an_event_that_has_not_happened) {
  link.learn(known, {{a, 3}}, 0);
  BOOST_TEST(link.known[a] == 3u);
  BOOST_CHECK_THROW(link.learn(known, {{a, 4}}, 0), broken_invariant);
}

BOOST_AUTO_TEST_CASE(what_is_retired_leaves_it_and_comes_back_with_a_mention) {
  link.neighbour = b;
  known.raise({c, 2});
  link.introduce(known, hello_of_b({{c, 2}}), 0);
  BOOST_TEST(link.has_all_up_to({c, 2}));
  known.retire({c, 2});
  link.retire(c);
  BOOST_TEST(link.known[c] == 0u);
  link.learn(known, {{c, 1}}, 0);
  BOOST_TEST(link.known[c] == 0u);
  link.learn(known, {{c, 3}}, 0);
  BOOST_TEST(link.known[c] == 3u);
  link.check_invariants(known);
}

BOOST_AUTO_TEST_CASE(a_delta_is_taken_in_its_turn_only) {
  auto& in = link.in;
  in.id = 4;
  BOOST_TEST(in.take_delta(4, 1, start_ms));
  BOOST_TEST(!in.take_delta(4, 1, start_ms));
  BOOST_TEST(!in.take_delta(3, 2, start_ms));
  BOOST_TEST(in.has_lost_delta_before(4, 3));
  BOOST_TEST(in.take_piece(4, 1, start_ms));
  BOOST_TEST(in.arrived == 2u);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_void_still_says_that_registers_have_changed) {
  link.in.id = 4;
  link.in.changed_registers = true;
  link.in.clear();
  BOOST_TEST(link.in.id == 0u);
  BOOST_TEST(link.in.changed_registers);
}

BOOST_AUTO_TEST_CASE(what_one_neighbour_has_is_known_by_all_links_to_it) {
  auto& other = links.open({2}, replica_options{}, true, codec_versions.max, start_ms);
  link.neighbour = other.neighbour = b;
  link.known = {{a, 1}};
  other.known = {{a, 2}, {c, 1}};
  BOOST_TEST(links.known_of(b, a) == 2u);
  BOOST_TEST(links.known_of(b) == (version_vector{{a, 2}, {c, 1}}));
  BOOST_TEST(!links.reaches(c));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace neighbour_link_test
