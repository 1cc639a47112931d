#include "actors/session_ref.hpp"

#include "actors/type_ids.hpp"

#include <caf/actor_cast.hpp>

namespace ariadne::detail {

caf::actor session_host_of(caf::actor_system& system) {
  return registered<caf::actor>(system, to_string(host_atom_v));
}

caf::message deliver_message(std::string kind, std::string id, std::string call, std::chrono::milliseconds wait) {
  return caf::make_message(deliver_atom_v, std::move(kind), std::move(id), std::move(call),
                           static_cast<std::uint64_t>(wait.count() < 0 ? 0 : wait.count()));
}

void deliver_unanswered(const caf::actor& host, caf::message message) {
  if (host)
    anon_mail(std::move(message)).send(host);
}

} // namespace ariadne::detail
