#include "session/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

namespace placement_test {

using namespace ariadne::session;

BOOST_AUTO_TEST_SUITE(placement)

namespace {

const host_profile serving{{{"game", 2}}, false, false};

std::vector<candidate> hosts(const std::vector<std::string>& names) {
  std::vector<candidate> result;
  for (const auto& name : names)
    result.push_back({{name, 1}, serving});
  return result;
}

std::string node_of(const session_key& key, const std::vector<candidate>& candidates) {
  const auto chosen = place(key, 1, candidates);
  return chosen ? chosen->node : "nobody";
}

session_key key_of(int number) {
  return {"game", std::to_string(number)};
}

} // namespace

BOOST_AUTO_TEST_CASE(the_order_of_the_candidates_does_not_matter) {
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(node_of(key_of(i), hosts({"a", "b", "c"})) == node_of(key_of(i), hosts({"c", "a", "b"})));
}

BOOST_AUTO_TEST_CASE(only_the_sessions_of_a_node_that_goes_are_placed_anew) {
  for (int i = 0; i < 1'000; ++i)
    if (const auto before = node_of(key_of(i), hosts({"a", "b", "c"})); before != "c")
      BOOST_TEST(node_of(key_of(i), hosts({"a", "b"})) == before);
}

BOOST_AUTO_TEST_CASE(every_node_gets_about_its_share) {
  std::map<std::string, int> shares;
  for (int i = 0; i < 3'000; ++i)
    ++shares[node_of(key_of(i), hosts({"a", "b", "c"}))];
  for (const auto& [node, share] : shares)
    BOOST_TEST((share > 800 && share < 1'200), node << " has " << share);
}

BOOST_AUTO_TEST_CASE(a_node_that_restarts_gets_its_share_back) {
  const std::vector<candidate> restarted{{{"a", 77}, serving}, {{"b", 1}, serving}};
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(node_of(key_of(i), restarted) == node_of(key_of(i), hosts({"a", "b"})));
}

BOOST_AUTO_TEST_CASE(who_is_cordoned_or_drains_or_lacks_the_kind_or_the_version_gets_nothing) {
  const host_profile cordoned{{{"game", 2}}, true, false};
  const host_profile draining{{{"game", 2}}, false, true};
  const host_profile other_kind{{{"chat", 9}}, false, false};
  const host_profile old{{{"game", 1}}, false, false};
  for (const auto* profile : {&cordoned, &draining, &other_kind, &old})
    BOOST_TEST(!place(key_of(1), 2, {{{"a", 1}, *profile}}));
  BOOST_TEST(place(key_of(1), 1, {{{"a", 1}, old}}).has_value());
  BOOST_TEST(!place(key_of(1), 1, {}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace placement_test
