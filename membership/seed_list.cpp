#include "membership/seed_list.hpp"

#include "membership/node_table.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::membership {

std::vector<std::string> seed_list::set(const std::vector<std::string>& addresses, std::uint64_t now_ms) {
  std::map<std::string, entry> listed;
  for (const auto& address : addresses) {
    if (listed.size() == options_.addresses_max)
      break;
    if (const auto found = entries_.find(address); found != entries_.end())
      listed.insert(entries_.extract(found));
    else
      listed.try_emplace(address, entry{now_ms, options_.reconnect_min_ms, false, false, {}, {}});
  }
  const auto gone = std::exchange(entries_, std::move(listed));
  std::vector<std::string> result;
  for (const auto& [address, e] : gone)
    if (!e.node.empty() && !has_met(e.node) && std::find(result.begin(), result.end(), e.node) == result.end())
      result.push_back(e.node);
  return result;
}

std::vector<std::string> seed_list::due(std::uint64_t now_ms) {
  std::vector<std::map<std::string, entry>::iterator> waiting;
  for (auto i = entries_.begin(); i != entries_.end(); ++i)
    if (waits(i->second) && i->second.due_ms <= now_ms)
      waiting.push_back(i);
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const auto& left, const auto& right) { return left->second.due_ms < right->second.due_ms; });
  waiting.resize(std::min(waiting.size(), options_.attempts_max - std::min(count_attempts(), options_.attempts_max)));
  std::vector<std::string> result;
  for (const auto& i : waiting) {
    i->second.is_connecting = true;
    result.push_back(i->first);
  }
  return result;
}

std::optional<std::uint64_t> seed_list::next_due_ms() const {
  std::optional<std::uint64_t> result;
  if (count_attempts() >= options_.attempts_max)
    return result;
  for (const auto& [address, e] : entries_)
    if (waits(e))
      result = std::min(result.value_or(e.due_ms), e.due_ms);
  return result;
}

bool seed_list::is_tried(const std::string& address) const {
  const auto found = entries_.find(address);
  return found != entries_.end() && found->second.is_connecting;
}

std::optional<std::string> seed_list::met(const std::string& address, const std::string& node) {
  const auto found = entries_.find(address);
  if (found == entries_.end())
    return std::nullopt;
  auto& e = found->second;
  e.is_connecting = false;
  e.problem.clear();
  auto former = std::exchange(e.node, node);
  if (former.empty() || has_met(former))
    return std::nullopt;
  return former;
}

void seed_list::is_self(const std::string& address) {
  if (auto* e = end_attempt(address))
    e->is_self = true;
}

bool seed_list::failed(const std::string& address, const std::string& problem, std::uint64_t now_ms,
                       std::uint32_t random) {
  auto* e = end_attempt(address);
  if (!e)
    return false;
  e->due_ms = now_ms + spread(e->backoff_ms, random);
  e->backoff_ms = std::min(e->backoff_ms * 2, options_.reconnect_max_ms);
  return std::exchange(e->problem, problem) != problem;
}

void seed_list::ended(const std::string& address, std::uint64_t now_ms) {
  if (auto* e = end_attempt(address))
    e->due_ms = now_ms + e->backoff_ms;
}

std::string seed_list::check_invariants() const {
  for (const auto& [address, e] : entries_)
    if (e.is_connecting && (e.is_self || !e.node.empty()))
      return "S1: it is known who is at " + address + ", and an attempt is under way there";
  if (count_attempts() > options_.attempts_max)
    return "S2: " + std::to_string(count_attempts()) + " attempts are under way";
  return {};
}

seed_list::entry* seed_list::end_attempt(const std::string& address) {
  const auto found = entries_.find(address);
  if (found == entries_.end() || !std::exchange(found->second.is_connecting, false))
    return nullptr;
  return &found->second;
}

bool seed_list::has_met(const std::string& node) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& item) { return item.second.node == node; });
}

bool seed_list::waits(const entry& e) {
  return !e.is_connecting && !e.is_self && e.node.empty();
}

std::size_t seed_list::count_attempts() const {
  return static_cast<std::size_t>(
    std::count_if(entries_.begin(), entries_.end(), [](const auto& item) { return item.second.is_connecting; }));
}

} // namespace ariadne::membership
