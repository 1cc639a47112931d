#include "test/simulation/observer.hpp"

#include <algorithm>

namespace ariadne::simulation {

namespace {

crdt::causal_register value_of(const crdt::replica& replica, const std::string& key) {
  const auto* owner = replica.map().find(key);
  return owner == nullptr ? crdt::causal_register{} : replica.map().value(*owner);
}

} // namespace

observer::observer(const history& events, std::size_t keys, bool may_refuse)
  : history_(events), may_refuse_(may_refuse), live_(keys), seen_(keys) {
  for (std::uint32_t key = 0; key < keys; ++key)
    names_.push_back(key_name(key));
}

bool observer::is_live(std::uint32_t number) const {
  const auto& entries = live_[history_[number].key];
  return std::find(entries.begin(), entries.end(), number) != entries.end();
}

bool observer::is_known(const crdt::replica& replica, const crdt::causal_register& value, std::uint32_t number) const {
  auto d = history_[number].dot;
  // What is refused of a full state holds back the version vector, but not the contexts that come after it, here and at
  // those that get them from here.
  return replica.covers(d) || value.covers(d) || (replica.has_sweep() && told_.covers(d))
         || (may_refuse_ && history_.was_told(d));
}

bool observer::may_be_gone(const crdt::replica& replica, const crdt::causal_register& value,
                           std::uint32_t number) const {
  const auto& e = history_[number];
  // Whoever wrote it and then wrote the same key again has seen it go, by whatever event; unless it let it stand.
  const auto has_gone = [&](std::uint64_t counter) {
    const auto& left = history_[history_.find({e.dot.replica, counter})].left;
    return counter > e.dot.counter && std::find(left.begin(), left.end(), number) == left.end();
  };
  return e.is_dropped || has_gone(std::max(value.seen(e.dot.replica), e.dot.counter))
         || std::any_of(e.superseded_by.begin(), e.superseded_by.end(),
                        [&](auto later) { return is_known(replica, value, later); });
}

void observer::check_step(const crdt::replica& replica, const std::vector<crdt::key_change>& changes) {
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    auto key = key_number(change->key);
    if (seen_[key])
      continue;
    seen_[key] = true;
    check_key(replica, key);
    if (change->readable() != !live_[key].empty())
      throw violation{"watchers are told the truth", "of " + change->key};
  }
  for (const auto& change : changes)
    seen_[key_number(change.key)] = false;
  if (fingerprint_ != replica.map().fingerprint())
    throw violation{"the fingerprint is that of the live entries", history_.name(replica.id())};
  check_covered(replica);
}

void observer::check_key(const crdt::replica& replica, std::uint32_t key) {
  const auto value = value_of(replica, names_[key]);
  std::vector<std::uint32_t> live;
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    const auto& entry = value.live(i);
    auto number = history_.find(entry.dot);
    const auto& e = history_[number];
    if (!e.is_put || e.key != key || e.stamp != entry.stamp || e.expires_at_ms != entry.expires_at_ms
        || e.value != entry.value.view())
      throw violation{"an entry stays as it was written", history_.name(entry.dot) + " of " + names_[key]};
    for (auto later : e.superseded_by)
      if (replica.covers(history_[later].dot) || (!history_.has_full_states() && value.covers(history_[later].dot)))
        throw violation{"what was superseded stays dead", history_.name(e.dot) + " of " + names_[key]
                                                            + " is live, although " + history_.name(history_[later].dot)
                                                            + " is known"};
    live.push_back(number);
  }
  for (auto number : live_[key])
    if (std::find(live.begin(), live.end(), number) == live.end()) {
      const auto& e = history_[number];
      if (!may_be_gone(replica, value, number))
        throw violation{"nothing disappears without a reason (I6)", history_.name(e.dot) + " of " + names_[key]};
    }
  if (live.empty() && !live_[key].empty()) {
    const auto& endings = history_.endings(key);
    if (std::none_of(endings.rbegin(), endings.rend(), [&](auto e) {
          return (!history_[e].is_put || history_[e].is_dropped) && is_known(replica, value, e);
        }))
      throw violation{"only an erase or an expiry makes a key unreadable (I6)", names_[key]};
  }
  auto entry_of = [this](std::uint32_t number) {
    const auto& e = history_[number];
    return crdt::entry{e.dot, e.stamp, e.expires_at_ms, {}};
  };
  for (auto number : live_[key])
    fingerprint_.remove(entry_of(number));
  for (auto number : live)
    fingerprint_.add(entry_of(number));
  live_[key] = std::move(live);
}

