#include "actors/error.hpp"
#include "actors/session_messages.hpp"
#include "test/support/child_process.hpp"
#include "test/support/eventually.hpp"
#include "test/support/loaded_cluster.hpp"
#include "test/support/measured.hpp"
#include "test/support/process_memory.hpp"
#include "test/support/test_system.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::test::large_values_test {

namespace {

using namespace std::chrono_literals;
using steady_clock = std::chrono::steady_clock;

constexpr std::size_t mebibyte = 1 << 20;

/// A value that one node sends another one over a link between their hosts.
struct journey {
  unsigned megabits = 0;
  std::size_t mebibytes = 0;
  std::chrono::milliseconds one_way = 0ms;
  unsigned loss_percent = 0;

  double seconds_on_the_wire() const {
    return static_cast<double>(mebibytes * mebibyte * 8) / (megabits * 1e6);
  }
  std::chrono::seconds patience() const {
    const auto slow_down = loss_percent > 0 ? 40 : 4;
    return std::chrono::seconds{60 + static_cast<int>(slow_down * seconds_on_the_wire())};
  }
};

std::ostream& operator<<(std::ostream& out, const journey& j) {
  out << j.mebibytes << " MiB at " << j.megabits << " Mbit/s";
  if (j.loss_percent > 0)
    out << ", " << j.one_way.count() << " ms each way, " << j.loss_percent << " % lost";
  return out;
}

/// What was seen while the value was on its way, and came to its end before the value did.
struct sights {
  bool has_arrived = false;
  double seconds = 0;
  /// How long small stashes took until both nodes had them; and how many had another receipt, or none.
  std::vector<double> small_ms;
  std::size_t small_unheld = 0;
  /// The same for messages to a session on the other node.
  std::vector<double> message_ms;
  std::size_t messages_unanswered = 0;
  std::size_t nodes_declared_down = 0;

  bool is_undisturbed() const {
    return has_arrived && nodes_declared_down == 0 && !small_ms.empty() && !message_ms.empty() && small_unheld == 0
           && messages_unanswered == 0;
  }
};

double ms_since(steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
}

/// Precondition: there are some.
double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Two nodes on hosts with a link between them that is as slow as the journey says, and a session on node b. The
/// clients are at the switch: what they send is not slowed down.
class slow_link {
public:
  explicit slow_link(const journey& j) : journey_(j) {
    small_.add("a", cluster_.processes().host("a"), cluster_.processes().port("a"));
    start_session_on_b();
    auto& network = cluster_.network();
    if (j.one_way > 0ms)
      network.delay(j.one_way);
    network.limit_rate(j.megabits);
    if (j.loss_percent > 0)
      network.lose(j.loss_percent);
  }

  /// Stashes the value on node a, and meanwhile small ones, and speaks to the session through node a.
  sights send() {
    sights seen;
    const std::string large(journey_.mebibytes * mebibyte, 'v');
    auto arrival = std::async(std::launch::async, [&] { return stash_on_both(cluster_.clients(), "large", large); });
    // The link has nothing to do before its first node has the value: when it was last seen not to have it.
    auto begin = steady_clock::now();
    BOOST_REQUIRE(eventually(journey_.patience(), [&] {
      const auto asked = steady_clock::now();
      const auto is_sent = is_on_its_way();
      if (!is_sent)
        begin = asked;
      return is_sent;
    }));
    auto messages = std::async(std::launch::async, [&] { exchange_messages(arrival, seen); });
    stash_small_ones(arrival, seen);
    messages.get();
    seen.has_arrived = arrival.get();
    seen.seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
    seen.nodes_declared_down = cluster_.nodes_declared_down();
    return seen;
  }

private:
  /// So that what is small takes about a hundredth of the link.
  std::chrono::milliseconds pause() const {
    return std::max(20ms, 200ms / journey_.megabits);
  }

  bool stash_on_both(cluster_client& client, const std::string& key, const std::string& bytes) const {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(journey_.patience()).count();
    const auto held = client.stash(
      "a", key, bytes, {.concern = {.level = concern_level::one}, .timeout_ms = static_cast<std::uint64_t>(ms)});
    return held && held->holders.size() == 2;
  }

  /// Node a has the value, and begins to send it.
  bool is_on_its_way() {
    const auto status = cluster_.processes().client("a").status();
    return status && status->replica.bytes >= journey_.mebibytes * mebibyte;
  }

  static bool is_over(const std::future<bool>& arrival) {
    return arrival.wait_for(0s) == std::future_status::ready;
  }

  void stash_small_ones(const std::future<bool>& arrival, sights& seen) {
    const std::string bytes(256, 's');
    for (std::size_t i = 0; !is_over(arrival); ++i) {
      const auto begin = steady_clock::now();
      const auto is_held = stash_on_both(small_, fmt::format("small_{}", i), bytes);
      if (is_over(arrival))
        return;
      if (is_held)
        seen.small_ms.push_back(ms_since(begin));
      else
        ++seen.small_unheld;
      std::this_thread::sleep_for(pause());
    }
  }

