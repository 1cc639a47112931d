#include "actors/caf_edition.hpp"
#include "actors/internal/piece_messages.hpp"
#include "actors/internal/value_desk.hpp"
#include "actors/state_handoff.hpp"
#include "actors/value_client.hpp"
#include "test/support/eventually.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace value_transfer_test {

BOOST_AUTO_TEST_SUITE(value_transfer)

using namespace ariadne;
using namespace ariadne::test;

namespace {

constexpr std::size_t value_bytes_max = std::size_t{2} << 20;
constexpr write_options here_only{.concern = {.level = concern_level::local}};

std::string large(char first = 'a') {
  std::string result(std::size_t{1} << 20, first);
  for (std::size_t i = 0; i < result.size(); i += 7)
    result[i] = static_cast<char>(i >> 8);
  return result;
}

/// A node with a desk, and a client of it that is connected over the network.
struct node_and_client {
  explicit node_and_client(value_desk_options options = {}) {
    state_handoff_options pair;
    pair.cluster = "test";
    pair.node = "a";
    pair.limits = {16, value_bytes_max, std::size_t{16} << 20};
    pair.requests.hold_max = std::chrono::seconds{60};
    pair.answers = budget;
    handoff = node.keep(spawn_state_handoff(node.system, pair));
    options.handoff = handoff;
    options.value_bytes_max = value_bytes_max;
    options.answers = budget;
    own_desk = node.keep(spawn_value_desk(node.system, options));
    const auto port = node.system.middleman().publish(own_desk, 0, "127.0.0.1");
    BOOST_REQUIRE(port);
    const auto found = remote.system.middleman().remote_actor<value_desk_actor>("127.0.0.1", *port);
    BOOST_REQUIRE(found);
    desk = *found;
    client = remote.keep(new_client());
  }

  value_client_actor new_client(std::chrono::milliseconds time = patience) {
    value_client_options options;
    options.desk = desk;
    options.patience = time;
    options.on_progress = [this](std::uint64_t moved, std::uint64_t total) {
      moved_bytes = moved;
      total_bytes = total;
      ++steps;
    };
    return spawn_value_client(remote.system, options);
  }

  caf::error refusal_of_stash(const std::string& key, std::string bytes) {
    const auto done =
      remote.try_ask<receipt>(client, stash_atom_v, key, snapshot{"game", 2, std::move(bytes)}, here_only);
    return done ? caf::error{} : done.error();
  }

  void stash_here(const std::string& key, const std::string& bytes) {
    node.ask<receipt>(handoff, stash_atom_v, key, snapshot{"game", 2, bytes}, here_only);
  }

  caf::strong_actor_ptr open_writer(std::uint64_t total) {
    return remote.ask<caf::strong_actor_ptr>(desk, stash_atom_v, std::string{"k"}, snapshot{"game", 2, {}}, total);
  }

  value_opening open_reader(const std::string& key) {
    return remote.ask<value_opening>(desk, pickup_atom_v, key, wait_options{});
  }

  bool is_budget_free() {
    return eventually([this] { return budget->waiting() == 0; });
  }

  /// Registers a host whose sessions answer what they are told, or what they are started from, and refuse what is
  /// empty.
  void host_echoes() {
    const auto echo = []() -> caf::behavior {
      return {
        [](deliver_atom, const std::string& kind, const std::string& id, const std::string& message,
           std::uint64_t) -> caf::result<std::string> {
          if (message.empty())
            return make_error(ec::session_refused, "nothing has been said");
          return kind + '/' + id + ": " + message;
        },
        [](start_atom, const std::string&, const std::string&, const snapshot& state) {
          return session_place{state.type_name + std::to_string(state.bytes.size()) + state.bytes.back(), {}};
        },
      };
    };
    register_actor(node.system, to_string(host_atom_v), node.keep(node.system.spawn(echo)));
  }

