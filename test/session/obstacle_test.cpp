#include "session/obstacle.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace obstacle_test {

using namespace ariadne::session;

BOOST_AUTO_TEST_SUITE(obstacle)

namespace {

host_profile hosting(std::uint32_t version) {
  host_profile profile{{{"auction", version}}, false, false};
  profile.is_ready = true;
  return profile;
}

std::optional<ariadne::session::obstacle> why(std::uint32_t version, const std::vector<host_profile>& profiles,
                                              const std::set<std::string>& unmet = {}) {
  std::vector<candidate> hosts;
  for (const auto& profile : profiles)
    hosts.push_back({{std::string(1, static_cast<char>('a' + hosts.size())), 1}, profile});
  return obstacle_to_hosting("auction", version, hosts, unmet);
}

} // namespace

BOOST_AUTO_TEST_CASE(nothing_is_in_the_way_if_one_host_is_ready) {
  auto cordoned = hosting(2);
  cordoned.cordoned = true;
  BOOST_TEST(!why(2, {cordoned, hosting(2)}));
  BOOST_TEST(!why(2, {hosting(1), hosting(2)}, {"c"}));
}

BOOST_AUTO_TEST_CASE(a_version_that_nobody_knows_is_named_beside_those_that_are_known) {
  const auto unknown = why(2, {hosting(1)});
  BOOST_REQUIRE(unknown);
  BOOST_TEST((unknown->what == outcome::no_host));
  BOOST_TEST(unknown->detail == "no node that is up knows version 2 of auction; hosted are auction up to version 1");
}

BOOST_AUTO_TEST_CASE(a_kind_that_nobody_knows_is_named) {
  const auto unknown = why(0, {host_profile{}});
  BOOST_REQUIRE(unknown);
  BOOST_TEST((unknown->what == outcome::no_host));
  BOOST_TEST(unknown->detail == "no node that is up knows auction; no kinds are hosted");
}

BOOST_AUTO_TEST_CASE(the_reason_that_passes_most_easily_comes_first_and_every_node_has_its_own) {
  auto draining = hosting(2);
  draining.draining = true;
  auto cordoned = hosting(2);
  cordoned.cordoned = true;
  auto paused = hosting(2);
  paused.is_ready = false;
  paused.is_paused = true;
  auto starting = hosting(2);
  starting.is_ready = false;
  std::vector<host_profile> profiles{hosting(1), draining};
  BOOST_TEST((why(2, profiles)->what == outcome::hosts_draining));
  BOOST_TEST(why(2, profiles)->detail == "version 2 of auction: node b is about to stop");
  profiles.push_back(cordoned);
  BOOST_TEST((why(2, profiles)->what == outcome::hosts_cordoned));
  profiles.push_back(paused);
  BOOST_TEST((why(2, profiles)->what == outcome::hosts_paused));
  profiles.push_back(starting);
  BOOST_TEST((why(2, profiles)->what == outcome::hosts_not_ready));
  BOOST_TEST(
    why(2, profiles)->detail
    == "version 2 of auction: node b is about to stop, node c is cordoned, node d sees no majority, node e has "
       "just started, and has yet to catch up with the others");
}

BOOST_AUTO_TEST_CASE(nobody_is_said_not_to_know_a_kind_before_all_have_been_met) {
  const auto unmet = why(2, {hosting(1)}, {"b"});
  BOOST_REQUIRE(unmet);
  BOOST_TEST((unmet->what == outcome::hosts_not_ready));
  BOOST_TEST(unmet->detail == "version 2 of auction: node b is up, and has yet to say what it hosts");
}

BOOST_AUTO_TEST_CASE(all_nodes_that_stop_are_named_even_if_none_of_them_knows_the_kind) {
  host_profile draining;
  draining.draining = true;
  BOOST_TEST((why(0, {draining, draining})->what == outcome::hosts_draining));
}

BOOST_AUTO_TEST_CASE(a_reason_is_bounded_however_many_kinds_are_hosted) {
  host_profile profile;
  for (char c = 'a'; c <= 'z'; ++c)
    profile.kinds[std::string(kind_bytes_max, c)] = 1;
  BOOST_TEST(why(1, {profile})->detail.size() <= ariadne::session::obstacle::detail_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace obstacle_test
