#pragma once

#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/waiting_places.hpp"

#include <caf/actor_addr.hpp>
#include <caf/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ariadne {

/// What a replica tells those who watch all values of its keys. Each has one message on its way at a time; of what
/// happens meanwhile only the keys are kept, and they are read when there is room for them. So nothing is ever missed,
/// and a slow watcher costs no more than the names of the keys. The keys that are there at the beginning are listed
/// page by page, as the watcher has room for them.
///
/// `Self` is a pointer to the replica's actor, which calls `ended` when one of the actors that it monitors has ended.
/// `Read` answers the `live_values` of a key as they are. `List` asks for a page: `list(prefix, after, handler)`.
template <class Self>
class live_feeds {
public:
  /// How many keys one message tells of, and after how many bytes of values it tells of no more.
  static constexpr std::size_t keys_max = 128;
  static constexpr std::size_t message_bytes = std::size_t{256} << 10;

  live_feeds(Self self, monitored_actors<Self>& monitored) : self_(self), monitored_(monitored) {}

  /// Adds a watcher of the keys that start with the prefix; it is told first of those that are there.
  void add(std::string prefix, const live_watcher_actor& watcher, waiting_place place) {
    monitored_.add(watcher);
    auto& added = feeds_.emplace_back();
    added.id = ++last_id_;
    added.prefix = std::move(prefix);
    added.watcher = watcher;
    added.place = std::move(place);
  }

  void ended(const caf::actor_addr& watcher) {
    feeds_.remove_if([&](const feed& f) { return f.watcher.address() == watcher; });
  }

  void changed(std::string_view key) {
    for (auto& f : feeds_)
      if (key.starts_with(f.prefix))
        f.changed.emplace(key);
  }

  /// Of the prefixes that are watched.
  std::size_t watched_bytes() const {
    std::size_t result = 0;
    for (const auto& f : feeds_)
      result += f.prefix.size();
    return result;
  }

  bool empty() const {
    return feeds_.empty();
  }

  /// To be called after changes, and when `has_met_all` or `is_in_service` may have changed.
  template <class Read, class List>
  void flush(bool has_met_all, bool is_in_service, Read read, List list) {
    for (auto& f : feeds_) {
      if (!f.is_listed && !f.is_listing && f.changed.size() < keys_max)
        go_on_listing(f, list);
      const auto knows_all = has_met_all && f.is_listed;
      if (!f.is_on_its_way && (!f.changed.empty() || f.has_met_all != knows_all || f.is_in_service != is_in_service))
        send(f, knows_all, is_in_service, read);
    }
  }

private:
  struct feed {
    std::uint64_t id = 0;
    std::string prefix;
    live_watcher_actor watcher;
    waiting_place place;
    std::set<std::string, std::less<>> changed;
    /// The last key that has been listed of those that were there at the beginning.
    std::string listed;
    bool is_listing = false;
    bool is_listed = false;
    bool has_met_all = false;
    bool is_in_service = true;
    bool is_on_its_way = false;
  };

  feed* find(std::uint64_t id) {
    const auto found = std::find_if(feeds_.begin(), feeds_.end(), [id](const feed& f) { return f.id == id; });
    return found == feeds_.end() ? nullptr : &*found;
  }

  template <class List>
  void go_on_listing(feed& f, List& list) {
    f.is_listing = true;
    list(f.prefix, f.listed, [this, id = f.id](keys_page&& page) {
      auto* listed = find(id);
      if (!listed)
        return;
      listed->is_listing = false;
      listed->is_listed = page.is_last;
      if (!page.keys.empty())
        listed->listed = page.keys.back();
      for (auto& key : page.keys)
        listed->changed.insert(std::move(key));
    });
  }

  template <class Read>
  void send(feed& f, bool has_met_all, bool is_in_service, Read& read) {
    live_changes message;
    for (std::size_t bytes = 0; !f.changed.empty() && message.keys.size() < keys_max && bytes < message_bytes;) {
      message.keys.push_back(read(f.changed.extract(f.changed.begin()).value()));
      for (const auto& value : message.keys.back().values)
        bytes += value.value.size();
    }
    // The watcher is not to believe that it knows all keys before it has been told of them.
    message.has_met_all = f.has_met_all = has_met_all && f.changed.empty();
    message.is_in_service = f.is_in_service = is_in_service;
    f.is_on_its_way = true;
    mail(self_, std::move(message))
      .request(f.watcher, caf::infinite)
      .then(
        [this, id = f.id] {
          if (auto* answered = find(id))
            answered->is_on_its_way = false;
          mail(self_, work_atom_v).send(self_);
        },
        [this, id = f.id](const caf::error&) { feeds_.remove_if([&](const feed& each) { return each.id == id; }); });
  }

  Self self_;
  monitored_actors<Self>& monitored_;
  std::list<feed> feeds_;
  std::uint64_t last_id_ = 0;
};

} // namespace ariadne
