#include "crdt/aw_lww_map.hpp"

namespace ariadne::crdt {

aw_lww_map::~aw_lww_map() {
  for (auto* owner : marked_)
    if (owner->is_gone_)
      pool_.destroy(owner);
  table_.for_each([this](keyed_register* owner) { pool_.destroy(owner); });
}

// -- the registers ---------------------------------------------------------------------------------------------------

const keyed_register* aw_lww_map::find(std::string_view key) const {
  return table_.find(hashed_key{key});
}

keyed_register& aw_lww_map::find_or_add(const hashed_key& key) {
  return table_.find_or_add(key, [&] { return pool_.make(key.key); });
}

void aw_lww_map::remove(keyed_register& owner) {
  table_.erase(hashed_key{owner.key()});
  if (!marks_changes_)
    return pool_.destroy(&owner);
  // The journal is to be told of its end. Should the key come back before, its new register is marked after this one.
  owner.is_gone_ = true;
  mark(owner);
}

// -- packing ---------------------------------------------------------------------------------------------------------

causal_register aw_lww_map::value(const keyed_register& owner) const {
  if (owner.whole_)
    return *owner.content_.whole;
  return causal_register{entry{{index_.replica(owner.origin_), owner.counter_}, owner.stamp_, 0, owner.content_.value}};
}

std::optional<entry_view> aw_lww_map::winner(const keyed_register& owner, std::uint64_t now_ms) const {
  if (!owner.whole_)
    return entry_view{{index_.replica(owner.origin_), owner.counter_}, owner.stamp_, 0, owner.content_.value};
  for (std::size_t i = 0; i < owner.content_.whole->live_count(); ++i)
    if (const auto& e = owner.content_.whole->live(i); !e.expired(now_ms))
      return entry_view{e.dot, e.stamp, e.expires_at_ms, e.value};
  return std::nullopt;
}

bool aw_lww_map::is_first(const keyed_register& owner, dot d) const {
  if (!owner.whole_)
    return true;
  auto result = true;
  owner.content_.whole->for_each_context([&](dot other) { result = result && !(other < d); });
  return result;
}

causal_register aw_lww_map::unpack(keyed_register& owner) {
  if (owner.whole_)
    return std::move(*owner.content_.whole);
  if (is_new(owner))
    return {};
  return causal_register{
    entry{{index_.replica(owner.origin_), owner.counter_}, owner.stamp_, 0, std::move(owner.content_.value)}};
}

void aw_lww_map::pack(keyed_register& owner, causal_register value) {
  if (is_plain(value)) {
    auto live = std::move(value).take_winner();
    if (owner.whole_) {
      delete owner.content_.whole;
      new (&owner.content_.value) shared_bytes;
    }
    owner.whole_ = false;
    owner.counter_ = live.dot.counter;
    owner.stamp_ = live.stamp;
    owner.origin_ = index_.name(live.dot.replica);
    owner.content_.value = std::move(live.value);
  } else if (owner.whole_) {
    *owner.content_.whole = std::move(value);
  } else {
    auto whole = std::make_unique<causal_register>(std::move(value));
    owner.content_.value.~shared_bytes();
    owner.whole_ = true;
    owner.content_.whole = whole.release();
  }
}

// -- changes ---------------------------------------------------------------------------------------------------------

aw_lww_map::context_dots aw_lww_map::dots_of(const causal_register& value) {
  context_dots result;
  value.for_each_context([&](dot d) { result.push_back(d); });
  return result;
}

void aw_lww_map::update_index(keyed_register& owner, const context_dots& before, const context_dots& after) {
  auto holds = [](const context_dots& dots, dot d) { return std::find(dots.begin(), dots.end(), d) != dots.end(); };
  // First what is new: a packed register refers to the name of a replica id, which goes with its last dot.
  for (const auto& d : after)
    if (!holds(before, d))
      index_.insert(d, &owner);
  for (const auto& d : before)
    if (!holds(after, d))
      index_.erase(d);
  if (!owner.is_forgotten() && !owner.may_forget_) {
    owner.may_forget_ = true;
    to_forget_.push_back(&owner);
    ++widened_count_;
  }
}

void aw_lww_map::count_live(keyed_register& owner, const causal_register& value, int sign) {
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
    live_bytes_ += sign * owner.key().size();
  }
}