void observer::check_covered(const crdt::replica& replica) {
  const auto now = replica.whole_vector();
  auto before = vector_.begin();
  auto is_raised = false;
  for (const auto& d : now) {
    while (before != vector_.end() && before->replica < d.replica)
      throw violation{"a version vector only grows", history_.name(before->replica)};
    auto from = std::uint64_t{0};
    if (before != vector_.end() && before->replica == d.replica)
      from = (before++)->counter;
    if (from > d.counter)
      throw violation{"a version vector only grows", history_.name(d)};
    is_raised = is_raised || from < d.counter;
    for (auto counter = from + 1; counter <= d.counter; ++counter) {
      auto number = history_.find({d.replica, counter});
      const auto& e = history_[number];
      if (e.is_put && !is_live(number) && !may_be_gone(replica, value_of(replica, names_[e.key]), number))
        throw violation{"what the version vector covers is reflected in the map (I2)",
                        "put " + history_.name(e.dot) + " of " + names_[e.key] + " is covered, but lost"};
      for (auto old : e.superseded)
        if (is_live(old))
          throw violation{"what the version vector covers is reflected in the map (I2)",
                          history_.name(e.dot) + " of " + names_[e.key] + " is covered, but "
                            + history_.name(history_[old].dot) + " is still live"};
    }
  }
  if (before != vector_.end())
    throw violation{"a version vector only grows", history_.name(before->replica)};
  if (is_raised)
    vector_ = now;
}

void observer::check_reads(const crdt::replica& replica, std::uint32_t key, const crdt::causal_register& value,
                           std::uint64_t now_ms) const {
  const crdt::entry* winner = nullptr;
  for (std::size_t i = 0; i < value.live_count(); ++i) {
    const auto& e = value.live(i);
    if (e.expires_at_ms != 0 && e.expires_at_ms <= now_ms)
      continue;
    if (winner == nullptr || std::tie(winner->stamp, winner->dot.replica) < std::tie(e.stamp, e.dot.replica))
      winner = &e;
  }
  const auto read = replica.get(names_[key], now_ms);
  if (read.has_value() != (winner != nullptr) || (read && read->dot != winner->dot))
    throw violation{"a read answers the unexpired entry with the greatest stamp", names_[key]};
}

void observer::check_all(const crdt::replica& replica, std::uint64_t now_ms) {
  std::size_t live_keys = 0;
  std::size_t live_bytes = 0;
  std::size_t dots = 0;
  crdt::fingerprint fingerprint;
  replica.map().for_each([&](const crdt::keyed_register& owner) {
    const auto value = replica.map().value(owner);
    auto key = key_number(owner.key());
    auto told = live_[key];
    check_key(replica, key);
    std::sort(told.begin(), told.end());
    auto actual = live_[key];
    std::sort(actual.begin(), actual.end());
    if (told != actual)
      throw violation{"watchers are told every change", names_[key]};
    check_reads(replica, key, value, now_ms);
    if (value.live_count() > 0) {
      ++live_keys;
      live_bytes += owner.key().size();
    }
    for (std::size_t i = 0; i < value.live_count(); ++i) {
      live_bytes += value.live(i).value.size();
      fingerprint.add(value.live(i));
      auto other = value.live(i);
      ++other.stamp.value;
      crdt::fingerprint one, two;
      one.add(value.live(i));
      two.add(other);
      if (one == two && other.expires_at_ms == 0)
        throw violation{"a fingerprint tells entries with different stamps apart", names_[key]};
    }
    value.for_each_context([&](crdt::dot d) {
      ++dots;
      if (history_[history_.find(d)].key != key)
        throw violation{"a context holds events of its key only", history_.name(d) + " of " + names_[key]};
      auto [counter, holder] = replica.map().index().next(d.replica, d.counter - 1);
      if (counter != d.counter || holder != &owner)
        throw violation{"the index holds every dot of every context", history_.name(d) + " of " + names_[key]};
    });
  });
  if (dots != replica.map().index().size())
    throw violation{"the index holds nothing but the dots of the contexts", history_.name(replica.id())};
  for (const auto& d : replica.retired())
    if (replica.map().index().highest(d.replica) != 0)
      throw violation{"nothing names an incarnation that is retired", history_.name(d)};
  auto is_empty = [](const auto& entries) { return entries.empty(); };
  if (live_keys != live_.size() - std::count_if(live_.begin(), live_.end(), is_empty))
    throw violation{"watchers are told every change", "a key has left the map unnoticed"};
  if (fingerprint != replica.map().fingerprint())
    throw violation{"the fingerprint is that of the live entries", history_.name(replica.id())};
  if (live_keys != replica.key_count() || live_bytes != replica.byte_count())
    throw violation{"keys and bytes are counted right", history_.name(replica.id())};
}

} // namespace ariadne::simulation
