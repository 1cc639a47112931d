#include "app/client/watch_picture.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ariadne {

namespace {

constexpr bool is_about_node(handoff_event_kind kind) {
  switch (kind) {
    case handoff_event_kind::stashed:
    case handoff_event_kind::discarded:
    case handoff_event_kind::expired:
      return false;
    case handoff_event_kind::node_up:
    case handoff_event_kind::node_down:
    case handoff_event_kind::node_left:
    case handoff_event_kind::caught_up:
      return true;
  }
  return false;
}

bool is_same(const event_id& left, const event_id& right) {
  return left.replica == right.replica && left.counter == right.counter;
}

} // namespace

std::vector<handoff_event> watch_picture::turn_to(const std::vector<member_status>& members) {
  events shown;
  const auto is_first = up_.empty();
  if (is_first && !members.empty())
    up_.insert(members.front().name);
  has_caught_up_ = false;
  begin_listing();
  if (is_first)
    return shown;
  is_first_node_ = false;
  repeated_up_.clear();
  auto gone = std::exchange(up_, {});
  for (const auto& m : members) {
    const auto was_up = gone.erase(m.name) > 0;
    if (m.state != member_state::up) {
      if (was_up)
        shown.push_back(
          {m.state == member_state::left ? handoff_event_kind::node_left : handoff_event_kind::node_down, m.name, {}});
      continue;
    }
    if (!was_up)
      shown.push_back({handoff_event_kind::node_up, m.name, {}});
    up_.insert(m.name);
    if (m.name != members.front().name)
      repeated_up_.insert(m.name);
  }
  for (const auto& name : gone)
    shown.push_back({handoff_event_kind::node_left, name, {}});
  return shown;
}

std::vector<handoff_event> watch_picture::take(std::vector<handoff_event> arrived) {
  if (!keeps_keys_)
    return arrived;
  std::map<std::string_view, std::vector<const handoff_event*>> of_keys;
  if (!is_first_node_)
    for (const auto& event : arrived)
      if (!is_about_node(event.kind))
        of_keys[event.subject].push_back(&event);
  std::map<std::string_view, std::size_t> repeated;
  for (const auto& [key, of_key] : of_keys)
    repeated[key] = count_repeated(of_key);
  events shown;
  for (const auto& event : arrived) {
    if (is_about_node(event.kind)) {
      if (take_node_event(event))
        shown.push_back(event);
      continue;
    }
    if (auto r = repeated.find(event.subject); r != repeated.end() && r->second > 0) {
      --r->second;
      continue;
    }
    keep(event);
    shown.push_back(event);
  }
  return shown;
}

std::vector<handoff_event> watch_picture::take_page(const std::vector<handoff_event>& standing) {
  events shown;
  if (standing.empty())
    return end_listing();
  for (const auto& event : standing) {
    last_listed_ = event.subject;
    // A key that expires just now is not met.
    if (event.kind != handoff_event_kind::stashed)
      continue;
    const auto known = keys_.find(event.subject);
    const auto stood_before = known == keys_.end() && known_through_ && event.subject > *known_through_;
    const auto is_news = known == keys_.end() ? !stood_before : !is_same(known->second.event, event.event);
    if (is_news && !is_first_node_)
      shown.push_back(event);
    keep(event);
  }
  if (is_first_node_)
    known_through_ = last_listed_;
  return shown;
}

void watch_picture::begin_listing() {
  ++listing_;
  is_listing_ = true;
  last_listed_.clear();
}

std::vector<handoff_event> watch_picture::end_listing() {
  is_listing_ = false;
  known_through_ = std::nullopt;
  events shown;
  // Where the node has yet to catch up, it is asked once more when it has.
  if (is_first_node_ || !has_caught_up_)
    return shown;
  std::erase_if(keys_, [&](const auto& entry) {
    if (entry.second.listing == listing_)
      return false;
    shown.push_back({handoff_event_kind::discarded, entry.first, {}});
    return true;
  });
  return shown;
}

bool watch_picture::take_node_event(const handoff_event& event) {
  switch (event.kind) {
    case handoff_event_kind::node_up:
      if (repeated_up_.erase(event.subject) > 0)
        return false;
      up_.insert(event.subject);
      return true;
    case handoff_event_kind::caught_up:
      if (!std::exchange(has_caught_up_, true) && !is_listing_ && !is_first_node_)
        begin_listing();
      return true;
    case handoff_event_kind::node_down:
      repeated_up_.erase(event.subject);
      return up_.erase(event.subject) > 0 || is_first_node_;
    default:
      repeated_up_.erase(event.subject);
      up_.erase(event.subject);
      return true;
  }
}

std::size_t watch_picture::count_repeated(const std::vector<const handoff_event*>& of_key) {
  const auto& key = of_key.front()->subject;
  // The page that this key belongs to is yet to come, and shows what stands there then.
  if (is_listing_ && key > last_listed_)
    return of_key.size();
  const auto known = keys_.find(key);
  if (known == keys_.end())
    return of_key.front()->kind == handoff_event_kind::stashed ? 0 : 1;
  const auto last = std::find_if(of_key.rbegin(), of_key.rend(), [&](const handoff_event* event) {
    return event->kind == handoff_event_kind::stashed && is_same(event->event, known->second.event);
  });
  if (last != of_key.rend())
    known->second.listing = listing_;
  return static_cast<std::size_t>(std::distance(last, of_key.rend()));
}

void watch_picture::keep(const handoff_event& event) {
  if (event.kind == handoff_event_kind::stashed)
    keys_.insert_or_assign(event.subject, shown_key{event.event, listing_});
  else
    keys_.erase(event.subject);
}

} // namespace ariadne
