#include "crdt/key_pages.hpp"

#include "crdt/passed_time.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ariadne::crdt {

namespace {

/// What a key costs a window, about: a node of the tree and the string.
std::size_t cost_in_window(std::string_view key) {
  return key.size() + 64;
}

std::size_t cost_in_page(std::string_view key) {
  return key.size() + 16;
}

} // namespace

bool key_pages::ask(std::uint64_t name, std::uint64_t requester, std::string prefix, std::string after) {
  if (requester != unlimited) {
    const auto of_one =
      std::count_if(requests_.begin(), requests_.end(), [&](const request& r) { return r.requester == requester; });
    if (requests_.size() >= limits_.requests_max || static_cast<std::size_t>(of_one) >= limits_.requests_of_one_max)
      return false;
  }
  requests_.push_back({name, requester, std::move(prefix), std::move(after), {}, 0});
  return true;
}

void key_pages::drop(std::uint64_t name) {
  requests_.remove_if([&](const request& r) { return r.name == name; });
}

void key_pages::changed(std::string_view key, bool is_live) {
  for (auto& w : windows_) {
    if (is_live)
      take_in(w, key);
    else if (const auto gone = w.keys.find(key); gone != w.keys.end()) {
      w.bytes -= cost_in_window(*gone);
      w.keys.erase(gone);
    }
  }
}

void key_pages::work(const aw_lww_map& map, std::uint64_t now_ms, std::size_t registers_max) {
  spent_keys_.free_some(registers_max);
  if (requests_.empty())
    return;
  auto& r = requests_.front();
  auto* w = find_window(r);
  if (w == nullptr)
    w = add_window(r);
  if (w != nullptr) {
    w->last_used_ms = now_ms;
    if (w->walk)
      walk(*w, map, registers_max);
    else if (const auto filled = fill(r, *w, map, now_ms, registers_max); filled == filling::complete) {
      answers_.push_back({r.name, std::move(r.page)});
      requests_.pop_front();
      return;
    } else if (filled == filling::spent) {
      give_up(std::find_if(windows_.begin(), windows_.end(), [w](const window& each) { return &each == w; }));
    }
  }
  requests_.splice(requests_.end(), requests_, requests_.begin());
}

void key_pages::tick(std::uint64_t now_ms) {
  for (auto w = windows_.begin(); w != windows_.end();) {
    const auto is_idle = has_passed(limits_.idle_ms, w->last_used_ms, now_ms);
    w = is_idle && !is_waited_for(*w) ? give_up(w) : std::next(w);
  }
}

std::vector<key_pages::answer> key_pages::take_answers() {
  return std::exchange(answers_, {});
}

bool key_pages::serves(const window& w, const request& r) {
  return w.prefix == r.prefix && w.after <= r.after && (!w.end || r.after < *w.end);
}

key_pages::window* key_pages::find_window(const request& r) {
  const auto found = std::find_if(windows_.begin(), windows_.end(), [&](const window& w) { return serves(w, r); });
  return found == windows_.end() ? nullptr : &*found;
}

bool key_pages::is_waited_for(const window& w) const {
  return std::any_of(requests_.begin(), requests_.end(), [&](const request& r) { return serves(w, r); });
}

key_pages::window* key_pages::add_window(const request& r) {
  if (windows_.size() >= limits_.windows_max) {
    auto oldest = windows_.end();
    for (auto w = windows_.begin(); w != windows_.end(); ++w)
      if (!is_waited_for(*w) && (oldest == windows_.end() || w->last_used_ms < oldest->last_used_ms))
        oldest = w;
    if (oldest == windows_.end())
      return nullptr;
    give_up(oldest);
  }
  auto& added = windows_.emplace_back();
  added.prefix = r.prefix;
  added.after = r.after;
  return &added;
}

std::list<key_pages::window>::iterator key_pages::give_up(std::list<window>::iterator w) {
  spent_keys_.add(std::move(w->keys));
  return windows_.erase(w);
}

void key_pages::take_in(window& w, std::string_view key) const {
  if (key <= w.after || (w.end && key >= *w.end) || !key.starts_with(w.prefix))
    return;
  if (const auto& hidden = limits_.hidden_prefix;
      !hidden.empty() && key.starts_with(hidden) && !w.prefix.starts_with(hidden))
    return;
  if (w.keys.contains(key))
    return;
  w.keys.emplace(key);
  for (w.bytes += cost_in_window(key); w.bytes > limits_.window_bytes && w.keys.size() > 1;) {
    const auto last = std::prev(w.keys.end());
    w.bytes -= cost_in_window(*last);
    w.end = *last;
    w.keys.erase(last);
  }
}

void key_pages::walk(window& w, const aw_lww_map& map, std::size_t registers_max) const {
  for (; registers_max > 0; --registers_max) {
    const auto* owner = w.walk->next(map.index());
    if (owner == nullptr)
      return w.walk.reset();
    if (owner->is_live())
      take_in(w, owner->key());
  }
}

key_pages::filling key_pages::fill(request& r, window& w, const aw_lww_map& map, std::uint64_t now_ms,
                                   std::size_t registers_max) const {
  auto position = w.keys.upper_bound(r.after);
  for (; position != w.keys.end(); --registers_max) {
    if (!r.page.keys.empty() && r.page_bytes + cost_in_page(*position) > limits_.page_bytes)
      return filling::complete;
    if (registers_max == 0)
      return filling::incomplete;
    r.after = *position;
    if (const auto* owner = map.find(*position); owner != nullptr && map.winner(*owner, now_ms)) {
      r.page_bytes += cost_in_page(*position);
      r.page.keys.push_back(*position++);
    } else {
      // Expired: if it is written anew, the window is told.
      w.bytes -= cost_in_window(*position);
      position = w.keys.erase(position);
    }
  }
  r.page.is_last = !w.end;
  return r.page.is_last || !r.page.keys.empty() ? filling::complete : filling::spent;
}

} // namespace ariadne::crdt
