#include "membership/node_table.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

namespace ariadne::membership {

namespace {

/// The time so long before `now_ms`; the beginning of time, if that was later.
constexpr std::uint64_t before(std::uint64_t now_ms, std::uint64_t age_ms) {
  return now_ms - std::min(age_ms, now_ms);
}

constexpr std::uint64_t age(std::uint64_t now_ms, std::uint64_t since_ms) {
  return now_ms - std::min(since_ms, now_ms);
}

/// A node that has been gone for long is tried after this part of that time.
constexpr std::uint64_t gone_part = 10;

} // namespace

// -- what is known ---------------------------------------------------------------------------------------------------

const node_record* node_table::find(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? nullptr : &found->second.record;
}

std::vector<std::string> node_table::names() const {
  std::vector<std::string> result;
  for (const auto& [name, e] : nodes_)
    result.push_back(name);
  return result;
}

std::vector<news> node_table::tell(std::uint64_t now_ms) const {
  std::vector<news> result;
  for (const auto& [name, e] : nodes_)
    if (e.record.state != presence::down)
      result.push_back({name, e.record.address(), e.record.state, e.record.incarnation, age(now_ms, e.contact_ms)});
  for (const auto& [name, f] : farewells_)
    result.push_back({name, {}, presence::left, f.incarnation, age(now_ms, f.since_ms)});
  return result;
}

std::string node_table::check_invariants() const {
  std::size_t attempts = 0;
  for (const auto& [name, e] : nodes_) {
    const auto is_up = e.record.state == presence::up;
    if (is_up ? e.connecting == phase::waiting : e.connecting == phase::idle)
      return "T1: node " + name + (is_up ? " is up, and waits to be tried" : " is not up, and is not tried");
    if (e.record.addresses.empty() || e.record.address().empty())
      return "T2: node " + name + " has no address";
    if (is_up && farewells_.contains(name))
      return "T5: node " + name + " is up, and has said farewell";
    attempts += e.connecting == phase::connecting ? 1 : 0;
  }
  if (attempts != attempts_ || attempts > options_.attempts_max)
    return "T3: " + std::to_string(attempts) + " attempts are under way, and " + std::to_string(attempts_)
           + " are counted";
  if (count_gone() > options_.gone_max || farewells_.size() > options_.gone_max)
    return "T4: " + std::to_string(count_gone()) + " unlisted nodes are gone, and " + std::to_string(farewells_.size())
           + " farewells are remembered";
  return {};
}

// -- what happens ----------------------------------------------------------------------------------------------------

void node_table::list(const std::string& node, const std::string& address, std::uint64_t now_ms) {
  const auto [found, is_new] = nodes_.try_emplace(node);
  auto& e = found->second;
  e.record.is_listed = true;
  e.listed_address = address;
  set_address(e, is_new ? address : e.record.address());
  if (!is_new)
    return;
  e.contact_ms = now_ms;
  e.backoff_ms = options_.reconnect_min_ms;
  try_at(e, now_ms);
}

bool node_table::unlist(const std::string& node) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || !found->second.record.is_listed)
    return false;
  auto& e = found->second;
  e.record.is_listed = false;
  e.listed_address.clear();
  if (count_gone() <= options_.gone_max)
    return false;
  erase(found);
  return true;
}

void node_table::up(const std::string& node, const std::string& address, std::uint64_t incarnation,
                    std::uint64_t now_ms) {
  auto& e = nodes_[node];
  if (!address.empty() || e.record.addresses.empty())
    set_address(e, address);
  for (auto& known : e.record.addresses)
    known.problem.clear();
  e.record.state = presence::up;
  // While it restarts its replica, it has none.
  if (incarnation != 0)
    e.record.incarnation = incarnation;
  e.record.problem.clear();
  e.contact_ms = now_ms;
  e.backoff_ms = options_.reconnect_min_ms;
  e.next_address = 0;
  if (e.connecting == phase::waiting)
    e.connecting = phase::idle;
  farewells_.erase(node);
}

void node_table::alive(const std::string& node, std::uint64_t now_ms) {
  if (const auto found = nodes_.find(node); found != nodes_.end())
    found->second.contact_ms = now_ms;
}

std::vector<std::string> node_table::down(const std::string& node, const std::string& problem, std::uint64_t now_ms,
                                          std::uint32_t random, std::uint32_t backoff_factor) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end())
    return {};
  auto& e = found->second;
  e.record.state = presence::down;
  e.record.problem = problem;
  if (backoff_factor > 1)
    e.backoff_ms = std::min(e.backoff_ms * backoff_factor, std::max(e.backoff_ms, options_.reconnect_max_ms));
  if (e.connecting == phase::idle)
    try_later(e, now_ms, random);
  std::vector<std::string> forgotten;
  for (auto gone = count_gone(); gone > options_.gone_max; --gone) {
    const auto longest = std::min_element(nodes_.begin(), nodes_.end(), [](const auto& left, const auto& right) {
      return std::tuple{!is_gone(left.second), left.second.contact_ms}
             < std::tuple{!is_gone(right.second), right.second.contact_ms};
    });
    forgotten.push_back(longest->first);
    erase(longest);
  }
  return forgotten;
}

