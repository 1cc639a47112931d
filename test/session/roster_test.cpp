#include "session/roster.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace roster_test {

using namespace ariadne;
using session::command_list;
using session::host_id;
using session::host_profile;
using session::peer_links;
using session::session_host_options;

namespace {

const host_id other{"b", 2};
constexpr std::uint64_t now_ms = 1'000;

session_host_options options() {
  session_host_options result;
  result.self = {"a", 1};
  result.kinds["game"] = {};
  result.return_wait_ms = 100;
  return result;
}

host_profile profile_of(std::uint32_t version) {
  host_profile result;
  result.kinds["game"] = version;
  return result;
}

struct small_roster {
  session::roster hosts{options()};
  command_list commands;
  peer_links links{{}, commands};

  ~small_roster() {
    BOOST_TEST(hosts.check_invariants() == "");
  }

  void meet_other(std::uint32_t version = 1) {
    hosts.add(other, now_ms);
    links.open(other);
    hosts.announced(other, profile_of(version));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(roster, small_roster)

BOOST_AUTO_TEST_CASE(a_host_out_of_service_takes_nothing_whether_it_is_cordoned_or_not) {
  BOOST_TEST(hosts.set_in_service(false));
  hosts.set_cordoned(false);
  BOOST_TEST(!hosts.place_of({"game", "1"}, 1));
  BOOST_TEST(hosts.gives_up());
  hosts.set_in_service(true);
  BOOST_TEST((hosts.place_of({"game", "1"}, 1) == options().self));
}

BOOST_AUTO_TEST_CASE(the_others_are_told_of_each_change_once) {
  BOOST_TEST(!hosts.take_change());
  hosts.set_cordoned(true);
  BOOST_TEST(hosts.take_change());
  BOOST_TEST(!hosts.take_change());
  hosts.set_cordoned(true);
  BOOST_TEST(!hosts.take_change());
}

BOOST_AUTO_TEST_CASE(an_announcement_that_says_the_same_is_no_news) {
  hosts.add(other, now_ms);
  BOOST_TEST(hosts.announced(other, profile_of(1)));
  BOOST_TEST(!hosts.announced(other, profile_of(1)));
  BOOST_TEST(hosts.announced(other, profile_of(2)));
}

BOOST_AUTO_TEST_CASE(all_hosts_are_known_once_each_that_is_up_has_said_what_it_takes) {
  BOOST_TEST(hosts.knows_all());
  hosts.add(other, now_ms);
  BOOST_TEST(!hosts.knows_all());
  hosts.announced(other, {});
  BOOST_TEST(hosts.knows_all());
  hosts.set_unmet({"c"});
  BOOST_TEST(!hosts.knows_all());
}

BOOST_AUTO_TEST_CASE(what_a_node_owns_may_run_there_while_its_host_has_yet_to_be_met) {
  BOOST_TEST(!hosts.may_run(other));
  hosts.set_unmet({"b"});
  BOOST_TEST(hosts.may_run(other));
}

BOOST_AUTO_TEST_CASE(a_host_that_went_may_return_for_a_while) {
  meet_other(2);
  hosts.remove(other, now_ms);
  BOOST_TEST(hosts.may_return("game", 2, now_ms + 99));
  BOOST_TEST(!hosts.is_hopeless("game", 2, now_ms + 99));
  BOOST_TEST(!hosts.may_return("game", 3, now_ms + 99));
  BOOST_TEST(!hosts.may_return("game", 2, now_ms + 100));
  BOOST_TEST(hosts.is_hopeless("game", 2, now_ms + 100));
}

BOOST_AUTO_TEST_CASE(a_host_that_is_sent_something_has_to_say_again_that_it_knows_of_the_end) {
  meet_other();
  hosts.tell_leaving(links);
  hosts.leave_heard(other, 1);
  BOOST_TEST(hosts.unaware().empty());
  hosts.has_been_sent_something(other);
  hosts.tell_leaving(links);
  hosts.leave_heard(other, 1);
  BOOST_TEST((hosts.unaware() == std::vector<host_id>{other}));
  hosts.leave_heard(other, 2);
  BOOST_TEST(hosts.unaware().empty());
}

BOOST_AUTO_TEST_CASE(a_host_that_leaves_is_up_and_does_not_stay) {
  meet_other();
  BOOST_TEST(hosts.stays(other));
  hosts.peer_leaves(other);
  BOOST_TEST(!hosts.stays(other));
  BOOST_TEST(hosts.is_up(other));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace roster_test
