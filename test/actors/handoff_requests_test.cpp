#include "actors/handoff_requests.hpp"

#include "actors/node.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <future>
#include <limits>
#include <memory>
#include <string>

namespace handoff_requests_test {

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

/// An actor system with a handoff, and an actor of the test in it.
struct fixture : test::test_system {
  lone_node node{system, {.cluster = "test", .node = "a"}};

  /// What comes of a question, in words.
  template <class State, class Asked>
  std::string outcome_of(Asked asked) {
    std::string result;
    std::move(asked).receive([&](const found<State>& it) { result = "found " + it.state; },
                             [&](absent) { result = "absent"; }, [&](pending) { result = "pending"; },
                             [&](const caf::error& error) { result = describe(error); });
    return result;
  }
  std::string look_at(const std::string& key) {
    return outcome_of<std::string>(pickup<std::string>(self, key));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(handoff_requests)

BOOST_FIXTURE_TEST_CASE(a_state_is_stashed_picked_up_taken_and_gone, fixture) {
  BOOST_TEST(look_at("game") == "absent");
  const auto stashed = stash(self, "game", std::string{"round 7"}).get();
  BOOST_REQUIRE(stashed);
  BOOST_TEST(stashed->holders.size() == 1u);
  BOOST_TEST(look_at("game") == "found round 7");
  BOOST_TEST((outcome_of<std::string>(take<std::string>(self, "game")) == "found round 7"));
  BOOST_TEST(look_at("game") == "absent");
}

BOOST_FIXTURE_TEST_CASE(what_a_discard_has_done_is_told_apart, fixture) {
  const auto discarding = [&](auto asked) {
    std::string result;
    std::move(asked).receive([&](discarded) { result = "discarded"; }, [&](replaced) { result = "replaced"; },
                             [&](absent) { result = "absent"; }, [&](const caf::error& e) { result = describe(e); });
    return result;
  };
  const auto first = stash(self, "game", std::string{"round 7"}).get();
  const auto second = stash(self, "game", std::string{"round 8"}).get();
  BOOST_REQUIRE((first && second));
  BOOST_TEST(discarding(discard(self, "game", first->event)) == "replaced");
  BOOST_TEST(discarding(discard(self, "game", second->event)) == "discarded");
  BOOST_TEST(discarding(discard(self, "game", second->event)) == "absent");
  BOOST_TEST(discarding(discard(self, "game")) == "absent");
}

BOOST_FIXTURE_TEST_CASE(a_pickup_waits_as_long_as_its_options_say, fixture) {
  std::promise<std::string> seen;
  system.spawn([&seen](caf::event_based_actor* player) {
    pickup<std::string>(player, "game", {.wait = test::patience})
      .then([&seen](found<std::string>& it) { seen.set_value(it.state); },
            [&seen](absent) { seen.set_value("absent"); }, [&seen](pending) { seen.set_value("pending"); },
            [&seen](const caf::error& error) { seen.set_value(describe(error)); });
  });
  BOOST_REQUIRE(stash(self, "game", std::string{"round 7"}).get());
  BOOST_TEST(seen.get_future().get() == "round 7");
}

BOOST_FIXTURE_TEST_CASE(a_concern_that_cannot_be_met_is_an_error_and_the_state_stays, fixture) {
  const auto stashed =
    stash(self, "game", std::string{"round 7"}, {.concern = concern::nodes(2), .timeout = 10ms}).get();
  BOOST_REQUIRE(!stashed);
  BOOST_TEST((stashed.error() == ec::too_few_holders));
  BOOST_TEST(look_at("game") == "found round 7");
}

BOOST_FIXTURE_TEST_CASE(a_watch_tells_the_actor_that_has_asked, fixture) {
  auto stashed_key = std::make_shared<std::promise<std::string>>();
  std::promise<void> watching_now;
  system.spawn([&watching_now, stashed_key](caf::event_based_actor* player) -> caf::behavior {
    watch(player, "game_").then([&watching_now](watching) { watching_now.set_value(); }, [](const caf::error&) {});
    return {[player, stashed_key](const handoff_events& news) {
      stashed_key->set_value(news.events.front().subject);
      player->quit();
    }};
  });
  watching_now.get_future().wait();
  BOOST_REQUIRE(stash(self, "game_7", std::string{"round 7"}).get());
  BOOST_TEST(stashed_key->get_future().get() == "game_7");
}

BOOST_AUTO_TEST_CASE(a_node_without_a_handoff_says_so) {
  test::test_system alone;
  const auto stashed = stash(alone.self, "game", std::string{"round 7"}).get();
  BOOST_REQUIRE(!stashed);
  BOOST_TEST((stashed.error() == ec::not_in_service));
  std::promise<caf::error> why;
  alone.system.spawn([&why](caf::event_based_actor* player) {
    stash(player, "game", std::string{"round 7"})
      .then([](const receipt&) {}, [&why](const caf::error& error) { why.set_value(error); });
  });
  BOOST_TEST((why.get_future().get() == ec::not_in_service));
}

BOOST_FIXTURE_TEST_CASE(a_state_of_another_type_is_an_error_and_any_snapshot_is_read_as_such, fixture) {
  BOOST_REQUIRE(stash(self, "game", std::string{"round 7"}).get());
  std::string outcome;
  pickup<double>(self, "game")
    .receive([&](const found<double>&) { outcome = "found"; }, [](absent) {}, [](pending) {},
             [&](const caf::error& error) { outcome = describe(error); });
  BOOST_TEST(outcome == "the snapshot is of another type: std::string instead of double");
  pickup<snapshot>(self, "game")
    .receive([&](const found<snapshot>& it) { outcome = it.state.type_name; }, [](absent) {}, [](pending) {},
             [](const caf::error&) {});
  BOOST_TEST(outcome == "std::string");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace handoff_requests_test
