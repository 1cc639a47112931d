#include "actors/internal/map_watches.hpp"

#include "actors/error.hpp"
#include "actors/internal/event_ids.hpp"
#include "actors/internal/kept_promise.hpp"
#include "actors/internal/write_errors.hpp"
#include "session/reserved_keys.hpp"

#include <caf/actor_cast.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace ariadne {

namespace {

handoff_event_kind to_event_kind(crdt::key_change::kind what) {
  switch (what) {
    case crdt::key_change::kind::written:
      return handoff_event_kind::stashed;
    case crdt::key_change::kind::erased:
      return handoff_event_kind::discarded;
    case crdt::key_change::kind::expired:
      return handoff_event_kind::expired;
  }
  return handoff_event_kind::discarded;
}

} // namespace

caf::result<keys_page> map_watches::keys(std::string& prefix, std::string& after) {
  if (auto refused = check_reserved(prefix))
    return refused;
  // A page has that many bytes at most, or one key.
  if (!around_.gate.passes(around_.self->current_sender(), page_bytes))
    return make_error(ec::too_many_answers);
  return list<keys_page>(std::move(prefix), std::move(after), std::identity{});
}

caf::result<handoff_events> map_watches::standing_events(std::string& prefix, std::string& after) {
  if (auto refused = check_reserved(prefix))
    return refused;
  // An event is about as long as many a key.
  if (!around_.gate.passes(around_.self->current_sender(), 2 * page_bytes))
    return make_error(ec::too_many_answers);
  return list<handoff_events>(std::move(prefix), std::move(after),
                              [this](keys_page&& page) { return events_of(std::move(page)); });
}

caf::result<void> map_watches::watch(std::string& prefix, const watcher_actor& watcher) {
  if (auto refused = check_reserved(prefix))
    return refused;
  return admit(prefix, watcher, [&](waiting_place place) {
    watchers_.add(std::move(prefix), watcher, std::move(place));
    around_.core->collect_changes(true);
  });
}

caf::result<void> map_watches::watch(std::string& prefix, const live_watcher_actor& watcher) {
  return admit(prefix, watcher, [&](waiting_place place) {
    live_watchers_.add(std::move(prefix), watcher, std::move(place));
    around_.core->collect_changes(true);
  });
}

caf::result<void> map_watches::watch(const watcher_actor& watcher, bool is_caught_up) {
  return admit({}, watcher, [&](waiting_place place) {
    std::vector<handoff_event> first;
    if (is_caught_up)
      first.push_back({handoff_event_kind::caught_up, around_.core->options().node, {}});
    watchers_.add(watcher, std::move(place), first);
  });
}

void map_watches::tell(const crdt::key_change& change) {
  if (!session::is_reserved(change.key))
    watchers_.tell_of_key(to_event_kind(change.what), change.key, to_event_id(change.dot));
  live_watchers_.changed(change.key);
}

void map_watches::tell_caught_up() {
  watchers_.tell_of_node(handoff_event_kind::caught_up, around_.core->options().node);
}

void map_watches::show_restored(const std::string& after) {
  listings_.ask(*around_.core, {}, after, [this](keys_page&& page) {
    for (const auto& key : page.keys) {
      if (const auto entry = around_.core->get(key, around_.core.now_ms());
          entry && around_.kept.has_restored(entry->dot))
        watchers_.tell_of_key(handoff_event_kind::stashed, key, to_event_id(entry->dot));
      around_.appeared(key);
    }
    if (!page.is_last)
      show_restored(page.keys.back());
  });
  around_.schedule_work();
}

void map_watches::flush(bool has_met_all, bool is_in_service,
                        const std::function<live_values(const std::string&)>& read) {
  listings_.flush(*around_.core);
  live_watchers_.flush(has_met_all, is_in_service, read,
                       [this](const std::string& prefix, const std::string& after, auto handle) {
                         listings_.ask(*around_.core, prefix, after, std::move(handle));
                       });
}

handoff_events map_watches::events_of(keys_page&& page) {
  handoff_events result;
  for (auto& key : page.keys) {
    const auto entry = around_.core->get(key, around_.core.now_ms());
    result.events.push_back({entry ? handoff_event_kind::stashed : handoff_event_kind::expired, std::move(key),
                             entry ? to_event_id(entry->dot) : event_id{}});
  }
  return result;
}

template <class Watcher, class Add>
caf::result<void> map_watches::admit(std::string_view prefix, const Watcher& watcher, Add add) {
  if (!watcher)
    return make_error(ec::refused, "there is no watcher");
  auto place = around_.room.admit_watch(prefix.size() + watchers_.watched_bytes() + live_watchers_.watched_bytes(),
                                        watchers_.bytes_watched_with(prefix.size(), watcher.node()),
                                        caf::actor_cast<caf::strong_actor_ptr>(watcher));
  if (prefix.size() > around_.limits.key_bytes_max)
    place = to_error(crdt::write_error::key_too_long, prefix, around_.limits);
  if (place)
    add(std::move(*place));
  else if (around_.self->current_message_id().is_request())
    return std::move(place.error());
  else
    around_.log({log_level::warning,
                 log_event::watch_refused,
                 "a watch is refused: {reason}",
                 {{"reason", describe(place.error())}}});
  return {};
}

template <class Answer, class Convert>
caf::result<Answer> map_watches::list(std::string&& prefix, std::string&& after, Convert convert) {
  if (around_.kept.is_hiding()) {
    auto promise = around_.self->make_response_promise<Answer>();
    const auto kept = std::make_shared<kept_promise<Answer>>(promise);
    list_shown(prefix, after, [kept, convert](keys_page&& page) { kept->deliver(convert(std::move(page))); });
    return promise;
  }
  auto answer = listings_.answer<Answer>(*around_.core, std::move(prefix), std::move(after), convert);
  around_.schedule_work();
  return answer;
}

void map_watches::list_shown(const std::string& prefix, const std::string& after, page_handler answer) {
  listings_.ask(*around_.core, prefix, after, [this, prefix, answer = std::move(answer)](keys_page&& page) {
    const auto last = page.keys.empty() ? std::string{} : page.keys.back();
    std::erase_if(page.keys, [&](const std::string& key) {
      return around_.kept.hides(around_.core->get(key, around_.core.now_ms()));
    });
    if (page.keys.empty() && !page.is_last)
      list_shown(prefix, last, answer);
    else
      answer(std::move(page));
  });
  around_.schedule_work();
}

} // namespace ariadne
