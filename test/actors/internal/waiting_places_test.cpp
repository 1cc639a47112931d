#include "actors/internal/waiting_places.hpp"

#include "test/support/test_system.hpp"

#include <caf/node_id.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace waiting_places_test {

using namespace ariadne;
using namespace ariadne::test;

namespace {

struct fixture : test_system {
  ariadne::waiting_places places{{2, 4}};
  caf::scoped_actor one{system};
  caf::scoped_actor two{system};
  caf::scoped_actor three{system};
  std::vector<caf::actor_addr> watched;

  /// A place for an actor of this node.
  std::optional<waiting_place> admit(const caf::scoped_actor& who) {
    return places.admit(caf::actor_cast<caf::strong_actor_ptr>(who), system.node(),
                        [&](const auto& added) { watched.push_back(added->address()); });
  }
  /// The same, seen from another node: all of them come over one connection then.
  std::optional<waiting_place> admit_remote(const caf::scoped_actor& who) {
    return places.admit(caf::actor_cast<caf::strong_actor_ptr>(who), caf::node_id{}, [](const auto&) {});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_places, fixture)

BOOST_AUTO_TEST_CASE(an_actor_has_no_more_places_than_its_own_and_gets_one_back_with_each_answer) {
  auto first = admit(one);
  const auto second = admit(one);
  BOOST_TEST(first.has_value());
  BOOST_TEST(second.has_value());
  BOOST_TEST(!admit(one).has_value());
  BOOST_TEST(admit(two).has_value());
  first.reset();
  BOOST_TEST(admit(one).has_value());
  BOOST_TEST(places.size() == 1u);
}

BOOST_AUTO_TEST_CASE(all_together_have_no_more_than_the_quota) {
  const std::vector<std::optional<waiting_place>> taken = [&] {
    std::vector<std::optional<waiting_place>> result;
    for (const auto* who : {&one, &one, &two, &two})
      result.push_back(admit(*who));
    return result;
  }();
  BOOST_TEST(taken.back().has_value());
  BOOST_TEST(!admit(three).has_value());
}

BOOST_AUTO_TEST_CASE(the_actors_of_another_node_share_the_places_of_one_client) {
  const auto first = admit_remote(one);
  const auto second = admit_remote(two);
  BOOST_TEST(second.has_value());
  BOOST_TEST(!admit_remote(three).has_value());
}

BOOST_AUTO_TEST_CASE(other_nodes_leave_a_quarter_of_the_places_to_this_one) {
  const auto first = admit(one);
  const auto second = admit(one);
  const auto third = admit_remote(two);
  BOOST_TEST(third.has_value());
  BOOST_TEST(!admit_remote(two).has_value());
  BOOST_TEST(admit(three).has_value());
}

BOOST_AUTO_TEST_CASE(the_places_of_one_that_has_ended_are_abandoned_and_those_of_others_are_not) {
  const auto mine = admit(one);
  const auto theirs = admit(two);
  BOOST_TEST(places.ended(one.address()));
  BOOST_TEST(mine->is_abandoned());
  BOOST_TEST(!theirs->is_abandoned());
  BOOST_TEST(!places.ended(three.address()));
}

BOOST_AUTO_TEST_CASE(an_actor_is_named_once_and_forgotten_when_it_has_asked_for_nothing_for_a_while) {
  admit(one);
  admit(one);
  const auto waits = admit(two);
  BOOST_TEST(watched.size() == 2u);
  BOOST_TEST(places.forget_idle().empty());
  BOOST_TEST((places.forget_idle() == std::vector<caf::actor_addr>{one.address()}));
  admit(one);
  BOOST_TEST(watched.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace waiting_places_test
