#include "actors/asker.hpp"

#include "actors/ask.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/io/middleman.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace ariadne::test::asker_test {

namespace {

using answer = std::vector<leftover>;

/// Tells that it was asked, and never answers.
participant_actor::behavior_type silent(participant_actor::pointer self, std::shared_ptr<std::promise<void>> asked) {
  auto kept = std::make_shared<std::vector<caf::typed_response_promise<answer>>>();
  return {
    [=](drain_atom) -> caf::result<answer> {
      kept->push_back(self->make_response_promise<answer>());
      asked->set_value();
      return kept->back();
    },
  };
}

participant_actor::behavior_type willing(participant_actor::pointer, answer given) {
  return {
    [given = std::move(given)](drain_atom) -> caf::result<answer> { return given; },
  };
}

const answer one_leftover{{"key", "reason"}};

/// Ends `whom` once it has been asked.
std::future<void> end_when_asked(const participant_actor& whom, std::shared_ptr<std::promise<void>> asked) {
  return std::async(std::launch::async, [=] {
    asked->get_future().wait();
    caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(asker)

BOOST_AUTO_TEST_CASE(an_answer_comes_to_whoever_has_asked) {
  test_system tested;
  const auto whom = tested.keep(tested.system.spawn(willing, one_leftover));
  const auto found = ask<answer>(tested.system, whom, caf::infinite, drain_atom_v);
  BOOST_REQUIRE(found);
  BOOST_TEST(found->front().key == "key");
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_before_it_has_answered_is_not_waited_for) {
  test_system tested;
  auto asked = std::make_shared<std::promise<void>>();
  const auto whom = tested.system.spawn(silent, asked);
  const auto ending = end_when_asked(whom, asked);
  const auto found = ask<answer>(tested.system, whom, caf::infinite, drain_atom_v);
  BOOST_REQUIRE(!found);
  BOOST_TEST(is_contact_lost(found.error()));
}

BOOST_AUTO_TEST_CASE(an_actor_of_another_node_that_ends_is_not_waited_for_and_nor_is_one_that_has_ended) {
  test_system there;
  test_system here;
  auto asked = std::make_shared<std::promise<void>>();
  const auto whom = there.system.spawn(silent, asked);
  const auto port = there.system.middleman().publish(whom, 0, "127.0.0.1");
  BOOST_REQUIRE(port);
  const auto proxy = here.system.middleman().remote_actor<participant_actor>("127.0.0.1", *port);
  BOOST_REQUIRE(proxy);
  const auto ending = end_when_asked(whom, asked);
  for (int i = 0; i < 2; ++i) {
    const auto found = ask<answer>(here.system, *proxy, caf::infinite, drain_atom_v);
    BOOST_REQUIRE(!found);
    BOOST_TEST(is_contact_lost(found.error()));
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_an_actor_that_has_answered_does_not_matter_to_the_next_question) {
  test_system tested;
  ariadne::asker self{tested.system};
  const auto first = tested.system.spawn(willing, one_leftover);
  const auto second = tested.keep(tested.system.spawn(willing, one_leftover));
  BOOST_TEST(static_cast<bool>(self.ask<answer>(first, caf::infinite, drain_atom_v)));
  caf::anon_send_exit(first, caf::exit_reason::user_shutdown);
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(static_cast<bool>(self.ask<answer>(second, caf::infinite, drain_atom_v)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::asker_test
