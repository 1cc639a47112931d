#include "test/support/eventually.hpp"
#include "test/support/loaded_cluster.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::test::frozen_node_test {

namespace {

using clock = std::chrono::steady_clock;

/// The default.
constexpr std::chrono::milliseconds tolerance{500};
/// Missed after half a second, a node stays frozen for longer.
constexpr std::chrono::seconds freeze_time{2};

/// Clients that stash at one node, one after the other each, whatever becomes of it, and keep the receipts.
class stashing_clients {
public:
  struct answer {
    std::string key;
    std::size_t holders = 0;
    clock::time_point when;
  };

  stashing_clients(cluster_client& client, const std::string& node, const std::string& prefix) {
    for (std::size_t i = 0; i < 8; ++i)
      threads_.emplace_back([this, &client, node, first = fmt::format("{}/{}/", prefix, i)] {
        for (int n = 0; !is_stopping_; ++n) {
          const auto key = first + std::to_string(n);
          const auto stashed = client.stash(node, key, key, {.timeout_ms = 2'000});
          if (!stashed)
            continue;
          std::lock_guard lock{mutex_};
          answers_.push_back({key, stashed->holders.size(), clock::now()});
        }
      });
  }
  stashing_clients(const stashing_clients&) = delete;
  stashing_clients& operator=(const stashing_clients&) = delete;
  ~stashing_clients() {
    stop();
  }

  std::vector<answer> answers_since(clock::time_point since) {
    std::lock_guard lock{mutex_};
    std::vector<answer> result;
    std::copy_if(answers_.begin(), answers_.end(), std::back_inserter(result),
                 [&](const answer& a) { return a.when >= since; });
    return result;
  }

  void stop() {
    is_stopping_ = true;
    for (auto& thread : threads_)
      if (thread.joinable())
        thread.join();
  }

private:
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::vector<answer> answers_;
  std::vector<std::thread> threads_;
};

bool sees(loaded_cluster& cluster, const std::string& node, const std::string& other, member_state state) {
  const auto members = cluster.processes().client(node).members();
  return std::any_of(members.begin(), members.end(),
                     [&](const member_status& m) { return m.name == other && m.state == state; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(frozen_node)

BOOST_AUTO_TEST_CASE(a_node_that_was_frozen_does_not_answer_as_if_it_were_alone_and_loses_nothing_when_it_is_killed) {
  loaded_cluster cluster{placement::on_loopback, 3, 1,
                         fmt::format("heartbeat_tolerance = \"{}ms\"", tolerance.count())};
  for (int round = 0; round < 3; ++round) {
    stashing_clients stashing{cluster.clients(), "a", std::to_string(round)};
    BOOST_REQUIRE(eventually([&] { return stashing.answers_since({}).size() > 100; }));
    const auto frozen = clock::now();
    cluster.processes().signal("a", SIGSTOP);
    for (const auto* other : {"b", "c"})
      BOOST_REQUIRE(eventually([&] { return sees(cluster, other, "a", member_state::down); }));
    std::this_thread::sleep_until(frozen + freeze_time);
    const auto woken = clock::now();
    cluster.processes().signal("a", SIGCONT);
    BOOST_REQUIRE(eventually([&] { return stashing.answers_since(woken).size() > 100; }));
    cluster.processes().kill("a");
    stashing.stop();

    std::size_t alone = 0;
    std::size_t lost = 0;
    for (const auto& answer : stashing.answers_since({})) {
      if (answer.holders < 2) {
        alone += answer.when < woken + tolerance ? 1 : 0;
        continue;
      }
      // The one that has it may be either of them, and tells the other.
      const auto is_there = eventually([&] {
        const auto found = cluster.clients().pickup("b", answer.key);
        return found && found->outcome == pickup_outcome::found;
      });
      lost += is_there ? 0 : 1;
    }
    BOOST_TEST(alone == 0u);
    BOOST_TEST(lost == 0u);
    cluster.start("a");
    cluster.processes().settle();
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::frozen_node_test
