#include "test/support/embedded_cluster.hpp"

#include "actors/ask.hpp"
#include "actors/snapshot.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>

namespace embedded_cluster_test {

using namespace ariadne;

namespace {

struct fixture : test::embedded_cluster {
  fixture() : embedded_cluster({.nodes = {"a", "b", "c"}}) {
    for (const auto* name : {"a", "b", "c"})
      start(name);
    settle();
  }

  bool stash(const std::string& node, const std::string& key, const std::string& value) {
    return bool{ask<receipt>(system(node), handoff(node), test::patience, stash_atom_v, key, *make_snapshot(value))};
  }

  std::optional<std::string> pickup(const std::string& node, const std::string& key) {
    const auto found = ask<pickup_result>(system(node), handoff(node), test::patience, pickup_atom_v, key);
    if (!found || found->outcome != pickup_outcome::found)
      return std::nullopt;
    return *restore<std::string>(found->state);
  }
};

participant_actor::behavior_type one_who_cannot_stash(const leftover& what) {
  return {[what](drain_atom) { return std::vector<leftover>{what}; }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(embedded_cluster)

BOOST_FIXTURE_TEST_CASE(a_node_that_stops_hands_over_what_it_holds, fixture) {
  BOOST_TEST(stash("a", "game", "round 7"));
  const auto report = stop("a");
  BOOST_TEST(report.complete);
  BOOST_TEST(report.members == 2u);
  BOOST_TEST(!running("a"));
  settle();
  BOOST_TEST((pickup("b", "game") == "round 7"));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_crashes_is_missed_and_comes_back_as_another_incarnation, fixture) {
  BOOST_TEST(stash("a", "game", "round 7"));
  crash("a");
  settle();
  // Of the others, one had it for sure.
  BOOST_TEST(test::eventually([&] { return pickup("c", "game") == "round 7"; }));
  start("a");
  settle();
  BOOST_TEST((pickup("a", "game") == "round 7"));
}

BOOST_AUTO_TEST_CASE(a_service_is_found_by_its_name_and_takes_part_in_the_drain) {
  const std::string name = "game";
  test::embedded_cluster cluster{{
    .nodes = {"a"},
    .complete =
      [=](const std::string&, supervisor_options& options) {
        options.services.push_back({name, [](caf::actor_system& system) {
                                      return system.spawn(one_who_cannot_stash, leftover{"game", "it is too large"});
                                    }});
      },
  }};
  cluster.start("a");
  BOOST_TEST(bool{cluster.actor<participant_actor>("a", name)});
  BOOST_CHECK_THROW(cluster.actor<participant_actor>("a", "nobody"), std::runtime_error);
  const auto report = cluster.stop("a");
  BOOST_TEST(!report.complete);
  BOOST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers.front().reason == "it is too large");
  BOOST_CHECK_THROW(cluster.handoff("a"), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace embedded_cluster_test
