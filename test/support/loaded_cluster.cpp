#include "test/support/loaded_cluster.hpp"

#include "test/support/node_names.hpp"

#include "test/support/measured.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace ariadne::test {

namespace {

constexpr std::size_t reading_threads = 4;

/// What the line of a log says about a node that has become so.
constexpr std::string_view declared_down = " is down: ";

/// With which a line of a log begins: 2026-01-31T12:00:00.000Z.
std::chrono::system_clock::time_point time_of(const std::string& line) {
  std::tm time{};
  int milliseconds = 0;
  if (std::sscanf(line.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &time.tm_year, &time.tm_mon, &time.tm_mday, &time.tm_hour,
                  &time.tm_min, &time.tm_sec, &milliseconds)
      != 7)
    throw std::runtime_error("no time in: " + line);
  time.tm_year -= 1900;
  time.tm_mon -= 1;
  return std::chrono::system_clock::from_time_t(timegm(&time)) + std::chrono::milliseconds{milliseconds};
}

} // namespace

loaded_cluster::loaded_cluster(placement where, std::size_t nodes, std::size_t sessions, std::string_view settings)
  : nodes_(node_names(nodes)),
    network_(where == placement::on_hosts ? std::optional<virtual_network>{std::in_place, nodes_} : std::nullopt),
    processes_(nodes_, settings, network_ ? &*network_ : nullptr), history_(sessions) {
  for (const auto& node : nodes_) {
    clients_.add(node, processes_.host(node), processes_.port(node));
    start(node);
  }
  processes_.settle();
}

session_load& loaded_cluster::begin_load(session_load_options options) {
  fmt::print("load: seed {}, {} sessions, {} stashes per second\n", options.seed, history_.sessions(),
             options.stashes_per_second);
  options.nodes = nodes_;
  return load_.emplace(clients_, history_, std::move(options));
}

void loaded_cluster::start(const std::string& node) {
  history_.starts(node);
  processes_.start(node);
}

std::vector<double> loaded_cluster::wait_until_missed(const std::string& node, const std::set<std::string>& observers,
                                                      std::chrono::system_clock::time_point since) {
  std::vector<double> milliseconds;
  for (const auto& observer : observers) {
    const auto noticed = eventually([&] { return missed_at(node, observer, since); });
    if (!noticed)
      throw std::runtime_error(fmt::format("node {} does not notice that node {} is gone", observer, node));
    milliseconds.push_back(std::chrono::duration<double, std::milli>{*noticed - since}.count());
  }
  return milliseconds;
}

std::optional<std::chrono::system_clock::time_point>
loaded_cluster::missed_at(const std::string& node, const std::string& observer,
                          std::chrono::system_clock::time_point since) const {
  std::istringstream log{processes_.log(observer)};
  const auto message = fmt::format(" node {} (", node);
  std::string line;
  while (std::getline(log, line))
    if (line.find(message) != std::string::npos && line.find(declared_down) != std::string::npos)
      // The logs have milliseconds.
      if (const auto time = time_of(line); time >= std::chrono::floor<std::chrono::milliseconds>(since))
        return time;
  return std::nullopt;
}

std::set<std::string> loaded_cluster::others(const std::string& node) const {
  std::set<std::string> result{nodes_.begin(), nodes_.end()};
  result.erase(node);
  return result;
}

std::size_t loaded_cluster::nodes_declared_down() const {
  std::size_t count = 0;
  for (const auto& node : nodes_) {
    const auto log = processes_.log(node);
    for (auto at = log.find(declared_down); at != std::string::npos; at = log.find(declared_down, at + 1))
      ++count;
  }
  return count;
}

void loaded_cluster::judge(std::string_view scenario) {
  std::uint64_t refused = 0;
  if (load_) {
    load_->stop();
    refused = load_->refused();
  }
  processes_.settle();
  const auto lost = count_lost();
  measured(fmt::format("{}, stashes acknowledged", scenario), static_cast<double>(history_.stashes_acknowledged()), "");
  measured(fmt::format("{}, stashes refused", scenario), static_cast<double>(refused), "");
  measured(fmt::format("{}, reads on the way", scenario), static_cast<double>(history_.reads()), "");
  measured(fmt::format("{}, sessions lost", scenario), static_cast<double>(lost), "");
  BOOST_TEST(history_.stashes_acknowledged() > 0u);
  BOOST_TEST(lost == 0u);
  for (const auto& read : history_.unexplained())
    BOOST_ERROR("unexplained: " << read);
}

std::size_t loaded_cluster::count_lost() {
  std::vector<std::string> running;
  for (const auto& node : nodes_)
    if (processes_.running(node))
      running.push_back(node);
  std::atomic<std::size_t> lost = 0;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < reading_threads; ++i)
    threads.emplace_back([&, i] {
      for (auto session = i; session < history_.sessions(); session += reading_threads) {
        if (!history_.has_begun(session))
          continue;
        // What was not acknowledged may still arrive here or there, so that they differ for a moment.
        const auto is_there = eventually([&] {
          std::set<std::uint64_t> versions;
          for (const auto& node : running)
            if (const auto found = clients_.pickup(node, stash_history::key(session)))
              versions.insert(stash_history::version_of(*found));
          return versions.size() == 1 && *versions.begin() >= history_.acknowledged(session);
        });
        if (!is_there)
          ++lost;
      }
    });
  threads.clear();
  return lost;
}

} // namespace ariadne::test
