#include "actors/network/identity_book.hpp"

#include <algorithm>

namespace ariadne {

bool identity_book::enter(std::string_view id, const std::vector<identity>& who) {
  const std::lock_guard lock{mutex_};
  auto found = entries_.find(id);
  if (found == entries_.end())
    found = entries_.try_emplace(std::string{id}, entry{who}).first;
  if (found->second.who != who)
    return false;
  ++found->second.connections;
  return true;
}

void identity_book::leave(std::string_view id) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(id);
  if (found == entries_.end() || --found->second.connections > 0)
    return;
  const auto& who = found->second.who;
  if (std::none_of(who.begin(), who.end(), [](const identity& each) { return each.is == role::node; }))
    entries_.erase(found);
}

bool identity_book::is_node(std::string_view id, std::string_view name) const {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(id);
  return found != entries_.end()
         && std::any_of(found->second.who.begin(), found->second.who.end(),
                        [&](const auto& each) { return each.is == role::node && each.name == name; });
}

std::size_t identity_book::size() const {
  const std::lock_guard lock{mutex_};
  return entries_.size();
}

} // namespace ariadne
