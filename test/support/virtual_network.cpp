#include "test/support/virtual_network.hpp"

#include "test/support/child_process.hpp"

#include <boost/test/tools/assertion_result.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace ariadne::test {

namespace {

// Nobody else is in these networks.
constexpr auto switch_address = "10.77.0.254";
constexpr auto all_hosts = "10.77.0.1-10.77.0.253";

std::string address_of(std::uint32_t number) {
  return fmt::format("10.77.0.{}", number);
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

/// Lets `program` read `script`, in a namespace if one is given.
void run_script(const std::vector<std::string>& program, const std::string& script, int network_namespace = -1) {
  const auto result = run_to_end(program, script, network_namespace);
  if (result.exit_code != 0)
    throw std::runtime_error(fmt::format("{} has ended with {}: {}", program.front(), result.exit_code, result.err));
}

void run_ip(const std::string& script, int network_namespace = -1) {
  run_script({"/sbin/ip", "-batch", "-"}, script, network_namespace);
}

int open_namespace_of_thread() {
  return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

int new_namespace() {
  int result = -1;
  // A namespace belongs to a thread; this one does not have to return from it.
  std::thread{[&] {
    if (unshare(CLONE_NEWNET) == 0)
      result = open_namespace_of_thread();
  }}.join();
  return result;
}

} // namespace

virtual_network::virtual_network(const std::vector<std::string>& hosts) : home_(open_namespace_of_thread()) {
  if (home_ < 0 || unshare(CLONE_NEWNET) != 0)
    fail("no network namespace of one's own");
  run_ip(fmt::format("link set lo up\n"
                     "link add switch type bridge\n"
                     "addr add {}/24 dev switch\n"
                     "link set switch up\n",
                     switch_address));
  for (const auto& name : hosts) {
    auto& added = hosts_[name];
    added.number = static_cast<std::uint32_t>(hosts_.size());
    added.network_namespace = new_namespace();
    if (added.network_namespace < 0)
      fail("no network namespace for " + name);
    plug_in(added);
  }
}

virtual_network::~virtual_network() {
  delay_.reset();
  for (const auto& [name, host] : hosts_)
    close(host.network_namespace);
  setns(home_, CLONE_NEWNET);
  close(home_);
}

void virtual_network::plug_in(const host& plugged) const {
  run_ip(fmt::format("link add port{0} type veth peer name eth0 netns /proc/{1}/fd/{2}\n"
                     "link set port{0} master switch up\n",
                     plugged.number, getpid(), plugged.network_namespace));
  run_ip(fmt::format("link set lo up\n"
                     "addr add {}/24 dev eth0\n"
                     "link set eth0 up\n",
                     address_of(plugged.number)),
         plugged.network_namespace);
}

std::string virtual_network::address(const std::string& host) const {
  return address_of(hosts_.at(host).number);
}

int virtual_network::network_namespace(const std::string& host) const {
  return hosts_.at(host).network_namespace;
}

void virtual_network::cut_one_way(const std::string& from, const std::string& to) {
  auto& changed = hosts_.at(to);
  changed.deaf_to.insert(from);
  apply(changed);
}

void virtual_network::cut(const std::string& one, const std::string& other) {
  cut_one_way(one, other);
  cut_one_way(other, one);
}

void virtual_network::partition(const std::set<std::string>& side) {
  for (auto& [name, host] : hosts_) {
    for (const auto& [other, ignored] : hosts_)
      if (side.contains(name) != side.contains(other))
        host.deaf_to.insert(other);
    apply(host);
  }
}

void virtual_network::lose(unsigned percent) {
  loss_percent_ = percent;
  apply();
}

void virtual_network::delay(std::chrono::microseconds one_way) {
  std::map<std::string, int> namespaces;
  for (const auto& [name, host] : hosts_)
    namespaces.emplace(address_of(host.number), host.network_namespace);
  delay_.reset();
  delay_ = std::make_unique<packet_delay>(namespaces, one_way);
  for (const auto& [name, host] : hosts_) {
    auto script = fmt::format("link set {} up\n", packet_delay::device);
    for (const auto& [other, number] : hosts_)
      if (other != name)
        script += fmt::format("route replace {}/32 dev {} src {}\n", address_of(number.number), packet_delay::device,
                              address_of(host.number));
    run_ip(script, host.network_namespace);
  }
}

void virtual_network::limit_rate(unsigned megabits) {
  // What the link carries in 20 ms may pass at once after a rest, but no less than a few packets.
  const auto burst_kilobytes = std::clamp(megabits * 1'000 / 8 / 50, 8u, 64u);
  std::vector<std::string_view> devices{"eth0"};
  if (delay_)
    devices.push_back(packet_delay::device);
  for (const auto& [name, host] : hosts_)
    for (const auto device : devices)
      run_script({"/sbin/tc", "-batch", "-"},
                 fmt::format("qdisc replace dev {} root tbf rate {}mbit burst {}kb latency 100ms\n", device, megabits,
                             burst_kilobytes),
                 host.network_namespace);
  is_rate_limited_ = true;
}

void virtual_network::heal() {
  if (std::exchange(is_rate_limited_, false))
    for (const auto& [name, host] : hosts_)
      run_script({"/sbin/tc", "-batch", "-"}, "qdisc del dev eth0 root\n", host.network_namespace);
  for (auto& [name, host] : hosts_)
    host.deaf_to.clear();
  loss_percent_ = 0;
  apply();
  // Its devices go with it, and with them the routes over them.
  delay_.reset();
}

void virtual_network::apply() const {
  for (const auto& [name, host] : hosts_)
    apply(host);
}

void virtual_network::apply(const host& changed) const {
  // One transaction, so there is no moment without the faults that stay.
  std::string rules = "flush ruleset\ntable ip faults {\nchain input {\ntype filter hook input priority 0;\n";
  std::vector<std::string> unheard;
  for (const auto& other : changed.deaf_to)
    unheard.push_back(address(other));
  if (!unheard.empty())
    rules += fmt::format("ip saddr {{ {} }} drop\n", fmt::join(unheard, ", "));
  if (loss_percent_ > 0)
    rules += fmt::format("ip saddr {} numgen random mod 100 < {} drop\n", all_hosts, loss_percent_);
  run_script({"/usr/sbin/nft", "-f", "-"}, rules + "}\n}\n", changed.network_namespace);
}

namespace {

/// Whether `attempt` throws nothing.
boost::test_tools::assertion_result can(void (*attempt)(), std::string_view needs) {
  const auto reason = [&] {
    try {
      attempt();
      return std::string{};
    } catch (const std::exception& error) {
      return std::string{error.what()};
    }
  }();
  boost::test_tools::assertion_result result{reason.empty()};
  if (!reason.empty()) {
    const auto message = fmt::format("{}: {}", needs, reason);
    result.message() << message;
    // Boost.Test keeps the message to itself, unless it is asked to log each test.
    fmt::print(stderr, "a test is skipped, which {}\n", message);
  }
  return result;
}

} // namespace

boost::test_tools::assertion_result has_virtual_network(boost::unit_test::test_unit_id) {
  // There the fixture says what is missing.
  if (std::getenv("CI"))
    return true;
  static const auto result = can(
    [] {
      virtual_network{{"one", "other"}}.lose(1);
    },
    "needs root and a kernel with network namespaces, veth and nftables");
  return result;
}

boost::test_tools::assertion_result has_rate_limit(boost::unit_test::test_unit_id) {
  static const auto result = can(
    [] {
      virtual_network{{"one", "other"}}.limit_rate(1);
    },
    "needs a kernel with the token bucket filter (sch_tbf)");
  return result;
}

} // namespace ariadne::test