bool node_table::leave(const std::string& node, std::uint64_t now_ms) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.record.state != presence::up)
    return false;
  auto& e = found->second;
  if (!e.record.is_listed) {
    remember_farewell(node, e.record.incarnation, now_ms);
    erase(found);
    return true;
  }
  e.record.state = presence::left;
  e.contact_ms = now_ms;
  // It may still be about to end.
  if (e.connecting == phase::idle)
    try_at(e, now_ms + options_.reconnect_max_ms);
  return false;
}

changes node_table::hear(const std::vector<news>& told, const std::string& self, std::uint64_t now_ms) {
  changes result;
  auto gone = count_gone();
  std::size_t farewells = 0;
  for (const auto& n : told) {
    if (n.name == self || n.state == presence::down)
      continue;
    if (n.state == presence::left) {
      if (++farewells <= options_.gone_max && hear_of_farewell(n, now_ms)) {
        --gone;
        result.forgotten.push_back(n.name);
      }
    } else if (const auto found = nodes_.find(n.name); found != nodes_.end()) {
      hear_of_known(found->second, n, now_ms);
    } else if (result.learnt.size() < options_.told_max && is_worth_knowing(n, gone)) {
      ++gone;
      learn(n, now_ms);
      result.learnt.push_back(n.name);
    }
  }
  return result;
}

std::optional<forget_refusal> node_table::forget(const std::string& node, std::uint64_t now_ms) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end())
    return forget_refusal::unknown;
  if (found->second.record.is_listed)
    return forget_refusal::listed;
  if (found->second.record.state == presence::up)
    return forget_refusal::up;
  remember_farewell(node, found->second.record.incarnation, now_ms);
  erase(found);
  return std::nullopt;
}

std::vector<std::string> node_table::forget_gone(std::uint64_t now_ms) {
  std::vector<std::string> forgotten;
  for (auto i = nodes_.begin(); i != nodes_.end();) {
    const auto current = i++;
    const auto& e = current->second;
    if (!is_gone(e) || e.connecting == phase::connecting || age(now_ms, e.contact_ms) < options_.forget_after_ms)
      continue;
    forgotten.push_back(current->first);
    erase(current);
  }
  std::erase_if(farewells_, [&](const auto& f) { return age(now_ms, f.second.since_ms) >= options_.forget_after_ms; });
  return forgotten;
}

// -- connecting ------------------------------------------------------------------------------------------------------

std::vector<attempt> node_table::due(std::uint64_t now_ms) {
  std::vector<entries::iterator> waiting;
  for (auto i = nodes_.begin(); i != nodes_.end(); ++i)
    if (i->second.connecting == phase::waiting && i->second.due_ms <= now_ms)
      waiting.push_back(i);
  std::stable_sort(waiting.begin(), waiting.end(), [](const auto& left, const auto& right) {
    return std::tuple{!left->second.record.is_listed, left->second.due_ms}
           < std::tuple{!right->second.record.is_listed, right->second.due_ms};
  });
  waiting.resize(std::min(waiting.size(), options_.attempts_max - std::min(attempts_, options_.attempts_max)));
  std::vector<attempt> result;
  for (const auto& i : waiting) {
    auto& e = i->second;
    e.connecting = phase::connecting;
    ++attempts_;
    const auto& addresses = e.record.addresses;
    result.push_back({i->first, addresses[e.next_address++ % addresses.size()].address});
  }
  return result;
}

void node_table::hurry(const std::string& node, std::uint64_t now_ms) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.connecting != phase::waiting)
    return;
  found->second.backoff_ms = options_.reconnect_min_ms;
  try_at(found->second, now_ms);
}

std::optional<std::uint64_t> node_table::next_due_ms() const {
  std::optional<std::uint64_t> result;
  if (attempts_ >= options_.attempts_max)
    return result;
  for (const auto& [name, e] : nodes_)
    if (e.connecting == phase::waiting)
      result = std::min(result.value_or(e.due_ms), e.due_ms);
  return result;
}

void node_table::ended(const std::string& node) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end() || found->second.connecting != phase::connecting)
    return;
  auto& e = found->second;
  --attempts_;
  e.connecting = phase::idle;
  if (e.record.state != presence::up)
    try_at(e, e.due_ms + e.backoff_ms);
}

