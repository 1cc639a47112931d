#include "actors/network/admission_desk.hpp"

#include "actors/caf_edition_network.hpp"

#include <caf/actor_system.hpp>

namespace ariadne {

std::shared_ptr<const role_table> admission_desk::roles() {
  std::call_once(once_, [this] { roles_ = make_role_table(system_, security_.exposed); });
  return roles_;
}

std::string admission_desk::own_id() const {
  return detail::bytes_of(system_, system_.node());
}

} // namespace ariadne
