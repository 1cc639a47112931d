#include "actors/internal/replica_links.hpp"
#include "actors/internal/replica_report.hpp"

#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace replica_links_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

crdt::replica_options named(std::uint64_t id) {
  crdt::replica_options result;
  result.id = crdt::replica_id{id};
  result.cluster = "test";
  result.node = "a";
  return result;
}

struct fixture : test_system {
  known_node node_b(bool is_neighbour = true) const {
    return {"b", node_presence::up, {2, peer}, is_neighbour};
  }
  /// How many links the core has, and to how many it sends its changes.
  std::size_t open_count() const {
    return core->neighbours().size();
  }
  /// Whether the core has said something since this was last asked.
  bool has_spoken() {
    return !core->take_frames().empty();
  }

  caf::strong_actor_ptr peer = caf::actor_cast<caf::strong_actor_ptr>(self);
  timed_replica core{named(1)};
  std::vector<crdt_replica_actor> added;
  replica_links links{core, 10s, [this](const crdt_replica_actor& whom) { added.push_back(whom); }};
  const steady_clock::time_point start{1h};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(replica_links, fixture)

BOOST_AUTO_TEST_CASE(a_neighbour_is_spoken_to_over_one_link) {
  links.connect(node_b());
  links.connect(node_b());
  BOOST_TEST(open_count() == 1u);
  BOOST_TEST(links.push_count() == 1u);
  BOOST_TEST(added.size() == 1u);
  BOOST_TEST(has_spoken());
}

BOOST_AUTO_TEST_CASE(a_member_that_is_no_neighbour_is_greeted_once) {
  links.connect(node_b(false));
  BOOST_TEST(links.push_count() == 0u);
  BOOST_TEST(has_spoken());
  links.connect(node_b(false));
  BOOST_TEST(!has_spoken());
}

BOOST_AUTO_TEST_CASE(whoever_sends_a_frame_is_answered_over_a_link_of_its_own) {
  BOOST_TEST(links.link_to(nullptr, start) == nullptr);
  auto* link = links.link_to(peer, start);
  BOOST_REQUIRE(link != nullptr);
  BOOST_TEST(!link->is_wanted);
  BOOST_TEST(!link->push);
  BOOST_TEST(links.link_to(peer, start) == link);
  BOOST_TEST(added.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_no_member_any_more_gets_no_changes) {
  links.connect(node_b());
  links.disregard_all_but({peer->address()});
  BOOST_TEST(links.push_count() == 1u);
  links.disregard_all_but({});
  BOOST_TEST(links.push_count() == 0u);
  BOOST_TEST(!links.find(peer->address())->is_wanted);
}

BOOST_AUTO_TEST_CASE(a_refused_link_is_closed_until_it_has_rested) {
  links.connect(node_b());
  auto& link = *links.link_to(peer, start);
  links.let_rest(link, "it is of another cluster", start);
  BOOST_TEST(open_count() == 0u);
  links.open_rested(start + 9s);
  BOOST_TEST(links.link_to(peer, start + 9s)->is_resting());
  BOOST_TEST(open_count() == 0u);
  links.open_rested(start + 10s);
  BOOST_TEST(!link.is_resting());
  BOOST_TEST(open_count() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refused_link_that_is_not_wanted_opens_when_the_other_side_speaks_again) {
  auto& link = *links.link_to(peer, start);
  links.let_rest(link, "it is of another cluster", start);
  links.open_rested(start + 10s);
  BOOST_TEST(link.is_resting());
  BOOST_TEST(!links.link_to(peer, start + 10s)->is_resting());
}

BOOST_AUTO_TEST_CASE(a_link_that_opens_again_has_another_number) {
  links.connect(node_b());
  auto& link = *links.link_to(peer, start);
  const auto before = link.id;
  links.let_rest(link, "it is of another cluster", start);
  links.open_rested(start + 10s);
  BOOST_TEST(links.find(before) == nullptr);
  BOOST_TEST(links.find(link.id) == &link);
}

BOOST_AUTO_TEST_CASE(the_link_of_a_replica_that_ends_is_closed) {
  links.connect(node_b());
  links.ended(peer->address());
  BOOST_TEST(open_count() == 0u);
  BOOST_TEST(links.find(peer->address()) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_report_has_what_the_core_has_done_and_its_links) {
  links.connect(node_b());
  for (const auto* key : {"first", "second", "third"})
    BOOST_REQUIRE(core->put(key, crdt::shared_bytes{"value"}, core.now_ms()).has_value());
  core->erase("first", core.now_ms());
  const auto told = report(*core, links);
  BOOST_TEST(told.replica == 1u);
  BOOST_TEST(told.keys == 2u);
  BOOST_TEST(told.counters.puts == 3u);
  BOOST_TEST(told.counters.erases == 1u);
  BOOST_TEST(told.neighbours == 1u);
  BOOST_REQUIRE(told.links.size() == 1u);
  BOOST_TEST(told.links.front().is_neighbour);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace replica_links_test