bool node_table::failed(const std::string& node, const std::string& address, const std::string& problem,
                        std::uint64_t now_ms, std::uint32_t random) {
  const auto found = nodes_.find(node);
  if (found == nodes_.end())
    return false;
  auto& e = found->second;
  if (e.connecting == phase::connecting) {
    --attempts_;
    e.connecting = phase::idle;
  }
  if (e.record.state == presence::up)
    return false;
  if (e.connecting == phase::idle)
    try_later(e, now_ms, random);
  if (e.record.state == presence::down)
    e.record.problem = problem;
  for (auto& known : e.record.addresses)
    if (known.address == address)
      return std::exchange(known.problem, problem) != problem;
  // Meanwhile it has moved.
  return false;
}

// -- inside ----------------------------------------------------------------------------------------------------------

/// A node that is up elsewhere is tried as often as one that is listed, where it is reached there.
void node_table::hear_of_known(entry& e, const news& n, std::uint64_t now_ms) {
  const auto contact_ms = before(now_ms, n.age_ms);
  if (e.record.state == presence::up || has_said_farewell(n) || contact_ms <= e.contact_ms)
    return;
  e.contact_ms = contact_ms;
  if (n.incarnation != 0)
    e.record.incarnation = n.incarnation;
  if (!n.address.empty())
    set_address(e, n.address);
  e.backoff_ms = std::min(e.backoff_ms, options_.reconnect_max_ms);
  if (e.connecting == phase::waiting)
    e.due_ms = std::min(e.due_ms, now_ms + e.backoff_ms);
}

bool node_table::has_said_farewell(const news& n) const {
  const auto found = farewells_.find(n.name);
  return found != farewells_.end() && (n.incarnation == 0 || n.incarnation == found->second.incarnation);
}

bool node_table::is_worth_knowing(const news& n, std::size_t gone) const {
  return !n.address.empty() && n.age_ms < options_.forget_after_ms && !has_said_farewell(n) && gone < options_.gone_max;
}

void node_table::learn(const news& n, std::uint64_t now_ms) {
  auto& e = nodes_[n.name];
  set_address(e, n.address);
  e.record.incarnation = n.incarnation;
  e.contact_ms = before(now_ms, n.age_ms);
  e.backoff_ms = options_.reconnect_min_ms;
  try_at(e, now_ms);
}

/// Returns whether the node is forgotten by it.
bool node_table::hear_of_farewell(const news& n, std::uint64_t now_ms) {
  if (n.age_ms >= options_.forget_after_ms)
    return false;
  const auto found = nodes_.find(n.name);
  if (found != nodes_.end() && (!is_gone(found->second) || found->second.record.incarnation != n.incarnation))
    return false;
  remember_farewell(n.name, n.incarnation, before(now_ms, n.age_ms));
  if (found == nodes_.end())
    return false;
  erase(found);
  return true;
}

void node_table::remember_farewell(const std::string& node, std::uint64_t incarnation, std::uint64_t since_ms) {
  auto& known = farewells_[node];
  if (since_ms >= known.since_ms)
    known = {incarnation, since_ms};
  if (farewells_.size() > options_.gone_max)
    farewells_.erase(std::min_element(farewells_.begin(), farewells_.end(), [](const auto& left, const auto& right) {
      return left.second.since_ms < right.second.since_ms;
    }));
}

void node_table::set_address(entry& e, const std::string& address) {
  const auto before = std::exchange(e.record.addresses, {});
  for (const auto& next : {address, e.listed_address}) {
    auto& addresses = e.record.addresses;
    const auto is_same = [&](const known_address& known) { return known.address == next; };
    if (next.empty() || std::any_of(addresses.begin(), addresses.end(), is_same))
      continue;
    const auto known = std::find_if(before.begin(), before.end(), is_same);
    addresses.push_back(known == before.end() ? known_address{next} : *known);
  }
}

void node_table::try_at(entry& e, std::uint64_t due_ms) {
  e.connecting = phase::waiting;
  e.due_ms = due_ms;
}

void node_table::try_later(entry& e, std::uint64_t now_ms, std::uint32_t random) {
  try_at(e, now_ms + spread(e.backoff_ms, random));
  e.backoff_ms = std::min(e.backoff_ms * 2, backoff_max(e, now_ms));
}

std::uint64_t node_table::backoff_max(const entry& e, std::uint64_t now_ms) const {
  const auto gone_max_ms = std::max(options_.reconnect_max_ms, options_.gone_reconnect_max_ms);
  if (!e.record.is_listed)
    return gone_max_ms;
  return std::clamp(age(now_ms, e.contact_ms) / gone_part, options_.reconnect_max_ms, gone_max_ms);
}

std::size_t node_table::count_gone() const {
  return static_cast<std::size_t>(
    std::count_if(nodes_.begin(), nodes_.end(), [](const auto& entry) { return is_gone(entry.second); }));
}

bool node_table::is_gone(const entry& e) {
  return !e.record.is_listed && e.record.state != presence::up;
}

void node_table::erase(entries::iterator forgotten) {
  if (forgotten->second.connecting == phase::connecting)
    --attempts_;
  nodes_.erase(forgotten);
}

} // namespace ariadne::membership
