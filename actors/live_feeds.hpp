#pragma once

#include "actors/monitored_actors.hpp"
#include "actors/protocol.hpp"

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
/// and a slow watcher costs no more than the names of the keys.
///
/// `Self` is a pointer to the replica's actor, which calls `ended` when one of the actors that it monitors has ended.
/// `Read` answers the `live_values` of a key as they are.
template <class Self>
class live_feeds {
public:
  static constexpr std::size_t keys_max = 512;

  live_feeds(Self self, monitored_actors<Self>& monitored) : self_(self), monitored_(monitored) {}

  /// Adds a watcher of the keys that start with the prefix; it is told of `keys` first.
  void add(std::string prefix, const live_watcher_actor& watcher, const std::vector<std::string>& keys) {
    monitored_.add(watcher);
    feeds_.push_back({++last_id_, std::move(prefix), watcher, {keys.begin(), keys.end()}});
  }

  void ended(const caf::actor_addr& watcher) {
    feeds_.remove_if([&](const feed& f) { return f.watcher.address() == watcher; });
  }

  void changed(std::string_view key) {
    for (auto& f : feeds_)
      if (key.starts_with(f.prefix))
        f.changed.emplace(key);
  }

  bool empty() const {
    return feeds_.empty();
  }

  /// To be called after changes, and when `has_met_all` may have changed.
  template <class Read>
  void flush(bool has_met_all, Read read) {
    for (auto& f : feeds_)
      if (!f.is_on_its_way && (!f.changed.empty() || f.has_met_all != has_met_all))
        send(f, has_met_all, read);
  }

private:
  struct feed {
    std::uint64_t id = 0;
    std::string prefix;
    live_watcher_actor watcher;
    std::set<std::string, std::less<>> changed;
    bool has_met_all = false;
    bool is_on_its_way = false;
  };

  template <class Read>
  void send(feed& f, bool has_met_all, Read& read) {
    live_changes message;
    while (!f.changed.empty() && message.keys.size() < keys_max)
      message.keys.push_back(read(f.changed.extract(f.changed.begin()).value()));
    // The watcher is not to believe that it knows all keys before it has been told of them.
    message.has_met_all = f.has_met_all = has_met_all && f.changed.empty();
    f.is_on_its_way = true;
    mail(self_, std::move(message))
      .request(f.watcher, caf::infinite)
      .then(
        [this, id = f.id] {
          for (auto& each : feeds_)
            if (each.id == id)
              each.is_on_its_way = false;
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
