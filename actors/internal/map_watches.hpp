#pragma once

#include "actors/internal/answer_gate.hpp"
#include "actors/internal/crdt_replica_self.hpp"
#include "actors/internal/event_feeds.hpp"
#include "actors/internal/kept_state.hpp"
#include "actors/internal/key_listings.hpp"
#include "actors/internal/live_feeds.hpp"
#include "actors/internal/timed_replica.hpp"
#include "actors/internal/waiting_room.hpp"
#include "actors/log.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// Who lists the keys of the map, and who watches them: what each is told, page by page and change by change. Restored
/// state that is not believed yet is neither listed nor told of.
///
/// Not thread-safe.
class map_watches {
public:
  /// What it works with, which has to outlive it.
  struct surroundings {
    crdt_replica_self self;
    monitored_actors<crdt_replica_self>& monitored;
    timed_replica& core;
    crdt::replica_limits limits;
    const kept_state& kept;
    waiting_room<crdt_replica_self>& room;
    answer_gate<crdt_replica_self>& gate;
    log_sink log;
    /// Called after something has been asked of the core that takes several steps.
    std::function<void()> schedule_work;
    /// An entry under this key can be seen since now.
    std::function<void(const std::string& key)> appeared;
  };

  explicit map_watches(surroundings around)
    : around_(std::move(around)), watchers_(around_.self, around_.monitored),
      live_watchers_(around_.self, around_.monitored), listings_(around_.self, around_.monitored) {}

  // -- requests: see crdt_replica_actor ------------------------------------------------------------------------------

  caf::result<keys_page> keys(std::string& prefix, std::string& after);
  caf::result<handoff_events> standing_events(std::string& prefix, std::string& after);
  caf::result<void> watch(std::string& prefix, const watcher_actor& watcher);
  /// `flush` is to follow.
  caf::result<void> watch(std::string& prefix, const live_watcher_actor& watcher);
  caf::result<void> watch(const watcher_actor& watcher, bool is_caught_up);

  // -- what they are told --------------------------------------------------------------------------------------------

  void tell(const crdt::key_change& change);
  void tell_caught_up();
  /// Restored state is believed from now on: tells of what has been hidden, page by page.
  void show_restored(const std::string& after = {});

  /// Whether anybody wants to know what changes.
  bool awaits_changes() const {
    return watchers_.has_key_watchers() || !live_watchers_.empty();
  }

  /// Pages that the core has made go out, and what has changed since goes to those who watch all values, which
  /// `read(key)` answers.
  void flush(bool has_met_all, bool is_in_service, const std::function<live_values(const std::string&)>& read);

  void ended(const caf::actor_addr& who) {
    watchers_.ended(who);
    live_watchers_.ended(who);
    listings_.ended(*around_.core, who);
  }

private:
  using page_handler = key_listings<crdt_replica_self>::page_handler;

  handoff_events events_of(keys_page&& page);
  /// Watches as `add(place)` does, unless there are too many. Only a request is answered: an error as the answer to
  /// anything else would end its sender.
  template <class Watcher, class Add>
  caf::result<void> admit(std::string_view prefix, const Watcher& watcher, Add add);
  /// Answers the request for a page of keys with what `convert` makes of it.
  template <class Answer, class Convert>
  caf::result<Answer> list(std::string&& prefix, std::string&& after, Convert convert);
  /// The next page of keys that are shown. Goes on until there is one: an empty page would be taken for the last one.
  void list_shown(const std::string& prefix, const std::string& after, page_handler answer);

  surroundings around_;
  event_feeds<crdt_replica_self> watchers_;
  live_feeds<crdt_replica_self> live_watchers_;
  key_listings<crdt_replica_self> listings_;
};

} // namespace ariadne
