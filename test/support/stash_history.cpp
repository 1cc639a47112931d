#include "test/support/stash_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ariadne::test {

namespace {

constexpr std::size_t state_bytes = 256;
constexpr std::size_t unexplained_max = 20;

} // namespace

stash_history::stash_history(std::size_t sessions) : sessions_(sessions) {}

std::string stash_history::key(std::size_t session) {
  return fmt::format("session_{:05}", session);
}

std::string stash_history::state(std::size_t session, std::uint64_t version) {
  auto text = fmt::format("{} {} ", version, key(session));
  text.resize(state_bytes, static_cast<char>('a' + version % 26));
  return text;
}

void stash_history::starts(const std::string& node) {
  const std::lock_guard lock{mutex_};
  auto& starting = incarnations_[node];
  ++starting.number;
  starting.since = std::chrono::steady_clock::now();
}

std::uint64_t stash_history::begins_stash(std::size_t session) {
  const std::lock_guard lock{mutex_};
  return ++sessions_[session].begun;
}

void stash_history::has_stashed(std::size_t number, std::uint64_t version, const moment& since) {
  const std::lock_guard lock{mutex_};
  auto& acknowledging = sessions_[number];
  if (acknowledging.acknowledged == 0)
    acknowledging.first_receipt = std::chrono::steady_clock::now();
  acknowledging.acknowledged = std::max(acknowledging.acknowledged, version);
  holds(acknowledging, since, version);
  ++stashes_acknowledged_;
}

stash_history::moment stash_history::begins(std::size_t session, const std::string& node) const {
  const std::lock_guard lock{mutex_};
  const auto& present = incarnations_.at(node);
  moment result{node, present.number, present.since, 0};
  const auto& held = sessions_[session].held;
  if (const auto found = held.find(node); found != held.end() && found->second.first == present.number)
    result.held = found->second.second;
  return result;
}

void stash_history::has_read(std::size_t number, const moment& since, const pickup_result& found) {
  const std::lock_guard lock{mutex_};
  ++reads_;
  // Another incarnation may have answered.
  if (incarnations_.at(since.node).number != since.incarnation)
    return;
  const auto problem = problem_with(number, since, found);
  if (problem.empty())
    holds(sessions_[number], since, version_of(found));
  else if (unexplained_.size() < unexplained_max)
    unexplained_.push_back(
      fmt::format("{} at incarnation {} of node {}: {}", key(number), since.incarnation, since.node, problem));
}

bool stash_history::has_begun(std::size_t session) const {
  const std::lock_guard lock{mutex_};
  return sessions_[session].begun > 0;
}

std::uint64_t stash_history::acknowledged(std::size_t session) const {
  const std::lock_guard lock{mutex_};
  return sessions_[session].acknowledged;
}

std::uint64_t stash_history::version_of(const pickup_result& found) {
  std::uint64_t version = 0;
  const auto& bytes = found.state.bytes;
  if (found.outcome == pickup_outcome::found)
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), version);
  return version;
}

std::uint64_t stash_history::stashes_acknowledged() const {
  const std::lock_guard lock{mutex_};
  return stashes_acknowledged_;
}

std::uint64_t stash_history::reads() const {
  const std::lock_guard lock{mutex_};
  return reads_;
}

std::vector<std::string> stash_history::unexplained() const {
  const std::lock_guard lock{mutex_};
  return unexplained_;
}

void stash_history::holds(session& holding, const moment& since, std::uint64_t version) const {
  if (version == 0 || incarnations_.at(since.node).number != since.incarnation)
    return;
  auto& [incarnation, held] = holding.held[since.node];
  held = incarnation == since.incarnation ? std::max(held, version) : version;
  incarnation = since.incarnation;
}

std::string stash_history::problem_with(std::size_t number, const moment& since, const pickup_result& found) const {
  const auto& reading = sessions_[number];
  if (found.outcome == pickup_outcome::found) {
    const auto version = version_of(found);
    if (version == 0 || version > reading.begun || found.state.bytes != state(number, version))
      return fmt::format("found what nobody has stashed: {}", found.state.bytes.substr(0, 40));
    if (version < since.held)
      return fmt::format("found version {} after version {}", version, since.held);
    return {};
  }
  const auto* outcome = found.outcome == pickup_outcome::absent ? "absent" : "pending";
  if (since.held > 0)
    return fmt::format("{} although it has held version {}", outcome, since.held);
  if (found.outcome == pickup_outcome::absent && reading.acknowledged > 0 && reading.first_receipt < since.node_since)
    return "absent although there was a receipt before this incarnation";
  return {};
}

} // namespace ariadne::test
