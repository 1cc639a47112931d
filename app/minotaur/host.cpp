#include "app/minotaur/host.hpp"

#include "actors/caf_edition.hpp"
#include "actors/caf_edition_unexpected.hpp"
#include "actors/error.hpp"
#include "actors/stop_ledger.hpp"
#include "crdt/printable_text.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace ariadne::minotaur {

namespace {

/// The answer to a stop of all games, while the sessions are at it.
struct stop_all {
  caf::typed_response_promise<std::vector<leftover>> promise;
  stop_ledger ledger;
  std::map<caf::actor_addr, stop_ledger::number> sessions;

  void settle() {
    if (ledger.is_settled() && promise.pending())
      promise.deliver(ledger.take_leftovers());
  }
};

struct host_state {
  host_options options;
  std::map<std::string, session_actor> sessions;
  /// Once it has been asked to stop.
  std::shared_ptr<stop_all> stop;
};

using host_self = host_actor::stateful_pointer<host_state>;

caf::result<game> launch(host_self self, const std::string& id, if_absent absent) {
  auto& state = state_of(self);
  if (state.stop)
    return make_error(ec::draining, "this node starts no more games");
  if (state.sessions.contains(id))
    return make_error(ec::refused, fmt::format("game {} is played here already", crdt::escaped_briefly(id)));
  const auto& options = state.options;
  auto session = spawn_session(self->system(), {.game_id = id,
                                                .round_time = options.round_time,
                                                .absent = absent,
                                                .timeout = options.timeout,
                                                .handoff = options.handoff,
                                                .log = options.log});
  self->link_to(session);
  state.sessions.emplace(id, session);
  return mail(self, start_atom_v).delegate(session);
}

template <class Request>
caf::result<game> forward(host_self self, const std::string& id, Request request) {
  const auto found = state_of(self).sessions.find(id);
  if (found == state_of(self).sessions.end())
    return make_error(ec::refused, fmt::format("game {} is not played here", crdt::escaped_briefly(id)));
  return mail(self, request).delegate(found->second);
}

caf::result<std::vector<leftover>> stop_sessions(host_self self) {
  auto& state = state_of(self);
  const auto stop = state.stop = std::make_shared<stop_all>();
  const auto promise = stop->promise = self->make_response_promise<std::vector<leftover>>();
  for (const auto& [id, session] : state.sessions) {
    const auto number = stop->sessions[session.address()] = stop->ledger.ask(stash_key(id));
    // A stop has a time limit of its own.
    mail(self, stop_atom_v)
      .request(session, caf::infinite)
      .then(
        [stop, number](const game&) {
          stop->ledger.answered(number, {});
          stop->settle();
        },
        [stop, number, id = id](const caf::error& error) {
          // One that has ended has been stopped by somebody else, or has died: its end says which.
          if (error != caf::sec::request_receiver_down && !ariadne::is_dropped(error))
            stop->ledger.answered(number, {{stash_key(id), "not stashed: " + ariadne::describe(error)}});
          stop->settle();
        });
  }
  stop->settle();
  return promise;
}

void handle_exit(host_self self, const caf::exit_msg& exit) {
  auto& state = state_of(self);
  const auto ended =
    std::erase_if(state.sessions, [&](const auto& entry) { return entry.second.address() == exit.source; });
  if (const auto stop = state.stop; stop && stop->sessions.contains(exit.source)) {
    stop->ledger.ended(stop->sessions.at(exit.source),
                       exit.reason ? std::optional{ariadne::describe(exit.reason)} : std::nullopt);
    stop->settle();
  }
  if (ended == 0 && exit.reason)
    self->quit(exit.reason);
}

host_actor::behavior_type host(host_self self, host_options options) {
  drop_unexpected_messages(self);
  state_of(self).options = std::move(options);
  handle_exits(self, [self](const caf::exit_msg& exit) { handle_exit(self, exit); });
  return {
    [self](start_atom, const std::string& id) { return launch(self, id, if_absent::begin); },
    [self](resume_atom, const std::string& id) { return launch(self, id, if_absent::refuse); },
    [self](show_atom, const std::string& id) { return forward(self, id, show_atom_v); },
    [self](stop_atom, const std::string& id) { return forward(self, id, stop_atom_v); },
    [self](drain_atom) { return stop_sessions(self); },
  };
}

} // namespace

host_actor spawn_host(caf::actor_system& sys, host_options options) {
  return sys.spawn(host, std::move(options));
}

} // namespace ariadne::minotaur
