#include "actors/settings.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace ariadne {

settings_desk::settings_desk(caf::actor_system& system, node_settings settings)
  : system_(system), actor_(system.spawn([settings = std::move(settings)]() -> settings_actor::behavior_type {
      return {[settings](status_atom) { return settings; }};
    })) {
  register_actor(system_, settings_name, actor_);
}

settings_desk::~settings_desk() {
  unregister_actor(system_, settings_name);
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
}

} // namespace ariadne
