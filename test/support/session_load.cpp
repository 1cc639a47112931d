#include "test/support/session_load.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace ariadne::test {

namespace {

/// One stash in so many is followed by a read somewhere.
constexpr unsigned stashes_per_read = 4;

/// A node that lets a request fail only after so long is avoided for a while, or all threads would soon wait for it.
constexpr std::chrono::milliseconds slow{500};
constexpr std::chrono::seconds avoidance{2};

} // namespace

session_load::session_load(cluster_client& client, stash_history& history, session_load_options options)
  : client_(client), history_(history), options_(std::move(options)) {
  for (const auto& node : options_.nodes)
    avoided_until_[node] = clock::time_point{};
  for (std::size_t i = 0; i < options_.threads; ++i)
    threads_.emplace_back([this, i] { run(i); });
}

session_load::~session_load() {
  stop();
}

void session_load::stop() {
  is_stopping_ = true;
  for (auto& thread : threads_)
    if (thread.joinable())
      thread.join();
}

void session_load::run(std::size_t thread) {
  std::minstd_rand random{static_cast<std::uint32_t>(options_.seed + thread)};
  // No session belongs to two threads.
  std::vector<std::pair<std::size_t, std::size_t>> sessions;
  for (auto session = thread; session < history_.sessions(); session += options_.threads)
    sessions.emplace_back(session, random() % options_.nodes.size());
  const auto pause = std::chrono::nanoseconds{std::chrono::seconds{1}} * static_cast<int>(options_.threads)
                     / static_cast<int>(options_.stashes_per_second);
  auto next = clock::now();
  const auto rounds = options_.once ? sessions.size() : std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < rounds && !sessions.empty() && !is_stopping_; ++i) {
    auto& [session, node] = sessions[i % sessions.size()];
    stash(session, node, random);
    if (random() % stashes_per_read == 0)
      read(sessions[random() % std::min(i + 1, sessions.size())].first,
           options_.nodes[random() % options_.nodes.size()]);
    // The rate is the scenario's. Those who have fallen behind do not catch up at once.
    next = std::max(next + pause, clock::now() - std::chrono::milliseconds{100});
    std::this_thread::sleep_until(next);
  }
  ++threads_done_;
}

void session_load::stash(std::size_t session, std::size_t& node, std::minstd_rand& random) {
  if (is_avoided(options_.nodes[node]))
    move(session, node, random);
  const auto& name = options_.nodes[node];
  const auto version = history_.begins_stash(session);
  const auto since = history_.begins(session, name);
  const auto begin = clock::now();
  if (client_.stash(name, stash_history::key(session), stash_history::state(session, version), options_.write))
    return history_.has_stashed(session, version, since);
  ++refused_;
  avoid_if_slow(name, begin);
  move(session, node, random);
}

void session_load::move(std::size_t session, std::size_t& node, std::minstd_rand& random) {
  node = (node + 1 + random() % (options_.nodes.size() - 1)) % options_.nodes.size();
  read(session, options_.nodes[node]);
}

void session_load::read(std::size_t session, const std::string& node) {
  if (is_avoided(node))
    return;
  const auto since = history_.begins(session, node);
  const auto begin = clock::now();
  if (const auto found = client_.pickup(node, stash_history::key(session)))
    history_.has_read(session, since, *found);
  else
    avoid_if_slow(node, begin);
}

bool session_load::is_avoided(const std::string& node) const {
  return clock::now() < avoided_until_.at(node).load();
}

void session_load::avoid_if_slow(const std::string& node, clock::time_point begin) {
  if (clock::now() - begin > slow)
    avoided_until_.at(node) = clock::now() + avoidance;
}

} // namespace ariadne::test
