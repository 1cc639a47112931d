#include "membership/dialling.hpp"

#include "membership/endpoint.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::membership {

bool dialling::begin() {
  return !std::exchange(has_begun_, true);
}

std::optional<std::uint64_t> dialling::next_due_ms() const {
  const auto next = table_.next_due_ms();
  const auto seed = seeds_.next_due_ms();
  return next && seed ? std::min(next, seed) : next ? next : seed;
}

void dialling::schedule(std::uint64_t now_ms) {
  const auto next = next_due_ms();
  if (!may_dial() || !next || (wakes_at_ && *wakes_at_ <= *next))
    return;
  wakes_at_ = next;
  commands_.push_back(wake{std::chrono::milliseconds{*next - std::min(now_ms, *next)}});
}

void dialling::dial_due(std::uint64_t now_ms) {
  wakes_at_.reset();
  if (!may_dial())
    return;
  for (auto& made : table_.due(now_ms))
    commands_.push_back(dial{std::move(made)});
  for (const auto& address : seeds_.due(now_ms))
    commands_.push_back(dial{{address, address}});
  schedule(now_ms);
}

bool dialling::needs(const std::string& node) const {
  if (has_ended_)
    return false;
  if (!is_name(node))
    return seeds_.is_tried(node);
  const auto* record = table_.find(node);
  return record && record->state != presence::up;
}

void dialling::ended(const std::string& node, std::uint64_t now_ms) {
  table_.ended(node);
  seeds_.ended(node, now_ms);
  schedule(now_ms);
}

void dialling::introduce_to(contact by, const attempt& made, introduction self) {
  if (!is_name(made.node))
    commands_.push_back(watch{by});
  const pending_introduction pending{by, made, ++last_introduction_};
  introducing_.insert_or_assign(made.node, pending);
  commands_.push_back(introduce{std::move(self), pending});
}

bool dialling::is_awaited(const std::string& node, std::uint64_t number) {
  const auto found = introducing_.find(node);
  if (found == introducing_.end() || found->second.number != number)
    return false;
  if (!is_name(node))
    commands_.push_back(watch_no_more{found->second.to});
  introducing_.erase(found);
  return true;
}

std::optional<attempt> dialling::await_no_more(const std::string& node) {
  const auto found = introducing_.extract(node);
  return found ? std::optional{found.mapped().made} : std::nullopt;
}

std::vector<attempt> dialling::await_no_more(contact whom) {
  std::vector<attempt> result;
  std::erase_if(introducing_, [&](const auto& entry) {
    if (is_name(entry.first) || entry.second.to != whom)
      return false;
    result.push_back(entry.second.made);
    return true;
  });
  return result;
}

std::string dialling::check_invariants() const {
  if (auto broken = seeds_.check_invariants(); !broken.empty())
    return broken;
  if (const auto next = next_due_ms(); may_dial() && next && (!wakes_at_ || *wakes_at_ > *next))
    return "D1: a node is due, and nobody is woken for it";
  return {};
}

} // namespace ariadne::membership
