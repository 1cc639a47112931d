#include "actors/answer_budget.hpp"

#include "actors/internal/counted_writes.hpp"
#include "actors/state_handoff.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/io/middleman.hpp>

#include <memory>
#include <string>

namespace answer_budget_test {

BOOST_AUTO_TEST_SUITE(answer_budget)

using namespace ariadne;
using namespace ariadne::test;
using budget_of = ariadne::answer_budget;

namespace {

caf::node_id client(std::uint32_t number) {
  // CAF 1.x takes one whose host is all zeros for no id.
  caf::node_id::default_data::host_id_type host{};
  host.front() = 1;
  return caf::make_node_id(number, host);
}

/// 100 bytes for one client, 150 for all.
struct small_budget {
  write_backlog backlog;
  budget_of subject{{100, 150}, backlog};
};

} // namespace

BOOST_FIXTURE_TEST_CASE(what_waits_for_one_client_is_bounded, small_budget) {
  BOOST_TEST(subject.charge(client(1), 60));
  BOOST_TEST(!subject.charge(client(1), 41));
  BOOST_TEST(subject.charge(client(1), 40));
  BOOST_TEST(!subject.has_room(client(1)));
  BOOST_TEST(subject.has_room(client(2)));
  BOOST_TEST(subject.waiting_for(client(1)) == 100u);
}

BOOST_FIXTURE_TEST_CASE(what_waits_for_all_clients_is_bounded, small_budget) {
  BOOST_TEST(subject.charge(client(1), 100));
  BOOST_TEST(!subject.charge(client(2), 51));
  BOOST_TEST(subject.charge(client(2), 50));
  BOOST_TEST(!subject.has_room(client(3)));
  BOOST_TEST(subject.waiting() == 150u);
}

BOOST_FIXTURE_TEST_CASE(what_has_been_handed_over_counts_until_the_connection_has_let_it_go, small_budget) {
  counted_writes connection{7, backlog};
  BOOST_REQUIRE(subject.charge(client(1), 80));
  connection.flushing(80);
  subject.handed_over(client(1), 80, 7);
  BOOST_TEST(!subject.charge(client(1), 30));
  connection.transferred(60, 0);
  BOOST_TEST(subject.charge(client(1), 30));
  BOOST_TEST(subject.waiting_for(client(1)) == 90u);
}

BOOST_FIXTURE_TEST_CASE(what_was_meant_for_a_lost_connection_counts_no_more, small_budget) {
  BOOST_REQUIRE(subject.charge(client(1), 80));
  subject.handed_over(client(1), 80, std::nullopt);
  BOOST_TEST(subject.waiting() == 0u);
  {
    counted_writes connection{7, backlog};
    BOOST_REQUIRE(subject.charge(client(1), 80));
    connection.flushing(80);
    subject.handed_over(client(1), 80, 7);
  }
  BOOST_TEST(subject.waiting() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_descriptor_that_is_used_again_counts_for_its_new_owner_alone, small_budget) {
  counted_writes connection{7, backlog};
  BOOST_REQUIRE(subject.charge(client(1), 1));
  subject.handed_over(client(1), 1, 7);
  connection.flushing(50);
  BOOST_REQUIRE(subject.charge(client(2), 1));
  subject.handed_over(client(2), 1, 7);
  BOOST_TEST(subject.waiting_for(client(1)) == 0u);
  BOOST_TEST(subject.waiting_for(client(2)) == 50u);
}

BOOST_FIXTURE_TEST_CASE(both_buffers_of_a_connection_are_counted, small_budget) {
  counted_writes connection{7, backlog};
  connection.flushing(50);
  BOOST_TEST(backlog.of(7) == 50u);
  // While that is being sent, more comes.
  connection.flushing(30);
  BOOST_TEST(backlog.of(7) == 80u);
  connection.transferred(40, 30);
  BOOST_TEST(backlog.of(7) == 40u);
  connection.flushing(35);
  BOOST_TEST(backlog.of(7) == 45u);
  // Now the second buffer is being sent.
  connection.transferred(35, 35);
  connection.flushing(5);
  BOOST_TEST(backlog.of(7) == 40u);
  connection.transferred(5, 5);
  connection.transferred(0, 0);
  BOOST_TEST(backlog.of(7) == 0u);
}

namespace {

/// A handoff actor with a budget of 10,000 bytes for each client, and a client that is connected to it.
struct served_client {
  served_client() {
    state_handoff_options options;
    options.cluster = "minotaur";
    options.node = "a";
    options.answers = budget;
    handoff = node.keep(spawn_state_handoff(node.system, options));
    const auto port = node.system.middleman().publish(handoff, 0, "127.0.0.1");
    BOOST_REQUIRE(port);
    const auto found = remote.system.middleman().remote_actor<state_handoff_actor>("127.0.0.1", *port);
    BOOST_REQUIRE(found);
    door = *found;
  }

  void stash(const std::string& key, std::size_t bytes) {
    node.ask<receipt>(handoff, stash_atom_v, key, snapshot{"bytes", 1, std::string(bytes, 'x')});
  }

  std::shared_ptr<budget_of> budget = std::make_shared<budget_of>(answer_limits{10'000, 20'000});
  test_system node;
  test_system remote;
  state_handoff_actor handoff;
  state_handoff_actor door;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(an_answer_for_which_there_is_no_room_is_refused_with_a_sentence, served_client) {
  stash("large", 20'000);
  const auto refused = remote.try_ask<pickup_result>(door, pickup_atom_v, std::string{"large"});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(describe(refused.error())
             == "too many answers of this node have not been taken yet; ask again when they have been");
  BOOST_TEST(node.ask<pickup_result>(handoff, pickup_atom_v, std::string{"large"}).state.bytes.size() == 20'000u);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_takes_its_answers_is_served_again_and_again, served_client) {
  stash("small", 6'000);
  for (auto i = 0; i < 20; ++i) {
    BOOST_TEST(eventually([&] {
      const auto answer = remote.try_ask<pickup_result>(door, pickup_atom_v, std::string{"small"});
      return answer && answer->state.bytes.size() == 6'000u;
    }));
  }
  BOOST_TEST(eventually([&] { return budget->waiting() == 0; }));
}

BOOST_FIXTURE_TEST_CASE(a_take_for_which_there_is_no_room_takes_nothing, served_client) {
  stash("key", 10);
  const auto client = remote.system.node();
  BOOST_REQUIRE(budget->charge(client, 10'000));
  const auto refused = remote.try_ask<pickup_result>(door, take_atom_v, std::string{"key"});
  BOOST_TEST(!refused);
  budget->handed_over(client, 10'000, std::nullopt);
  BOOST_TEST((remote.ask<pickup_result>(door, take_atom_v, std::string{"key"}).outcome == pickup_outcome::found));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace answer_budget_test
