#include "crdt/aw_lww_map.hpp"

#include <algorithm>

namespace ariadne::crdt {

void aw_lww_map::update_index(keyed_register& owner, const context_dots& before) {
  context_dots after;
  owner.value.for_each_context([&](dot d) { after.push_back(d); });
  auto holds = [](const context_dots& dots, dot d) { return std::find(dots.begin(), dots.end(), d) != dots.end(); };
  for (const auto& d : before)
    if (!holds(after, d))
      index_.erase(d);
  for (const auto& d : after)
    if (!holds(before, d))
      index_.insert(d, &owner);
  if (!owner.value.is_forgotten() && !owner.may_forget) {
    owner.may_forget = true;
    to_forget_.push_back(&owner);
  }
}

void aw_lww_map::count_live(keyed_register& owner, int sign) {
  const auto& value = owner.value;
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    const auto& e = value.live(i);
    if (sign > 0)
      fingerprint_.add(e);
    else
      fingerprint_.remove(e);
    live_bytes_ += sign * e.value.size();
    if (e.expires_at_ms == 0)
      continue;
    if (sign > 0)
      expiries_.insert({e.expires_at_ms, &owner});
    else
      expiries_.erase({e.expires_at_ms, &owner});
  }
  if (value.live_count() > 0) {
    live_keys_ += sign;
    live_bytes_ += sign * owner.key.size();
  }
}

const keyed_register* aw_lww_map::find(std::string_view key) const {
  auto position = registers_.find(key);
  return position == registers_.end() ? nullptr : position->get();
}

keyed_register& aw_lww_map::find_or_add(std::string_view key) {
  auto position = registers_.find(key);
  if (position == registers_.end()) {
    auto owner = std::make_unique<keyed_register>();
    owner->key = key;
    position = registers_.insert(std::move(owner)).first;
  }
  return **position;
}

aw_lww_map::effect aw_lww_map::put(std::string_view key, entry written) {
  return update(find_or_add(key), [&](causal_register& value) {
    value.put(std::move(written));
    return true;
  });
}

aw_lww_map::effect aw_lww_map::erase(std::string_view key, dot erased) {
  return update(find_or_add(key), [&](causal_register& value) {
    value.erase(erased);
    return true;
  });
}

aw_lww_map::effect aw_lww_map::join(std::string_view key, const causal_register& other,
                                    const version_vector& covered_here) {
  auto position = registers_.find(key);
  if (position == registers_.end()) {
    auto is_news = false;
    other.for_each_context([&](dot d) { is_news = is_news || !covered_here.covers(d); });
    if (!is_news)
      return {};
  }
  auto& owner = position == registers_.end() ? find_or_add(key) : **position;
  return update(owner, [&](causal_register& value) { return value.join(other, covered_here); });
}

void aw_lww_map::forget_context(keyed_register& owner, version_vector& forgotten) {
  owner.may_forget = false;
  owner.value.for_each_context([&](dot d) { forgotten.raise(d); });
  update(owner, [](causal_register& value) {
    value.forget_context();
    return true;
  });
  if (owner.value.live_count() == 0)
    registers_.erase(registers_.find(std::string_view{owner.key}));
}

} // namespace ariadne::crdt
