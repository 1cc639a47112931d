#include "bench/event_log.hpp"

#include "actors/caf_edition.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <stdexcept>

namespace ariadne::bench {

event_log::event_log(caf::actor_system& system, const state_handoff_actor& whom) {
  watcher_ = system.spawn([log = state_]() -> watcher_actor::behavior_type {
    return {[log](const handoff_events& batch) {
      const auto now = std::chrono::steady_clock::now();
      const std::lock_guard lock{log->mutex};
      for (const auto& event : batch.events)
        log->events.insert_or_assign({event.kind, event.subject}, now);
      log->changed.notify_all();
    }};
  });
  anon_mail(watch_atom_v, watcher_).send(whom);
}

event_log::~event_log() {
  caf::anon_send_exit(watcher_, caf::exit_reason::user_shutdown);
}

event_log::time_point event_log::wait_for(handoff_event_kind kind, const std::string& subject) {
  constexpr std::chrono::minutes patience{1};
  std::unique_lock lock{state_->mutex};
  const std::pair key{kind, subject};
  if (!state_->changed.wait_for(lock, patience, [&] { return state_->events.contains(key); }))
    throw std::runtime_error("what is expected of node " + subject + " does not happen");
  return state_->events.extract(key).mapped();
}

} // namespace ariadne::bench
