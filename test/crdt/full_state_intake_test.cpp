#include "crdt/full_state_intake.hpp"

#include "crdt/neighbour_links.hpp"
#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

namespace full_state_intake_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
constexpr std::uint64_t stream = 7;

/// Replica a has two entries of b, and one of c. A full state comes in from somebody who knows b's events.
struct an_intake {
  an_intake() {
    for (const auto& d : {dot{b, 1}, dot{b, 2}, dot{c, 1}})
      state.join(key_of(d), causal_register{entry_of(d, 0, "value")});
    intake.begin(stream, {{b, 3}});
  }

  static std::string key_of(dot d) {
    return to_string(d);
  }
  bool has(dot d) const {
    return register_of(state.map(), key_of(d)).has_live(d);
  }
  void take_in(dot d) {
    intake.join(state, true, key_of(d), causal_register{entry_of(d, 0, "value")});
  }

  static replica_options of_a() {
    replica_options result;
    result.id = a;
    return result;
  }

  replica_options options = of_a();
  neighbour_links links;
  replica_state state{options, links};
  ariadne::crdt::full_state_intake intake;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(full_state_intake, an_intake)

BOOST_AUTO_TEST_CASE(nothing_is_dropped_before_the_end) {
  take_in({b, 2});
  BOOST_TEST(has({b, 1}));
  BOOST_TEST(!intake.is_swept());
}

BOOST_AUTO_TEST_CASE(at_its_end_what_its_sender_knows_and_it_lacks_is_dropped_and_nothing_else) {
  take_in({b, 2});
  intake.end();
  const auto done = intake.sweep(state, all);
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST(done->stream == stream);
  BOOST_TEST(done->has_changed);
  BOOST_TEST(!has({b, 1}));
  BOOST_TEST(has({b, 2}));
  BOOST_TEST(has({c, 1}));
  BOOST_TEST(!intake.is_under_way());
}

BOOST_AUTO_TEST_CASE(an_entry_that_comes_in_late_and_that_it_lacks_is_dropped_as_well) {
  intake.end();
  BOOST_TEST(!intake.sweep(state, 1).has_value());
  intake.join(state, false, key_of({b, 3}), causal_register{entry_of({b, 3}, 0, "late")});
  BOOST_TEST(has({b, 3}));
  while (intake.is_under_way())
    intake.sweep(state, 1);
  BOOST_TEST(!has({b, 3}));
}

BOOST_AUTO_TEST_CASE(one_that_is_given_up_drops_nothing) {
  intake.void_stream(stream, {});
  BOOST_TEST(!intake.is_under_way());
  BOOST_TEST(has({b, 1}));
}

BOOST_AUTO_TEST_CASE(one_that_is_swept_goes_on_when_its_stream_is_void_and_keeps_its_cut) {
  intake.end();
  intake.void_stream(stream, {{b, 3}});
  const auto done = intake.sweep(state, all);
  BOOST_REQUIRE(done.has_value());
  BOOST_TEST(done->cut == (version_vector{{b, 3}}));
}

BOOST_AUTO_TEST_CASE(only_the_stream_of_one_that_comes_in_may_begin_another) {
  BOOST_TEST(intake.may_begin(stream));
  BOOST_TEST(!intake.may_begin(stream + 1));
  intake.end();
  BOOST_TEST(!intake.may_begin(stream));
  BOOST_CHECK_THROW(intake.end(), broken_invariant);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace full_state_intake_test
