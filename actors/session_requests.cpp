#include "actors/session_requests.hpp"

#include "actors/handoff_messages.hpp"

namespace ariadne::detail {

caf::message start_message(std::string kind, std::string id, std::chrono::milliseconds wait) {
  return caf::make_message(start_atom_v, std::move(kind), std::move(id), to_ms(wait));
}

caf::message start_message(std::string kind, std::string id, snapshot state) {
  return caf::make_message(start_atom_v, std::move(kind), std::move(id), std::move(state));
}

caf::message stop_message(std::string kind, std::string id, std::chrono::milliseconds wait) {
  return caf::make_message(stop_atom_v, std::move(kind), std::move(id), to_ms(wait));
}

caf::message locate_message(std::string kind, std::string id, std::chrono::milliseconds wait) {
  return caf::make_message(locate_atom_v, std::move(kind), std::move(id), to_ms(wait));
}

} // namespace ariadne::detail
