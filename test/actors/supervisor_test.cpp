#include "actors/supervisor.hpp"

#include "actors/caf_edition.hpp"
#include "test/support/log_book.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <atomic>
#include <future>
#include <memory>

using namespace ariadne;
using namespace std::chrono_literals;

namespace {

struct fixture : test::logging, test::test_system {
  std::uint16_t open_port() {
    return *system.middleman().open(0, "127.0.0.1");
  }

  std::uint16_t free_port() {
    const auto port = open_port();
    system.middleman().close(port);
    return port;
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
    options.on_failure = [failure = failure](std::string reason) { failure->set_value(std::move(reason)); };
    return keep(spawn_supervisor(system, std::move(options)));
  }

  state_handoff_actor registered() {
    return ariadne::registered<state_handoff_actor>(system, to_string(handoff_atom_v));
  }

  std::shared_ptr<std::promise<std::string>> failure = std::make_shared<std::promise<std::string>>();
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
  client before;
  caf::anon_send_exit(before.connect(port).value(), caf::exit_reason::kill);
  BOOST_TEST(test::eventually([&] {
    client after;
    const auto membership = after.connect(port);
    // Nobody answers if the connection was made to the actor that has died, just before it was taken from the port.
    return membership && after.try_ask_within<state_handoff_actor>(1s, *membership, handoff_atom_v);
  }));
  BOOST_TEST((handoff == registered()));
}

BOOST_FIXTURE_TEST_CASE(a_port_in_use_is_a_failure_at_once, fixture) {
  const auto port = open_port();
  BOOST_TEST(!try_ask<state_handoff_actor>(supervise(port), handoff_atom_v));
  BOOST_TEST(failure->get_future().get().find(std::to_string(port)) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_child_that_keeps_dying_is_given_up, fixture) {
  const auto node = supervise(free_port(), {.delay_min = 1ms, .restarts_max = 1});
  const auto first = ask<state_handoff_actor>(node, handoff_atom_v);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  BOOST_REQUIRE(test::eventually([&] { return registered() && registered() != first; }));
  caf::anon_send_exit(registered(), caf::exit_reason::kill);
  auto failed = failure->get_future();
  BOOST_REQUIRE((failed.wait_for(test::patience) == std::future_status::ready));
  BOOST_TEST(failed.get().find("after 1 restart") != std::string::npos);
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

BOOST_AUTO_TEST_SUITE_END()
