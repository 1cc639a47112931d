#include "actors/hosted_session.hpp"

#include "actors/caf_edition.hpp"
#include "actors/internal/caf_edition_unexpected.hpp"

#include <caf/actor_cast.hpp>
#include <caf/message_handler.hpp>

namespace ariadne::detail {

namespace {

caf::result<snapshot> saved(const hosted_session& session) {
  auto state = session.save();
  if (!state)
    return std::move(state.error());
  return std::move(*state);
}

caf::behavior run(caf::event_based_actor* self, const std::shared_ptr<hosted_session>& session,
                  const std::function<caf::behavior()>& begin) {
  drop_unexpected_messages(self);
  session->self = self;
  caf::message_handler own{
    [session](snapshot_atom) { return saved(*session); },
    [self, session](stop_atom) {
      self->quit();
      return saved(*session);
    },
  };
  return own.or_else(begin());
}

} // namespace

session_actor spawn_hosted(caf::actor_system& system, std::shared_ptr<hosted_session> session,
                           std::function<caf::behavior()> begin) {
  return caf::actor_cast<session_actor>(system.spawn(run, std::move(session), std::move(begin)));
}

void save_now(const hosted_session& session) {
  auto state = session.save();
  if (state)
    session.start.checkpoint(std::move(*state));
}

} // namespace ariadne::detail