  void exchange_messages(const std::future<bool>& arrival, sights& seen) {
    while (!is_over(arrival)) {
      const auto begin = steady_clock::now();
      const auto answer = system_.try_ask<std::string>(host_, deliver_atom_v, kind, id, std::string{"show"});
      if (is_over(arrival))
        return;
      if (answer)
        seen.message_ms.push_back(ms_since(begin));
      else
        ++seen.messages_unanswered;
      std::this_thread::sleep_for(pause());
    }
  }

  void start_session_on_b() {
    auto& nodes = cluster_.processes();
    host_ = system_.actor_at<session_host_actor>({nodes.host("a"), nodes.port("a")}, to_string(host_atom_v));
    system_.ask<bool>(host_, cordon_atom_v, true);
    const auto started = eventually([&] {
      const auto place = system_.try_ask<session_place>(host_, start_atom_v, kind, id);
      return place && place->node == "b";
    });
    BOOST_REQUIRE(started);
  }

  inline static const std::string kind = "minotaur";
  inline static const std::string id = "0";

  journey journey_;
  loaded_cluster cluster_{placement::on_hosts, 2, 1, "value_bytes_max = 1_073_741_824\n"};
  cluster_client small_;
  test_system system_;
  session_host_actor host_;
};

/// Sends the value, prints what was seen, and judges what holds at any speed. A machine with much else to do may
/// disturb one journey; what is wrong disturbs each.
sights travel(const journey& j) {
  sights seen;
  for (int attempt = 0; attempt < 3 && !seen.is_undisturbed(); ++attempt)
    seen = slow_link{j}.send();
  const auto name = fmt::format("{} MiB at {} Mbit/s{}", j.mebibytes, j.megabits, j.loss_percent > 0 ? ", lossy" : "");
  if (seen.has_arrived) {
    measured(name + ", arrival", seen.seconds, "s");
    measured(name + ", share of the link", 100 * j.seconds_on_the_wire() / seen.seconds, "%");
  }
  measured(name + ", nodes declared down", static_cast<double>(seen.nodes_declared_down), "");
  if (!seen.small_ms.empty())
    measured_spread(name + ", small stashes meanwhile", seen.small_ms, "ms");
  if (!seen.message_ms.empty())
    measured_spread(name + ", messages of a session meanwhile", seen.message_ms, "ms");
  BOOST_TEST(seen.has_arrived);
  BOOST_TEST(seen.nodes_declared_down == 0u);
  BOOST_TEST(!seen.small_ms.empty(), "all small stashes wait for the large one");
  BOOST_TEST(!seen.message_ms.empty(), "all messages of sessions wait for the large value");
  BOOST_TEST(seen.small_unheld == 0u);
  BOOST_TEST(seen.messages_unanswered == 0u);
  return seen;
}

void write_large_file(const std::filesystem::path& file, std::size_t bytes) {
  std::ofstream out{file, std::ios::binary};
  std::string block(mebibyte, 'v');
  for (std::size_t left = bytes; left > 0; left -= std::min(left, mebibyte)) {
    block.front() = static_cast<char>(left / mebibyte);
    out.write(block.data(), static_cast<std::streamsize>(std::min(left, mebibyte)));
  }
}

bool are_equal(const std::filesystem::path& left, const std::filesystem::path& right) {
  std::ifstream l{left, std::ios::binary};
  std::ifstream r{right, std::ios::binary};
  using bytes = std::istreambuf_iterator<char>;
  return std::equal(bytes{l}, bytes{}, bytes{r}, bytes{});
}

const journey quick_journeys[] = {{10, 1}, {50, 15}, {200, 15}};
const journey long_journeys[] = {{1, 1}, {1, 15}, {10, 15}, {10, 100}, {50, 100}, {200, 100}};

} // namespace

BOOST_AUTO_TEST_SUITE(large_values, *boost::unit_test::precondition(has_virtual_network))

BOOST_DATA_TEST_CASE(a_large_value_arrives_over_a_slow_link_and_holds_up_nothing_small, quick_journeys) {
  if (has_rate_limit({}))
    travel(sample);
}

BOOST_AUTO_TEST_CASE(a_stash_is_answered_when_its_value_is_there_though_its_timeout_is_shorter) {
  if (!has_rate_limit({}))
    return;
  loaded_cluster cluster{placement::on_hosts, 2, 1};
  // Six seconds on the link.
  cluster.network().limit_rate(4);
  temporary_directory directory;
  write_large_file(directory.path() / "value", 3 * mebibyte);
  const auto stashed =
    cluster.processes().run("a", {"stash", "large", (directory.path() / "value").string(), "--timeout", "2s"});
  BOOST_TEST(stashed.exit_code == 0, stashed.err);
  BOOST_TEST(stashed.out.find("held by a, b") != std::string::npos, stashed.out);
}

