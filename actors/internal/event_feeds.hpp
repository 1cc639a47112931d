#pragma once

#include "actors/handoff_messages.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/node_tally.hpp"
#include "actors/internal/waiting_places.hpp"

#include <caf/actor_addr.hpp>
#include <caf/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne {

/// What an actor tells its watchers. Each watcher has one message on its way at a time; what happens meanwhile is kept
/// up to `events_max` and `event_bytes_max`, then the oldest is dropped and counted: a slow watcher costs a bounded
/// amount of memory, and nobody waits for it.
///
/// `Self` is a pointer to the actor, which calls `ended` when one of the actors that it monitors has ended.
template <class Self>
class event_feeds {
public:
  static constexpr std::size_t events_max = 1024;
  /// Of the names in the events.
  static constexpr std::size_t event_bytes_max = 256u << 10;

  event_feeds(Self self, monitored_actors<Self>& monitored)
    : self_(self), monitored_(monitored), missed_(tally_of(self->system()).watch_events_missed) {}

  /// Adds a watcher of the keys that start with the prefix.
  void add(std::string prefix, const watcher_actor& watcher, waiting_place place) {
    add_feed(std::move(prefix), watcher, std::move(place));
  }

  /// Adds a watcher of nodes, for which these events are the first.
  void add(const watcher_actor& watcher, waiting_place place, const std::vector<handoff_event>& first) {
    auto& added = add_feed(std::nullopt, watcher, std::move(place));
    for (const auto& event : first)
      push(added, event);
  }

  void ended(const caf::actor_addr& watcher) {
    feeds_.remove_if([&](const feed& f) { return f.watcher.address() == watcher; });
  }

  /// To the watchers of a prefix of the key.
  void tell_of_key(handoff_event_kind kind, std::string_view key, const event_id& event) {
    for (auto& f : feeds_)
      if (f.prefix && key.starts_with(*f.prefix))
        push(f, {kind, std::string{key}, event});
  }

  /// To the watchers of nodes.
  void tell_of_node(handoff_event_kind kind, const std::string& node) {
    for (auto& f : feeds_)
      if (!f.prefix)
        push(f, {kind, node, {}});
  }

  /// Of the prefixes that are watched.
  std::size_t watched_bytes() const {
    return watched_bytes_of([](const feed&) { return true; });
  }

  /// The same of one client, with `more` of them; 0 for this node itself.
  std::size_t bytes_watched_with(std::size_t more, const caf::node_id& client) const {
    return client == self_->node() ? 0
                                   : more + watched_bytes_of([&](const feed& f) { return f.watcher.node() == client; });
  }

  /// Whether anybody watches keys.
  bool has_key_watchers() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const feed& f) { return f.prefix.has_value(); });
  }

private:
  struct feed {
    std::uint64_t id;
    /// Of the keys that are watched; nothing for a watcher of nodes.
    std::optional<std::string> prefix;
    watcher_actor watcher;
    waiting_place place;
    std::deque<handoff_event> events;
    std::size_t event_bytes = 0;
    std::uint64_t missed = 0;
    bool is_on_its_way = false;
  };

  template <class Counts>
  std::size_t watched_bytes_of(Counts counts) const {
    std::size_t result = 0;
    for (const auto& f : feeds_)
      if (f.prefix && counts(f))
        result += f.prefix->size();
    return result;
  }

  feed& add_feed(std::optional<std::string> prefix, const watcher_actor& watcher, waiting_place place) {
    monitored_.add(watcher);
    return feeds_.emplace_back(feed{++last_id_, std::move(prefix), watcher, std::move(place), {}, 0, 0, false});
  }

  void push(feed& f, handoff_event event) {
    f.event_bytes += event.subject.size();
    f.events.push_back(std::move(event));
    while (f.events.size() > events_max || f.event_bytes > event_bytes_max) {
      f.event_bytes -= f.events.front().subject.size();
      f.events.pop_front();
      ++f.missed;
      missed_.add();
    }
    send(f);
  }

  void send(feed& f) {
    if (f.is_on_its_way || f.events.empty())
      return;
    f.is_on_its_way = true;
    handoff_events message;
    message.events.assign(std::move_iterator{f.events.begin()}, std::move_iterator{f.events.end()});
    message.missed = std::exchange(f.missed, 0);
    f.events.clear();
    f.event_bytes = 0;
    auto answered = [this, id = f.id] {
      for (auto& each : feeds_)
        if (each.id == id && std::exchange(each.is_on_its_way, false))
          send(each);
    };
    auto refused = [this, id = f.id](const caf::error&) {
      feeds_.remove_if([&](const feed& each) { return each.id == id; });
    };
    mail(self_, std::move(message)).request(f.watcher, caf::infinite).then(answered, refused);
  }

  Self self_;
  monitored_actors<Self>& monitored_;
  tally& missed_;
  std::list<feed> feeds_;
  std::uint64_t last_id_ = 0;
};

} // namespace ariadne
