#include "actors/session_messages.hpp"

#include "test/support/child_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/loaded_cluster.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scoped_actor.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

// What is small is not held up by what is large, on links that take seconds for that.

namespace ariadne::test::long_messages_test {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::chrono::seconds slow_link{60};
/// More than a busy machine stops a node for, and far less than what is large takes on these links.
constexpr auto patient = "heartbeat_tolerance = \"2s\"";

std::string bytes_of(std::size_t count) {
  std::string result(count, 'v');
  for (std::size_t i = 0; i < count; i += 1'000)
    result[i] = static_cast<char>(i / 1'000);
  return result;
}

/// Three nodes on hosts; programs run on the host of the third one as clients of the first.
struct distant_clients : loaded_cluster {
  distant_clients() : loaded_cluster(placement::on_hosts, 3, 1, patient) {}

  std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ARIADNE_PROGRAM);
    arguments.insert(arguments.end(), {"--node", fmt::format("{}:{}", processes().host("a"), processes().port("a"))});
    return arguments;
  }

  run_result run(std::vector<std::string> arguments, std::string_view input = {}) {
    return run_to_end(command(std::move(arguments)), input, network().network_namespace("c"));
  }

  temporary_directory files;
};

/// A client of a node whose two sessions run on another one.
struct distant_sessions : loaded_cluster, test_system {
  distant_sessions() : loaded_cluster(placement::on_hosts, 2, 1, patient) {
    host = actor_at<session_host_actor>({processes().host("a"), processes().port("a")}, to_string(host_atom_v));
    for (auto game = 0; sessions.size() < 2; ++game) {
      const auto id = std::to_string(game);
      if (ask<session_place>(host, start_atom_v, std::string{"minotaur"}, id).node == "b")
        sessions.push_back(id);
    }
  }

  auto say(caf::scoped_actor& asker, const std::string& session, std::string message) {
    return mail(asker, deliver_atom_v, std::string{"minotaur"}, session, std::move(message), std::uint64_t{50'000})
      .request(host, slow_link);
  }

  session_host_actor host;
  std::vector<std::string> sessions;
};

} // namespace

BOOST_AUTO_TEST_SUITE(long_messages, *boost::unit_test::precondition(has_virtual_network)
                                       * boost::unit_test::precondition(has_rate_limit))

BOOST_FIXTURE_TEST_CASE(a_small_stash_is_not_held_up_by_a_large_one_of_another_client, distant_clients) {
  // 12 s on the link, while the timeout of the command is 5 s: as long as bytes move, it goes on.
  network().limit_rate(10);
  const auto large = bytes_of(15 * mebibyte);
  const auto in = files.path() / "value";
  const auto err = files.path() / "err";
  write_file(in, large);
  child_process stash{command({"stash", "large", "--concern", "local"}),
                      {in, files.path() / "out", err},
                      network().network_namespace("c")};
  for (auto i = 0; i < 3; ++i)
    BOOST_TEST(run({"stash", fmt::format("small_{}", i)}, "round 7").exit_code == 0);
  BOOST_TEST(stash.running());
  BOOST_TEST((stash.wait(slow_link) == 0));
  BOOST_TEST(read_file(err) == "");
  BOOST_TEST(nodes_declared_down() == 0u);
  network().heal();
  BOOST_TEST(eventually([&] {
    const auto found = clients().pickup("a", "large");
    return found && found->state.bytes == large;
  }));
}

BOOST_FIXTURE_TEST_CASE(a_large_value_is_taken_over_a_slow_link_and_gone_only_then, distant_clients) {
  const auto large = bytes_of(3 * mebibyte);
  // Nothing of it is left to be sent over the slow link but what the client asks for.
  BOOST_TEST(clients().stash("a", "large", large, {.concern = {.level = concern_level::all}}).has_value());
  network().limit_rate(2);
  // All of it takes 12 s, a piece a third of a second.
  const auto taken = run({"take", "large", "--timeout", "6s"});
  BOOST_TEST(taken.exit_code == 0);
  BOOST_TEST(taken.err == "");
  BOOST_TEST((taken.out == large));
  BOOST_TEST(eventually([&] {
    const auto found = clients().pickup("a", "large");
    return found && found->outcome != pickup_outcome::found;
  }));
}

BOOST_FIXTURE_TEST_CASE(a_small_message_is_not_held_up_by_a_large_one_to_another_session, distant_sessions) {
  // 7 s for the large one.
  network().limit_rate(10);
  caf::scoped_actor speaker{system};
  auto large = say(speaker, sessions[0], "show " + std::string(8 * mebibyte, 'x'));
  caf::scoped_actor other{system};
  for (auto i = 0; i < 3; ++i)
    say(other, sessions[1], "show")
      .receive([](const std::string& answer) { BOOST_TEST(!answer.empty()); },
               [](const caf::error& error) { BOOST_TEST(!error, describe(error)); });
  // The answer would be in the mailbox if it had come first.
  BOOST_TEST(speaker->mailbox().empty());
  large.receive([](const std::string&) {}, [](const caf::error& error) { BOOST_TEST((error == ec::session_refused)); });
  BOOST_TEST(nodes_declared_down() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::long_messages_test
