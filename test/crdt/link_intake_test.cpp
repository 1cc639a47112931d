#include "crdt/link_intake.hpp"

#include "crdt/codec.hpp"
#include "crdt/guarded_clock.hpp"
#include "crdt/invariant.hpp"
#include "test/support/crdt_values.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace link_intake_test {

using namespace ariadne::crdt;
using namespace ariadne::test;

namespace {

/// The name of the suite is that of the class.
using intake_of_replica = ariadne::crdt::link_intake;

/// What a replica, a, takes in over its links to b and c, which have said hello.
struct two_links {
  two_links() {
    for (auto* link : {&from_b, &from_c})
      out.send_hello(*link, outbox::want::nothing, start_ms);
    from_b.neighbour = b;
    from_c.neighbour = c;
  }

  static replica_options of_a() {
    replica_options result;
    result.id = a;
    return result;
  }
  neighbour_link& open(link_id id) {
    return links.open(id, options, true, codec_versions.max, start_ms);
  }

  /// The next delta of the link has come in, with a value of the dot's replica under its name.
  std::optional<refusal> take(neighbour_link& link, std::uint64_t number, dot d, const delta_trailer& trailer = {},
                              std::optional<version_vector> full_state_base = {}) {
    delta_writer writer{{link.in.id, number, full_state_base.has_value(), full_state_base.value_or(version_vector{})}};
    writer.add(to_string(d), causal_register{entry_of(d, 0, "value")});
    const auto frame = writer.finish(trailer);
    const auto decoded = decode(frame);
    return intake.take(link, std::get<delta_view>(*decoded), start_ms);
  }
  bool has(dot d) const {
    return register_of(state.map(), to_string(d)).has_live(d);
  }

  replica_options options = of_a();
  neighbour_links links;
  replica_state state{options, links};
  guarded_clock guard{{options.drift_max_ms, options.clock_patience_ms}};
  replica_counters counters;
  // These refer to each other, as in a replica.
  struct parts {
    explicit parts(two_links& of)
      : intake(of.options, of.state, of.links, out, pump, of.counters),
        out(of.options, of.state, of.guard, intake.staged(), of.links.disks(), of.counters),
        pump(of.options, of.state, intake.full_state(), out, of.counters) {}
    intake_of_replica intake;
    outbox out;
    link_pump pump;
  } all{*this};
  intake_of_replica& intake = all.intake;
  outbox& out = all.out;
  neighbour_link& from_b = open({1});
  neighbour_link& from_c = open({2});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(link_intake, two_links)

BOOST_AUTO_TEST_CASE(what_comes_in_counts_as_known_with_the_cut_that_ends_its_batch) {
  BOOST_TEST(!take(from_b, 1, {b, 1}).has_value());
  BOOST_TEST(has({b, 1}));
  BOOST_TEST(!state.known().covers(dot{b, 1}));
  BOOST_TEST(intake.is_ahead());
  take(from_b, 2, {b, 2}, {.last = true, .cut = {{b, 2}}, .forgotten = {}});
  BOOST_TEST(state.known().covers(dot{b, 2}));
  BOOST_TEST(!intake.is_ahead());
  intake.check_invariants();
}

BOOST_AUTO_TEST_CASE(after_a_gap_a_new_stream_is_named_and_the_old_one_counts_no_more) {
  const auto before = from_b.in.id;
  take(from_b, 2, {b, 2}, {.last = true, .cut = {{b, 2}}, .forgotten = {}});
  BOOST_TEST(from_b.in.id > before);
  BOOST_TEST(!has({b, 2}));
  BOOST_TEST(!state.known().covers(dot{b, 2}));
  intake.check_invariants();
}

BOOST_AUTO_TEST_CASE(an_event_of_this_replica_that_has_not_happened_is_refused) {
  const auto refused = take(from_b, 1, {a, 1});
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->code == refusal_code::same_replica));
}

BOOST_AUTO_TEST_CASE(while_a_full_state_comes_in_no_new_stream_is_named) {
  take(from_b, 1, {b, 1}, {}, version_vector{{b, 1}});
  BOOST_TEST(intake.full_state().is_under_way());
  intake.void_stream(from_c);
  intake.resume_streams(start_ms);
  BOOST_TEST(from_c.in.id == 0u);
  intake.close(from_b);
  BOOST_TEST(!intake.full_state().is_under_way());
  intake.resume_streams(start_ms);
  BOOST_TEST(from_c.in.id != 0u);
}

BOOST_AUTO_TEST_CASE(a_full_state_that_does_not_get_on_is_given_up) {
  take(from_b, 1, {b, 1}, {}, version_vector{{b, 1}});
  intake.tick(start_ms + options.answer_within_ms - 1);
  BOOST_TEST(intake.full_state().is_under_way());
  intake.tick(start_ms + options.answer_within_ms);
  BOOST_TEST(!intake.full_state().is_under_way());
  intake.check_invariants();
}

BOOST_AUTO_TEST_CASE(two_links_with_one_stream_are_noticed) {
  from_c.in.id = from_b.in.id;
  BOOST_CHECK_THROW(intake.check_invariants(), broken_invariant);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace link_intake_test