aw_lww_map::effect aw_lww_map::put(std::string_view key, entry written) {
  auto& owner = find_or_add(hashed_key{key});
  if (written.expires_at_ms == 0 && (is_new(owner) || is_packed_of(owner, written.dot.replica)))
    return write(owner, std::move(written));
  return update(owner, [&](causal_register& value) {
    value.put(std::move(written));
    return true;
  });
}

aw_lww_map::effect aw_lww_map::write(keyed_register& owner, entry written) {
  const effect result{&owner, true, !is_new(owner)};
  owner.content_.value.prefetch();
  index_.insert(written.dot, &owner);
  if (result.was_live) {
    const dot old{written.dot.replica, owner.counter_};
    index_.erase(old);
    fingerprint_.remove(old, owner.stamp_);
  } else {
    ++live_keys_;
    live_bytes_ += owner.key().size();
    owner.origin_ = index_.name(written.dot.replica);
  }
  fingerprint_.add(written);
  live_bytes_ += written.value.size() - owner.content_.value.size();
  owner.counter_ = written.dot.counter;
  owner.stamp_ = written.stamp;
  owner.content_.value = std::move(written.value);
  mark(owner);
  return result;
}

aw_lww_map::effect aw_lww_map::erase(std::string_view key, dot erased) {
  return update(find_or_add(hashed_key{key}), [&](causal_register& value) {
    value.erase(erased);
    return true;
  });
}

aw_lww_map::effect aw_lww_map::erase(std::string_view key, dot target, dot erased) {
  return erase(find_or_add(hashed_key{key}), target, erased);
}

bool aw_lww_map::is_contradicted(const causal_register& other, const keyed_register* owner) const {
  auto found = false;
  other.for_each_context([&](dot d) {
    const auto* indexed = index_.find(d);
    found = found || (indexed != nullptr && indexed != owner);
  });
  return found;
}

aw_lww_map::effect aw_lww_map::join(std::string_view key, causal_register other, const version_vector& covered_here) {
  const hashed_key hashed{key};
  auto join_into = [&](keyed_register& owner) {
    return update(owner, [&](causal_register& value) {
      if (value.live_count() + other.live_count() <= live_entries_max)
        return value.join(other, covered_here);
      auto joined = value;
      if (!joined.join(other, covered_here) || joined.live_count() > live_entries_max)
        return false;
      value = std::move(joined);
      return true;
    });
  };
  if (is_plain(other)) {
    const auto d = other.live(0).dot;
    if (!covered_here.covers(d) && index_.find(d) == nullptr) {
      auto& owner = find_or_add(hashed);
      if (is_new(owner) || (is_packed_of(owner, d.replica) && owner.counter_ < d.counter))
        return write(owner, std::move(other).take_winner());
      return join_into(owner);
    }
  }
  auto* owner = table_.find(hashed);
  if (owner == nullptr) {
    auto is_news = false;
    other.for_each_context([&](dot d) { is_news = is_news || !covered_here.covers(d); });
    if (!is_news)
      return {};
  }
  if (is_contradicted(other, owner))
    return {};
  return join_into(owner == nullptr ? find_or_add(hashed) : *owner);
}

void aw_lww_map::forget_context(keyed_register& owner, version_vector& forgotten) {
  owner.may_forget_ = false;
  value(owner).for_each_context([&](dot d) { forgotten.raise(d); });
  update(owner, [](causal_register& value) {
    value.forget_context();
    return true;
  });
  if (!owner.is_live())
    remove(owner);
}

} // namespace ariadne::crdt