  caf::expected<std::string> deliver(const std::string& message) {
    return remote.try_ask<std::string>(client, deliver_atom_v, std::string{"game"}, std::string{"7"}, message,
                                       std::uint64_t{5'000});
  }

  write_backlog backlog;
  std::shared_ptr<ariadne::answer_budget> budget =
    std::make_shared<ariadne::answer_budget>(answer_limits{std::size_t{4} << 20, std::size_t{8} << 20}, backlog);
  std::atomic<std::uint64_t> moved_bytes = 0;
  std::atomic<std::uint64_t> total_bytes = 0;
  std::atomic<int> steps = 0;
  test_system node;
  test_system remote;
  state_handoff_actor handoff;
  value_desk_actor own_desk;
  value_desk_actor desk;
  value_client_actor client;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_large_value_is_stashed_and_read_in_pieces, node_and_client) {
  BOOST_TEST(!refusal_of_stash("k", large()));
  BOOST_TEST(steps > 10);
  BOOST_TEST(moved_bytes == large().size());
  const auto whole = node.ask<pickup_result>(handoff, pickup_atom_v, std::string{"k"});
  BOOST_TEST((whole.state.bytes == large()));
  BOOST_TEST(whole.state.type_name == "game");
  BOOST_TEST(whole.state.schema_version == 2u);

  steps = 0;
  const auto found = remote.ask<pickup_result>(client, pickup_atom_v, std::string{"k"}, wait_options{});
  BOOST_TEST(steps > 10);
  BOOST_TEST((found.outcome == pickup_outcome::found));
  BOOST_TEST((found.state.bytes == large()));
  BOOST_TEST(found.state.type_name == "game");
  BOOST_TEST(found.state.schema_version == 2u);
  BOOST_TEST(found.event.counter == whole.event.counter);
  BOOST_TEST(is_budget_free());
}

BOOST_FIXTURE_TEST_CASE(a_short_value_comes_with_the_first_answer, node_and_client) {
  BOOST_TEST(!refusal_of_stash("k", "round 7"));
  steps = 0;
  const auto found = remote.ask<pickup_result>(client, pickup_atom_v, std::string{"k"}, wait_options{});
  BOOST_TEST(found.state.bytes == "round 7");
  BOOST_TEST(steps == 0);
  const auto opening = open_reader("k");
  BOOST_TEST(!opening.reader);
  BOOST_TEST(opening.total_bytes == 7u);
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_not_there_is_absent, node_and_client) {
  const auto found = remote.ask<pickup_result>(client, pickup_atom_v, std::string{"k"}, wait_options{});
  BOOST_TEST((found.outcome == pickup_outcome::absent));
}

BOOST_FIXTURE_TEST_CASE(a_reader_goes_on_with_the_version_that_it_has_begun_with, node_and_client) {
  stash_here("k", large('a'));
  const auto opening = open_reader("k");
  BOOST_REQUIRE(opening.reader);
  stash_here("k", large('b'));
  const auto reader = caf::actor_cast<value_reader_actor>(opening.reader);
  auto bytes = opening.found.state.bytes;
  while (bytes.size() < opening.total_bytes)
    bytes += remote.ask<std::string>(reader, get_atom_v, std::uint64_t{bytes.size()}, std::uint64_t{100'000});
  BOOST_TEST((bytes == large('a')));
  BOOST_TEST(is_budget_free());
}

BOOST_FIXTURE_TEST_CASE(what_is_held_is_released_when_the_client_ends, node_and_client) {
  stash_here("k", large());
  const auto held = remote.ask<pickup_result>(client, hold_atom_v, std::string{"k"}, wait_options{});
  BOOST_TEST((held.state.bytes == large()));
  // Somebody else gets it only once the first one has ended.
  const auto other = remote.keep(new_client());
  caf::scoped_actor waits{remote.system};
  auto second = mail(waits, hold_atom_v, std::string{"k"}, wait_options{.wait_ms = 20'000}).request(other, patience);
  const auto looked = remote.ask<pickup_result>(client, pickup_atom_v, std::string{"k"}, wait_options{});
  BOOST_TEST((looked.outcome == pickup_outcome::found));
  caf::anon_send_exit(client, caf::exit_reason::user_shutdown);
  std::move(second).receive([&](const pickup_result& found) { BOOST_TEST(found.event.counter == held.event.counter); },
                            [](const caf::error& error) { BOOST_TEST(!error); });
}

BOOST_FIXTURE_TEST_CASE(what_is_held_is_erased_by_its_event, node_and_client) {
  stash_here("k", large());
  const auto held = remote.ask<pickup_result>(client, hold_atom_v, std::string{"k"}, wait_options{});
  const auto done = node.ask<discard_receipt>(handoff, discard_atom_v, std::string{"k"}, held.event);
  BOOST_TEST(done.discarded);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_stashed_before_all_of_a_value_has_come, node_and_client) {
  const auto writer = caf::actor_cast<value_writer_actor>(open_writer(10));
  BOOST_TEST(remote.ask<std::uint64_t>(writer, put_atom_v, std::uint64_t{0}, std::string{"round"}) == 5u);
  // Neither a gap nor a repetition nor more than was told is taken in.
  for (const auto& [offset, bytes] : {std::pair{6, "d 7"}, std::pair{0, "round"}, std::pair{5, "d 7 and more"}})
    BOOST_TEST(
      (remote.try_ask<std::uint64_t>(writer, put_atom_v, static_cast<std::uint64_t>(offset), std::string{bytes}).error()
       == ec::refused));
  BOOST_TEST((remote.try_ask<receipt>(writer, stash_atom_v, here_only).error() == ec::refused));
  BOOST_TEST((node.ask<pickup_result>(handoff, pickup_atom_v, std::string{"k"}).outcome == pickup_outcome::absent));
  BOOST_TEST(remote.ask<std::uint64_t>(writer, put_atom_v, std::uint64_t{5}, std::string{"d 789"}) == 10u);
  remote.ask<receipt>(writer, stash_atom_v, here_only);
  BOOST_TEST(node.ask<pickup_result>(handoff, pickup_atom_v, std::string{"k"}).state.bytes == "roundd 789");
}

BOOST_FIXTURE_TEST_CASE(somebody_else_can_neither_read_nor_write_where_a_client_does, node_and_client) {
  const auto writer = caf::actor_cast<value_writer_actor>(open_writer(10));
  caf::scoped_actor stranger{remote.system};
  mail(stranger, put_atom_v, std::uint64_t{0}, std::string{"bytes"})
    .request(writer, patience)
    .receive([](std::uint64_t) { BOOST_TEST(false); },
             [](const caf::error& error) { BOOST_TEST((error == ec::refused)); });
}

BOOST_FIXTURE_TEST_CASE(a_value_that_is_too_long_is_refused_before_it_is_sent, node_and_client) {
  BOOST_TEST((refusal_of_stash("k", std::string(value_bytes_max + 1, 'x')) == ec::value_too_long));
  BOOST_TEST(steps == 0);
  BOOST_TEST(is_budget_free());
}

BOOST_FIXTURE_TEST_CASE(what_a_client_has_begun_counts_in_its_share, node_and_client) {
  // 4 MiB are its share, and each of these is to have 2.
  const auto first = open_writer(value_bytes_max);
  const auto second = open_writer(value_bytes_max);
  const auto third = remote.try_ask<caf::strong_actor_ptr>(desk, stash_atom_v, std::string{"k"},
                                                           snapshot{"game", 2, {}}, std::uint64_t{value_bytes_max});
  BOOST_TEST((third.error() == ec::too_many_answers));
  BOOST_TEST(budget->waiting() >= 2 * value_bytes_max);
}

BOOST_AUTO_TEST_CASE(what_a_client_has_begun_ends_with_it) {
  node_and_client subject;
  {
    test_system other;
    const auto port = subject.node.system.middleman().publish(subject.own_desk, 0, "127.0.0.1");
    const auto found = other.system.middleman().remote_actor<value_desk_actor>("127.0.0.1", *port);
    BOOST_REQUIRE(found);
    other.ask<caf::strong_actor_ptr>(*found, stash_atom_v, std::string{"k"}, snapshot{"game", 2, {}},
                                     std::uint64_t{value_bytes_max});
    BOOST_TEST(subject.budget->waiting() >= value_bytes_max);
  }
  BOOST_TEST(subject.is_budget_free());
}

BOOST_AUTO_TEST_CASE(what_a_client_does_not_go_on_with_ends_after_a_while) {
  value_desk_options impatient;
  impatient.idle_max = std::chrono::milliseconds{100};
  node_and_client subject{impatient};
  subject.stash_here("k", large());
  const auto writer = subject.open_writer(10);
  const auto opening = subject.open_reader("k");
  BOOST_REQUIRE(opening.reader);
  BOOST_TEST(subject.is_budget_free());
}

BOOST_AUTO_TEST_CASE(a_client_has_so_many_values_under_way_at_most) {
  value_desk_options strict;
  strict.client_transfers_max = 2;
  node_and_client subject{strict};
  const auto first = subject.open_writer(10);
  const auto second = subject.open_writer(10);
  BOOST_TEST((subject.remote
                .try_ask<caf::strong_actor_ptr>(subject.desk, stash_atom_v, std::string{"k"}, snapshot{"game", 2, {}},
                                                std::uint64_t{10})
                .error()
              == ec::too_many_requests));
}

BOOST_FIXTURE_TEST_CASE(a_value_that_the_caller_keeps_is_stashed_as_well, node_and_client) {
  const auto value = large();
  remote.ask<receipt>(client, stash_atom_v, std::string{"k"}, snapshot{"game", 2, {}},
                      shared_value{crdt::shared_bytes{value}}, here_only);
  const auto found = node.ask<pickup_result>(handoff, pickup_atom_v, std::string{"k"});
  BOOST_TEST((found.state.bytes == value));
  BOOST_TEST(found.state.schema_version == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_client_waits_for_a_write_as_long_as_the_node_does, node_and_client) {
  // The node knows of another one, of which it has heard nothing: for a second it may come.
  state_handoff_options pair;
  pair.cluster = "test";
  pair.node = "b";
  pair.expected_nodes = {"c"};
  pair.limits = {16, value_bytes_max, std::size_t{16} << 20};
  value_desk_options options;
  options.handoff = node.keep(spawn_state_handoff(node.system, pair));
  desk = node.keep(spawn_value_desk(node.system, options));
  const auto impatient = node.keep(spawn_value_client(node.system, {desk, std::chrono::milliseconds{200}}));
  const auto done = node.try_ask<receipt>(impatient, stash_atom_v, std::string{"k"}, snapshot{"game", 2, large()},
                                          write_options{.timeout_ms = 1'000});
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error() == ec::too_few_holders), describe(done.error()));
}

BOOST_FIXTURE_TEST_CASE(a_long_message_and_its_long_answer_travel_in_pieces, node_and_client) {
  host_echoes();
  const auto answer = deliver(large());
  BOOST_REQUIRE(answer);
  BOOST_TEST((*answer == "game/7: " + large()));
  BOOST_TEST(steps > 20);
  BOOST_TEST(is_budget_free());
}

BOOST_FIXTURE_TEST_CASE(a_short_message_needs_no_pieces, node_and_client) {
  host_echoes();
  BOOST_TEST(deliver("show").value() == "game/7: show");
  BOOST_TEST(steps == 0);
}

BOOST_FIXTURE_TEST_CASE(a_session_is_started_from_a_state_that_comes_in_pieces, node_and_client) {
  host_echoes();
  const auto place = remote.ask<session_place>(client, start_atom_v, std::string{"game"}, std::string{"7"},
                                               snapshot{"game", 2, large() + "z"});
  BOOST_TEST(place.node == "game1048577z");
  BOOST_TEST(steps > 10);
}

BOOST_FIXTURE_TEST_CASE(what_a_session_refuses_is_refused_by_the_desk, node_and_client) {
  host_echoes();
  BOOST_TEST((deliver("").error() == ec::session_refused));
  BOOST_TEST((deliver(std::string(value_bytes_max + 1, 'x')).error() == ec::refused));
}

BOOST_FIXTURE_TEST_CASE(a_node_without_a_host_delivers_nothing, node_and_client) {
  BOOST_TEST((deliver("show").error() == ec::refused));
  BOOST_TEST((deliver(large()).error() == ec::refused));
}

BOOST_FIXTURE_TEST_CASE(a_session_gets_no_message_before_all_of_it_has_come, node_and_client) {
  host_echoes();
  const auto courier = caf::actor_cast<session_courier_actor>(
    remote.ask<caf::strong_actor_ptr>(desk, deliver_atom_v, std::string{"game"}, std::string{"7"}, std::uint64_t{10}));
  BOOST_TEST(remote.ask<std::uint64_t>(courier, put_atom_v, std::uint64_t{0}, std::string{"round"}) == 5u);
  BOOST_TEST((remote.try_ask<value_opening>(courier, deliver_atom_v, std::uint64_t{1'000}).error() == ec::refused));
  BOOST_TEST(
    (remote.try_ask<std::uint64_t>(courier, put_atom_v, std::uint64_t{6}, std::string{"d"}).error() == ec::refused));
  BOOST_TEST(remote.ask<std::uint64_t>(courier, put_atom_v, std::uint64_t{5}, std::string{"d 789"}) == 10u);
  const auto opening = remote.ask<value_opening>(courier, deliver_atom_v, std::uint64_t{1'000});
  BOOST_TEST(opening.found.state.bytes == "game/7: roundd 789");
  BOOST_TEST(!opening.reader);
  BOOST_TEST(is_budget_free());
}

BOOST_FIXTURE_TEST_CASE(a_long_message_counts_in_the_share_of_its_client, node_and_client) {
  host_echoes();
  // Of the client's 4 MiB, these leave less than the answer takes.
  const auto first = open_writer(value_bytes_max);
  const auto second = open_writer(value_bytes_max - (std::size_t{64} << 10));
  BOOST_TEST((deliver(large()).error() == ec::too_many_answers));
}

BOOST_AUTO_TEST_CASE(a_transfer_fails_when_the_desk_ends) {
  node_and_client subject;
  subject.stash_here("k", large());
  caf::anon_send_exit(subject.handoff, caf::exit_reason::kill);
  const auto found = subject.remote.try_ask<pickup_result>(subject.client, pickup_atom_v, std::string{"k"},
                                                           wait_options{.wait_ms = 60'000});
  BOOST_TEST(!found);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace value_transfer_test
