#include "actors/supervisor.hpp"

#include "actors/caf_edition.hpp"
#include "actors/error.hpp"
#include "test/support/child_process.hpp"
#include "test/support/embedded_cluster.hpp"
#include "test/support/eventually.hpp"
#include "test/support/log_book.hpp"
#include "test/support/reserved_port.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace supervisor_test {

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

struct fixture : test::logging, test::test_system {
  std::uint16_t open_port() {
    return *system.middleman().open(0, "127.0.0.1");
  }

  /// Nobody else gets it before the supervisor opens it.
  std::uint16_t free_port() {
    return ports_.emplace_back().number();
  }

  supervisor_actor supervise(std::uint16_t port, restart_limits restarts = {.delay_min = 1ms, .delay_max = 1ms},
                             std::vector<service> services = {}) {
    supervisor_options options;
    options.services = std::move(services);
    options.handoff.cluster = options.membership.cluster = "minotaur";
    options.handoff.node = options.membership.node = "a";
    options.address = options.membership.address = {"127.0.0.1", port};
    options.restarts = restarts;
    options.log = log.sink();
    options.on_port_opened = [opened = opened, restored = restored, this](const endpoint& address) {
      *restored = log.count("keys are there again") == 1;
      *opened = address.port;
    };
    if (directory) {
      options.handoff.log = log.sink();
      options.storage = storage_options{.directory = directory->path()};
    }
    options.on_failure = [failure = failure](const node_failure& why) { failure->set_value(why); };
    return keep(spawn_supervisor(system, std::move(options)));
  }

  state_handoff_actor registered() {
    return ariadne::registered<state_handoff_actor>(system, to_string(handoff_atom_v));
  }

  cluster_membership_actor membership() {
    return ariadne::registered<cluster_membership_actor>(system, membership_name);
  }

  /// The port that others were told last.
  std::shared_ptr<std::atomic<std::uint16_t>> opened = std::make_shared<std::atomic<std::uint16_t>>();
  /// Whether the replica had by then what its journal has kept.
  std::shared_ptr<std::atomic<bool>> restored = std::make_shared<std::atomic<bool>>(false);
  /// The node keeps a journal in there, if it is set.
  std::optional<test::temporary_directory> directory;
  std::shared_ptr<std::promise<node_failure>> failure = std::make_shared<std::promise<node_failure>>();

private:
  std::list<test::reserved_port> ports_;
};