BOOST_AUTO_TEST_CASE(a_value_takes_its_size_once_wherever_it_is_or_passes) {
  constexpr std::size_t bytes = 64 * mebibyte;
  // A program without values (15 MiB), two windows on each side, what CAF has under way, and what the allocator keeps.
  constexpr std::size_t under_way = 40 * mebibyte;
  loaded_cluster cluster{placement::on_loopback, 3, 1, "value_bytes_max = 1_073_741_824\n"};
  auto& nodes = cluster.processes();
  std::map<std::string, std::size_t> before;
  for (const auto& node : cluster.nodes())
    before[node] = nodes.peak_bytes(node);
  temporary_directory directory;
  const auto in = directory.path() / "value";
  const auto out = directory.path() / "out";
  const auto err = directory.path() / "err";
  write_large_file(in, bytes);
  const auto run = [&](const std::string& node, std::vector<std::string> arguments, const std::filesystem::path& to) {
    arguments.insert(arguments.begin(), ARIADNE_PROGRAM);
    arguments.insert(arguments.end(), {"--timeout", "1m", "--node", fmt::format("127.0.0.1:{}", nodes.port(node))});
    child_process program{arguments, {"/dev/null", to, err}};
    std::size_t peak = 0;
    while (program.running())
      peak = std::max(peak, peak_bytes_of(program.pid()).value_or(0));
    BOOST_TEST((program.wait() == 0), read_file(err));
    measured("a value of 64 MiB, most memory of " + arguments[1], static_cast<double>(peak) / mebibyte, "MiB");
    BOOST_TEST(peak > bytes);
    BOOST_TEST(peak < bytes + under_way);
  };
  run("a", {"stash", "large", in.string(), "--concern", "all"}, directory.path() / "receipt");
  run("b", {"pickup", "large"}, out);
  BOOST_TEST(are_equal(in, out));
  run("c", {"take", "large"}, directory.path() / "taken");
  BOOST_TEST(are_equal(in, directory.path() / "taken"));
  for (const auto& node : cluster.nodes()) {
    const auto taken = nodes.peak_bytes(node) - before[node];
    measured("a value of 64 MiB, memory that it took on node " + node, static_cast<double>(taken) / mebibyte, "MiB");
    BOOST_TEST(taken < bytes + under_way);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(large_values_nightly, *boost::unit_test::precondition(has_virtual_network))

BOOST_DATA_TEST_CASE(a_large_value_uses_a_slow_link_well_and_holds_up_nothing_small, long_journeys) {
  if (!has_rate_limit({}))
    return;
  const auto seen = travel(sample);
  BOOST_TEST(sample.seconds_on_the_wire() / seen.seconds >= 0.85);
  // A tenth of what the large one takes is far more than a small one needs.
  if (sample.seconds_on_the_wire() > 5)
    for (const auto& times : {seen.small_ms, seen.message_ms})
      BOOST_TEST((!times.empty() && percentile(times, 0.99) < seen.seconds * 100));
}

BOOST_AUTO_TEST_CASE(a_large_value_arrives_over_a_link_that_is_slow_far_and_loses_packets) {
  if (has_rate_limit({}))
    travel({.megabits = 10, .mebibytes = 2, .one_way = 100ms, .loss_percent = 2});
}

BOOST_AUTO_TEST_CASE(a_value_of_a_gibibyte_arrives_and_disturbs_nobody) {
  constexpr std::size_t bytes = 1024 * mebibyte - 1024;
  loaded_cluster cluster{placement::on_loopback, 2, 1, "value_bytes_max = 1_073_741_824\n"};
  auto& nodes = cluster.processes();
  temporary_directory directory;
  const auto file = directory.path() / "value";
  write_large_file(file, bytes);
  const auto begin = steady_clock::now();
  const auto stashed = nodes.run("a", {"stash", "large", file.string(), "--timeout", "10m"});
  measured("a value of 1 GiB on loopback, until another node holds it", ms_since(begin) / 1'000, "s");
  BOOST_TEST(stashed.exit_code == 0, stashed.err);
  const auto found = nodes.run("b", {"pickup", "large", "--timeout", "10m"});
  BOOST_TEST(found.exit_code == 0, found.err);
  BOOST_TEST(found.out.size() == bytes);
  BOOST_TEST(cluster.nodes_declared_down() == 0u);
  for (const auto& node : cluster.nodes()) {
    const auto peak = nodes.peak_bytes(node);
    measured("a value of 1 GiB, most memory of node " + node, static_cast<double>(peak) / mebibyte, "MiB");
    // The value, once; and a quarter for all that is under way.
    BOOST_TEST(peak < bytes + bytes / 4);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::large_values_test
