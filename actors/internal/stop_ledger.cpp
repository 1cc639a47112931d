#include "actors/internal/stop_ledger.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ariadne {

stop_ledger::number stop_ledger::ask(std::string name) {
  const auto who = entries_.size() + 1;
  entries_[who] = {std::move(name), true, {}};
  return who;
}

void stop_ledger::note_death(std::string name, const std::string& reason) {
  ended(ask(std::move(name)), reason);
}

void stop_ledger::answered(number who, std::vector<leftover> not_stashed) {
  if (auto* e = settle(who))
    e->leftovers = std::move(not_stashed);
}

void stop_ledger::failed(number who, const std::string& problem) {
  if (auto* e = settle(who))
    e->leftovers = {{e->name, "has not stopped: " + problem}};
}

void stop_ledger::ended(number who, const std::optional<std::string>& error) {
  if (auto* e = settle(who); e && error)
    e->leftovers = {{e->name, "has died, with what it had not stashed: " + *error}};
}

bool stop_ledger::is_settled() const {
  return std::none_of(entries_.begin(), entries_.end(), [](const auto& e) { return e.second.is_waited_for; });
}

std::vector<leftover> stop_ledger::take_leftovers() {
  std::vector<leftover> result;
  for (auto& [who, e] : entries_) {
    if (result.empty())
      result.swap(e.leftovers);
    else
      result.insert(result.end(), std::make_move_iterator(e.leftovers.begin()),
                    std::make_move_iterator(e.leftovers.end()));
    e.leftovers.clear();
  }
  return result;
}

stop_ledger::entry* stop_ledger::settle(number who) {
  const auto found = entries_.find(who);
  return found != entries_.end() && std::exchange(found->second.is_waited_for, false) ? &found->second : nullptr;
}

} // namespace ariadne