/// Somebody who connects to the port of the node.
struct client : test::test_system {
  caf::expected<cluster_membership_actor> connect(std::uint16_t port) {
    return system.middleman().remote_actor<cluster_membership_actor>("127.0.0.1", port);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(supervisor)

BOOST_AUTO_TEST_CASE(the_delay_doubles_with_each_restart_up_to_the_greatest) {
  restart_policy policy{{.delay_min = 100ms, .delay_max = 1s, .restarts_max = 10, .window = 1min}};
  const restart_policy::time_point start{};
  for (const auto delay : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
    BOOST_TEST((policy.next_delay(start) == delay));
}

BOOST_AUTO_TEST_CASE(more_restarts_than_allowed_within_the_window_are_refused) {
  restart_policy policy{{.delay_min = 100ms, .delay_max = 1s, .restarts_max = 3, .window = 1min}};
  const restart_policy::time_point start{};
  for (auto i = 0; i < 3; ++i)
    BOOST_TEST(policy.next_delay(start + i * 1s).has_value());
  BOOST_TEST(!policy.next_delay(start + 60s).has_value());
}

BOOST_AUTO_TEST_CASE(restarts_before_the_window_are_forgotten) {
  restart_policy policy{{.delay_min = 100ms, .delay_max = 1s, .restarts_max = 1, .window = 1min}};
  const restart_policy::time_point start{};
  BOOST_TEST(policy.next_delay(start).has_value());
  BOOST_TEST(!policy.next_delay(start + 1min).has_value());
  BOOST_TEST((policy.next_delay(start + 1min + 1ms) == 100ms));
}

BOOST_FIXTURE_TEST_CASE(a_node_in_service_has_its_port_open_and_its_handoff_actor_registered, fixture) {
  const auto port = free_port();
  const auto handoff = ask<state_handoff_actor>(supervise(port), handoff_atom_v);
  BOOST_TEST((handoff == registered()));
  client other;
  const auto membership = other.connect(port);
  BOOST_REQUIRE(bool{membership});
  BOOST_TEST(test::eventually([&] { return bool{other.try_ask<state_handoff_actor>(*membership, handoff_atom_v)}; }));
}

BOOST_FIXTURE_TEST_CASE(a_pair_that_dies_is_started_anew_under_its_name, fixture) {
  const auto node = supervise(free_port());
  const auto first = ask<state_handoff_actor>(node, handoff_atom_v);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  BOOST_TEST(test::eventually([&] { return registered() && registered() != first; }));
  BOOST_TEST((ask<state_handoff_actor>(node, handoff_atom_v) == registered()));
  BOOST_TEST(log.count("the handoff pair has ended") == 1u);
  BOOST_TEST(log.count("it is started anew in 1 ms") == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_membership_actor_that_dies_is_started_anew_at_its_port, fixture) {
  const auto port = free_port();
  const auto handoff = ask<state_handoff_actor>(supervise(port, {.delay_min = 10ms}), handoff_atom_v);
  const auto first = membership();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  BOOST_TEST(test::eventually([&] { return membership() && membership() != first; }));
  BOOST_TEST(test::eventually([&] {
    client after;
    const auto membership = after.connect(port);
    // Nobody answers if the connection was made to the actor that has died, just before it was taken from the port.
    return membership && after.try_ask_within<state_handoff_actor>(1s, *membership, handoff_atom_v);
  }));
  BOOST_TEST((handoff == registered()));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_leaves_the_port_to_the_system_tells_the_others_which_it_is, fixture) {
  const auto node = supervise(0);
  const auto handoff = ask<state_handoff_actor>(node, handoff_atom_v);
  const std::uint16_t port = *opened;
  BOOST_TEST(port != 0);
  client other;
  const auto connected = other.connect(port);
  BOOST_REQUIRE(connected);
  BOOST_TEST((other.ask<state_handoff_actor>(*connected, handoff_atom_v) == handoff));
  const auto members = ask<members_page>(membership(), status_atom_v, std::string{});
  BOOST_TEST(members.members.front().address == to_string(endpoint{"127.0.0.1", port}));
}

BOOST_FIXTURE_TEST_CASE(a_node_opens_its_port_once_it_has_what_its_journal_has_kept, fixture) {
  directory.emplace();
  BOOST_TEST(bool{ask<state_handoff_actor>(supervise(free_port()), handoff_atom_v)});
  BOOST_TEST(*restored);
}

BOOST_FIXTURE_TEST_CASE(a_port_in_use_is_a_failure_at_once, fixture) {
  const auto port = open_port();
  BOOST_TEST(!try_ask<state_handoff_actor>(supervise(port), handoff_atom_v));
  const auto given_up = failure->get_future().get();
  BOOST_TEST((given_up.code == ec::port_not_opened));
  BOOST_TEST(given_up.reason.find(std::to_string(port)) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_node_whose_name_is_taken_is_given_up_with_a_code_of_its_own, fixture) {
  const auto port = free_port();
  ask<state_handoff_actor>(supervise(port), handoff_atom_v);
  self->send_exit(membership(), make_error(ec::name_taken, "node a at 127.0.0.1:1"));
  const auto given_up = failure->get_future().get();
  BOOST_TEST((given_up.code == ec::name_taken));
  BOOST_TEST(given_up.reason.find("node a at 127.0.0.1:1") != std::string::npos, given_up.reason);
}

BOOST_FIXTURE_TEST_CASE(a_child_that_keeps_dying_is_given_up, fixture) {
  const auto node = supervise(free_port(), {.delay_min = 1ms, .restarts_max = 1});
  const auto first = ask<state_handoff_actor>(node, handoff_atom_v);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  BOOST_REQUIRE(test::eventually([&] { return registered() && registered() != first; }));
  caf::anon_send_exit(registered(), caf::exit_reason::kill);
  auto failed = failure->get_future();
  BOOST_REQUIRE((failed.wait_for(test::patience) == std::future_status::ready));
  const auto given_up = failed.get();
  BOOST_TEST((given_up.code == ec::not_in_service));
  BOOST_TEST(given_up.reason.find("after 1 restart") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_service_that_dies_is_started_anew_and_takes_part_in_the_drain) {
  fixture node;
  std::atomic<int> started = 0;
  const service games{"games", [&](caf::actor_system& system) {
                        ++started;
                        return caf::actor_cast<participant_actor>(system.spawn(
                          [](const leftover& kept) -> caf::behavior {
                            return {[kept](drain_atom) { return std::vector<leftover>{kept}; }};
                          },
                          leftover{"game", "it goes on"}));
                      }};
  const auto supervisor = node.supervise(node.free_port(), {.delay_min = 1ms, .delay_max = 1ms}, {games});
  const auto handoff = node.ask<state_handoff_actor>(supervisor, handoff_atom_v);
  auto registered = [&] { return ariadne::registered<participant_actor>(node.system, "games"); };
  const auto first = registered();
  BOOST_REQUIRE(first);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  BOOST_TEST(test::eventually([&] {
    const auto now = registered();
    return now && now != first;
  }));
  BOOST_TEST(started == 2);
  const auto report = node.ask<drain_report>(handoff, drain_atom_v, std::uint64_t{30'000}, std::uint64_t{30'000});
  BOOST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].key == "game");
}

// -- services while the node drains ----------------------------------------------------------------------------------

namespace {

/// Services of an engine that knows only what protocol.hpp says, on one node. How the service "games" ends is up to the
/// test; the drain lasts until the service "slow" may stop.
struct engine : fixture {
  /// Of the last start of "slow", once it has been asked.
  std::shared_ptr<std::promise<caf::actor>> slow_asked = std::make_shared<std::promise<caf::actor>>();
  std::shared_ptr<std::atomic<int>> started = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);
  supervisor_actor node;

  using stop = std::function<caf::result<std::vector<leftover>>(caf::event_based_actor*)>;

  service games(stop how) {
    return {"games", [started = started, asked = asked, how](caf::actor_system& system) {
              ++*started;
              return caf::actor_cast<participant_actor>(
                // With an argument: without any, CAF 0.17 binds a reference to null.
                system.spawn(
                  [=](caf::event_based_actor* self, bool) -> caf::behavior {
                    return {[=](drain_atom) {
                      ++*asked;
                      return how(self);
                    }};
                  },
                  true));
            }};
  }

  service slow() {
    return {"slow", [asked = slow_asked](caf::actor_system& system) {
              return caf::actor_cast<participant_actor>(
                // With an argument: without any, CAF 0.17 binds a reference to null.
                system.spawn(
                  [=](caf::event_based_actor* self, bool) -> caf::behavior {
                    auto answer = std::make_shared<caf::typed_response_promise<std::vector<leftover>>>();
                    return {[=](drain_atom) -> caf::result<std::vector<leftover>> {
                              *answer = self->make_response_promise<std::vector<leftover>>();
                              asked->set_value(caf::actor_cast<caf::actor>(self->ctrl()));
                              return *answer;
                            },
                            [=](tick_atom) {
                              answer->deliver(std::vector<leftover>{});
                              self->quit();
                            }};
                  },
                  true));
            }};
  }

  state_handoff_actor start(stop how, std::chrono::milliseconds delay = 1ms) {
    node = supervise(free_port(), {.delay_min = delay, .delay_max = delay}, {games(std::move(how)), slow()});
    return ask<state_handoff_actor>(node, handoff_atom_v);
  }

  /// Drains, and lets "slow" stop once the end of "games" has been noticed.
  drain_report drain(const state_handoff_actor& handoff) {
    caf::scoped_actor drainer{system};
    drain_report result;
    auto request =
      mail(drainer, drain_atom_v, std::uint64_t{30'000}, std::uint64_t{30'000}).request(handoff, test::patience);
    auto slow = slow_asked->get_future().get();
    BOOST_TEST(test::eventually([&] { return !ariadne::registered<participant_actor>(system, "games"); }));
    BOOST_TEST(test::eventually([&] { return log.count("while this node drains; it is not started anew") == 1u; }));
    anon_mail(tick_atom_v).send(slow);
    std::move(request).receive([&](drain_report& report) { result = std::move(report); },
                               [&](const caf::error& error) { BOOST_FAIL(describe(error)); });
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_service_that_stops_as_it_should_is_not_started_again_during_the_drain, engine) {
  const auto handoff = start([](caf::event_based_actor* self) {
    self->quit();
    return std::vector<leftover>{};
  });
  const auto report = drain(handoff);
  BOOST_TEST(report.complete);
  BOOST_TEST(report.leftovers.size() == 0u);
  BOOST_TEST(*started == 1);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_ends_without_an_answer_and_without_an_error_is_done, engine) {
  const auto handoff = start([](caf::event_based_actor* self) -> caf::result<std::vector<leftover>> {
    self->quit();
    return self->make_response_promise<std::vector<leftover>>();
  });
  BOOST_TEST(drain(handoff).complete);
  BOOST_TEST(*started == 1);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_dies_during_the_drain_is_left_over_with_the_reason, engine) {
  const auto handoff = start([](caf::event_based_actor* self) -> caf::result<std::vector<leftover>> {
    self->quit(make_error(ec::refused, "it fell over"));
    return self->make_response_promise<std::vector<leftover>>();
  });
  const auto report = drain(handoff);
  BOOST_TEST(!report.complete);
  BOOST_TEST_REQUIRE(report.leftovers.size() == 1u);
  BOOST_TEST(report.leftovers[0].key == "service games");
  BOOST_TEST(report.leftovers[0].reason == "has died, with what it had not stashed: refused: it fell over");
  BOOST_TEST(*started == 1);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_goes_on_without_an_answer_is_left_over_when_its_time_is_over, engine) {
  const auto handoff = start([](caf::event_based_actor* self) -> caf::result<std::vector<leftover>> {
    return self->make_response_promise<std::vector<leftover>>();
  });
  const auto report = ask<drain_report>(handoff, drain_atom_v, std::uint64_t{50}, std::uint64_t{30'000});
  BOOST_TEST(!report.complete);
  // "slow" has not stopped either.
  BOOST_TEST_REQUIRE(report.leftovers.size() == 2u);
  BOOST_TEST(report.leftovers[0].key == "service games");
  BOOST_TEST(report.leftovers[0].reason.starts_with("has not stopped: "), report.leftovers[0].reason);
}

BOOST_FIXTURE_TEST_CASE(a_service_that_waits_for_its_restart_when_the_node_drains_is_left_over, engine) {
  const auto handoff = start([](caf::event_based_actor*) { return std::vector<leftover>{}; }, 1h);
  caf::anon_send_exit(ariadne::registered<participant_actor>(system, "games"), caf::exit_reason::kill);
  BOOST_REQUIRE(test::eventually([&] { return log.count("the service games has ended") == 1u; }));
  caf::scoped_actor drainer{system};
  auto request =
    mail(drainer, drain_atom_v, std::uint64_t{30'000}, std::uint64_t{30'000}).request(handoff, test::patience);
  anon_mail(tick_atom_v).send(slow_asked->get_future().get());
  std::move(request).receive(
    [&](const drain_report& report) {
      BOOST_TEST(!report.complete);
      BOOST_TEST_REQUIRE(report.leftovers.size() == 1u);
      BOOST_TEST(report.leftovers[0].key == "service games");
    },
    [&](const caf::error& error) { BOOST_FAIL(describe(error)); });
  BOOST_TEST(*asked == 0);
}

BOOST_FIXTURE_TEST_CASE(a_drain_that_is_requested_twice_asks_nobody_twice_and_hides_nothing, engine) {
  const auto handoff = start([](caf::event_based_actor* self) {
    self->quit();
    return std::vector<leftover>{{"game_7", "the map is full"}};
  });
  BOOST_TEST(!drain(handoff).complete);
  BOOST_TEST((ask<state_handoff_actor>(node, handoff_atom_v) == handoff));
  const auto again = ask<drain_report>(handoff, drain_atom_v, std::uint64_t{30'000}, std::uint64_t{30'000});
  BOOST_TEST(!again.complete);
  BOOST_TEST_REQUIRE(again.leftovers.size() == 1u);
  BOOST_TEST(again.leftovers[0].key == "game_7");
  BOOST_TEST(*asked == 1);
}

BOOST_FIXTURE_TEST_CASE(a_handoff_pair_that_dies_during_the_drain_stays_dead_and_whoever_asks_is_told_so, engine) {
  const auto handoff = start([](caf::event_based_actor*) { return std::vector<leftover>{}; });
  anon_mail(drain_atom_v, std::uint64_t{30'000}, std::uint64_t{30'000}).send(handoff);
  slow_asked->get_future().wait();
  caf::anon_send_exit(handoff, caf::exit_reason::kill);
  BOOST_REQUIRE(test::eventually([&] { return log.count("the handoff pair has ended") == 1u; }));
  const auto next = try_ask<state_handoff_actor>(node, handoff_atom_v);
  BOOST_REQUIRE(!next);
  BOOST_TEST(describe(next.error()) == "the node is not in service: it drains, and its handoff pair has ended");
}

BOOST_AUTO_TEST_CASE(what_is_stashed_in_a_pair_that_has_just_been_started_anew_is_handed_over_by_a_drain) {
  test::embedded_cluster nodes{
    {.nodes = {"a", "b"}, .complete = [](const std::string&, supervisor_options& options) {
       options.restarts = {.delay_min = 50ms, .delay_max = 50ms};
       options.services.push_back(
         {"games", [](caf::actor_system& system) {
            return caf::actor_cast<participant_actor>(system.spawn(
              [](caf::event_based_actor* self, const std::string& key) -> caf::behavior {
                return {[self, key](drain_atom) -> caf::result<std::vector<leftover>> {
                  const auto handoff = registered<state_handoff_actor>(self->system(), to_string(handoff_atom_v));
                  auto answer = self->make_response_promise<std::vector<leftover>>();
                  mail(self, stash_atom_v, key, snapshot{"bytes", 1, "x"})
                    .request(handoff, caf::infinite)
                    .then([answer](const receipt&) mutable { answer.deliver(std::vector<leftover>{}); });
                  return answer;
                }};
              },
              std::string{"game_7"}));
          }});
     }}};
  nodes.start("a");
  nodes.start("b");
  nodes.settle();
  const auto killed = nodes.handoff("a");
  caf::anon_send_exit(killed, caf::exit_reason::kill);
  // Until the supervisor knows of it, whoever asks for the pair gets the one that ends.
  BOOST_REQUIRE(ariadne::test::eventually([&] { return nodes.handoff("a") != killed; }));
  const auto report = nodes.stop("a");
  BOOST_TEST(report.complete);
  BOOST_TEST(report.members == 1u);
  test::test_system client;
  const auto found =
    client.ask<pickup_result>(client.ask<state_handoff_actor>(client.node_at(nodes.address("b")), handoff_atom_v),
                              pickup_atom_v, std::string{"game_7"});
  BOOST_TEST((found.outcome == pickup_outcome::found));
}

// -- names -----------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_service_may_not_have_a_name_of_ours_or_of_another_actor) {
  for (const auto& [names, problem] : std::vector<std::pair<std::vector<std::string>, std::string>>{
         {{"handoff"}, "a service may not be named handoff"},
         {{"host"}, "which is the name of the session host"},
         {{"games", "games"}, "which another one is, too"},
         {{"taken"}, "another actor of this system is registered so"}}) {
    fixture node;
    const auto other = node.system.spawn([](bool) -> caf::behavior { return {[](tick_atom) {}}; }, true);
    register_actor(node.system, "taken", other);
    std::vector<service> services;
    for (const auto& name : names)
      services.push_back({name, [](caf::actor_system& system) {
                            return caf::actor_cast<participant_actor>(
                              system.spawn([](bool) -> caf::behavior { return {[](tick_atom) {}}; }, true));
                          }});
    BOOST_TEST(!node.try_ask<state_handoff_actor>(node.supervise(node.free_port(), {}, services), handoff_atom_v));
    BOOST_TEST(node.failure->get_future().get().reason.find(problem) != std::string::npos, names.front());
    BOOST_TEST((ariadne::registered<caf::actor>(node.system, "taken") == other));
    unregister_actor(node.system, "taken");
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace supervisor_test
