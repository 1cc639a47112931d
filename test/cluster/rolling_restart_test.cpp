#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <utility>

namespace ariadne::test::rolling_restart_test {

namespace {

constexpr int done = 0;
constexpr std::size_t nodes = 5;
constexpr std::size_t sessions = 2'000;

/// Restarts every node gracefully, one after the other and so many times over, as an operator deploys: the next one as
/// soon as the last one has caught up. Begins no round after `limit`, which a machine with much else to do may reach.
void restart_all(std::size_t rounds_max, std::chrono::minutes limit) {
  using clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::duration<double, std::milli>;
  loaded_cluster cluster{placement::on_loopback, nodes, sessions};
  cluster.begin_load({});
  std::vector<double> stop_ms;
  std::vector<double> return_ms;
  std::size_t rounds = 0;
  for (const auto end = clock::now() + limit; rounds < rounds_max && clock::now() < end; ++rounds)
    for (const auto& node : cluster.nodes()) {
      const auto begin = clock::now();
      BOOST_TEST(cluster.processes().stop(node) == done);
      const auto stopped = clock::now();
      cluster.start(node);
      cluster.processes().settle();
      stop_ms.push_back(milliseconds{stopped - begin}.count());
      return_ms.push_back(milliseconds{clock::now() - stopped}.count());
    }
  measured("rolling restart, rounds", static_cast<double>(rounds), "");
  measured_spread("rolling restart, SIGTERM to exit", std::move(stop_ms), "ms");
  measured_spread("rolling restart, start to caught up", std::move(return_ms), "ms");
  cluster.judge("rolling restart");
}

/// `ariadne cluster FILE`.
class running_cluster {
public:
  explicit running_cluster(std::vector<std::string> names) : names_(std::move(names)), described_(names_) {
    for (const auto& name : names_)
      clients_.add(name, described_.host(name), described_.port(name));
    process_ = std::make_unique<child_process>(
      std::vector<std::string>{ARIADNE_PROGRAM, "cluster", file()},
      child_process::streams{.out = directory_.path() / "out", .err = directory_.path() / "err"});
    BOOST_REQUIRE(eventually([&] {
      return std::all_of(names_.begin(), names_.end(),
                         [&](const auto& name) { return clients_.stash(name, "ready", "").has_value(); });
    }));
  }

  const std::vector<std::string>& names() const {
    return names_;
  }
  std::string file() const {
    return described_.file().string();
  }
  cluster_client& clients() const {
    return clients_;
  }

  /// As Ctrl-C does. Answers the exit code.
  int stop() const {
    process_->signal(SIGINT);
    return process_->wait().value_or(-1);
  }

private:
  std::vector<std::string> names_;
  /// Has the file and the ports; its nodes are those of the command.
  cluster_process described_;
  mutable cluster_client clients_;
  temporary_directory directory_;
  std::unique_ptr<child_process> process_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(rolling_restart)

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_all_nodes_are_restarted_in_turn_while_sessions_stash) {
  restart_all(20, std::chrono::minutes{3});
}

BOOST_AUTO_TEST_CASE(the_command_restarts_all_nodes_of_a_cluster_while_clients_stash) {
  const running_cluster cluster{{"a", "b", "c"}};
  std::vector<std::string> stashed;
  std::jthread stashing{[&](const std::stop_token& is_over) {
    for (std::size_t i = 0; !is_over.stop_requested(); ++i)
      for (const auto& node : cluster.names())
        if (cluster.clients().stash(node, fmt::format("game_{}_of_{}", i, node), "round 7"))
          stashed.push_back(fmt::format("game_{}_of_{}", i, node));
  }};
  for (int round = 0; round < 2; ++round) {
    const auto restarted = run_ariadne({"cluster", cluster.file(), "--rolling-restart"});
    BOOST_TEST(restarted.exit_code == done, restarted.err);
    for (const auto& node : cluster.names())
      BOOST_TEST(restarted.out.find("node " + node) != std::string::npos, restarted.out);
  }
  stashing.request_stop();
  stashing.join();
  BOOST_TEST(stashed.size() > 0u);
  for (const auto& node : cluster.names())
    for (const auto& key : stashed)
      BOOST_TEST(eventually([&] {
                   const auto found = cluster.clients().pickup(node, key);
                   return found && found->outcome == pickup_outcome::found;
                 }),
                 key << " at " << node);
  BOOST_TEST(cluster.stop() == done);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rolling_restart_nightly)

BOOST_AUTO_TEST_CASE(nothing_is_lost_when_all_nodes_are_restarted_a_hundred_times_while_sessions_stash) {
  restart_all(100, std::chrono::minutes{30});
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::rolling_restart_test
