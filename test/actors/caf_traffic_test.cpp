// What CAF itself sends passes the guard of every connection: see actors/network/frame_guard.hpp.

#include "actors/internal/caf_edition_network.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"
#include "actors/network/guarded_multiplexer.hpp"
#include "test/support/log_book.hpp"
#include "test/support/test_system.hpp"

#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/node_id.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>

namespace ariadne::test::caf_traffic_test {

namespace {

using namespace std::chrono_literals;

std::unique_ptr<caf::actor_system_config> config_with(bool has_heartbeats) {
  auto config = std::make_unique<test_config>();
  if (has_heartbeats) {
    const std::string network = detail::network_settings;
    config->set(network + "heartbeat-interval", caf::timespan{1ms});
    // CAF takes a connection that has been opened for one that was last seen when the machine started.
    config->set(network + "connection-timeout", caf::timespan{100'000h});
  }
  return config;
}

/// A system that logs why it closes connections.
struct host : logging, test_system {
  explicit host(bool has_heartbeats) : test_system(config_with(has_heartbeats)) {
    dynamic_cast<guarded_multiplexer&>(system.middleman().backend()).keeper().configure(1 << 20, log.sink());
  }

  std::uint16_t publish(const caf::actor& actor) {
    return *system.middleman().publish(actor, 0, "127.0.0.1");
  }

  caf::actor at(std::uint16_t port) {
    return *system.middleman().remote_actor("127.0.0.1", port);
  }
};

caf::actor spawn_echo(host& where) {
  return where.keep(where.system.spawn(
    [](caf::event_based_actor* self, const std::string& before) -> caf::behavior {
      drop_unexpected_messages(self);
      return {[before](const std::string& text) { return before + text; }};
    },
    std::string{}));
}

/// Tells who `known` is.
caf::actor spawn_guide(host& where, const caf::actor& known) {
  return where.keep(
    where.system.spawn([](caf::event_based_actor*,
                          const caf::actor& whom) -> caf::behavior { return {[whom](get_atom) { return whom; }}; },
                       known));
}

/// Answers once `whom` has ended.
caf::actor spawn_mourner(host& where, const caf::actor& whom) {
  return where.keep(where.system.spawn(
    [](caf::event_based_actor* self, const caf::actor& mourned) -> caf::behavior {
      auto ended = std::make_shared<bool>(false);
      watch_over(self, caf::actor_cast<caf::strong_actor_ptr>(mourned),
                 [ended](const caf::down_msg&) { *ended = true; });
      return {[ended](get_atom) { return *ended; }};
    },
    whom));
}

} // namespace

BOOST_AUTO_TEST_SUITE(caf_traffic)

BOOST_DATA_TEST_CASE(all_of_it_passes_on_the_way_to_a_neighbour_and_through_one,
                     boost::unit_test::data::make({false, true}), has_heartbeats) {
  host a{has_heartbeats};
  host b{has_heartbeats};
  host c{has_heartbeats};
  const auto echo = spawn_echo(c);
  // Node b knows node c, and node a knows node b alone.
  const auto guide = spawn_guide(b, b.at(c.publish(echo)));
  const auto guide_for_a = a.at(b.publish(guide));
  const auto echo_for_a = a.ask<caf::actor>(guide_for_a, get_atom_v);
  BOOST_REQUIRE(echo_for_a);
  BOOST_TEST((echo_for_a.node() == c.system.node()));
  const auto mourner = spawn_mourner(a, echo_for_a);
  for (auto i = 0; i < 500; ++i)
    BOOST_REQUIRE(a.ask<std::string>(echo_for_a, std::to_string(i)) == std::to_string(i));
  const std::string large(600'000, 'x');
  BOOST_TEST(a.ask<std::string>(echo_for_a, large) == large);
  BOOST_TEST(!a.ask<bool>(mourner, get_atom_v));
  // A request for somebody who does not expect it.
  BOOST_TEST(!a.try_ask<bool>(echo_for_a, get_atom_v));
  caf::anon_send_exit(echo, caf::exit_reason::user_shutdown);
  BOOST_TEST(eventually([&] { return a.ask<bool>(mourner, get_atom_v); }));
  for (const auto* each : {&a, &b, &c})
    BOOST_TEST(each->log.count("is closed") == 0u);
}

BOOST_DATA_TEST_CASE(a_connection_that_begins_and_ends_in_one_turn_is_let_go,
                     boost::unit_test::data::make({false, true}), has_written) {
  host a{false};
  const auto port = a.publish(spawn_echo(a));
  const auto socket = caf::io::network::new_tcp_connection("127.0.0.1", port);
  BOOST_REQUIRE(socket);
  // Ends at the end of this test, or never.
  host b{false};
  auto& middleman = b.system.middleman();
  auto& multiplexer = dynamic_cast<guarded_multiplexer&>(middleman.backend());
  const auto basp = middleman.named_broker<caf::io::basp_broker>(basp_name);
  // Without this one, nothing in b would look after connections.
  b.publish(spawn_echo(b));
  multiplexer.dispatch([&multiplexer, basp, fd = *socket, written = has_written] {
    auto& broker = *static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(basp));
    auto begun = multiplexer.new_scribe(fd);
    const auto connection = begun->hdl();
    broker.add_scribe(std::move(begun));
    broker.configure_read(connection, caf::io::receive_policy::exactly(frame_guard::header_size));
    if (written) {
      broker.wr_buf(connection).resize(1);
      broker.flush(connection);
    }
    broker.close(connection);
  });
  // Then its descriptor is closed.
  BOOST_TEST(eventually([&] { return ::fcntl(*socket, F_GETFD) == -1; }));
}

BOOST_AUTO_TEST_CASE(the_id_of_a_node_has_the_format_that_the_guard_knows) {
  const test_system one;
  std::string bytes;
  BOOST_TEST(!detail::write_values(bytes, one.system.node()));
  const auto format = detail::caf_basp_format();
  BOOST_TEST(bytes.size() == format.id_size);
  for (std::size_t i = 0; i < format.id_tag_size; ++i)
    BOOST_TEST(static_cast<int>(static_cast<unsigned char>(bytes[i])) == std::to_integer<int>(format.id_tag[i]));
}

BOOST_AUTO_TEST_CASE(nobody_finds_what_starts_actors_or_keeps_settings_by_its_name) {
  test_system one;
  for (const auto* name : {"ConfigServ", "SpawnServ"})
    BOOST_TEST(!registered<caf::strong_actor_ptr>(one.system, name));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::caf_traffic_test
