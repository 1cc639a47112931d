#include "actors/network/admission_desk.hpp"

#include "actors/error.hpp"
#include "actors/internal/caf_edition_network.hpp"

#include <caf/actor_system.hpp>
#include <caf/message.hpp>

#include <fmt/format.h>

namespace ariadne {

std::shared_ptr<const role_table> admission_desk::roles() {
  std::call_once(once_, [this] { roles_ = make_role_table(system_, security_.exposed); });
  return roles_;
}

client_limit admission_desk::limit_of(const identity& who) const {
  // An operator may have a node back all of them up.
  const auto may_be_limited = who.is == role::client || who.is == role::observer;
  return may_be_limited ? client_limit{security_.prefixes, who.name} : client_limit{};
}

std::string admission_desk::refusal_of_name(const identity& who) const {
  const auto prefixes = limit_of(who).now();
  const auto text =
    fmt::format("{} {} may name {}, and no other key or session: so says [security.clients] of this node",
                to_string(who.is), who.name, prefixes ? prefixes->in_words() : "everything from now on");
  return detail::bytes_of(system_, caf::make_message(make_error(ec::refused, text)));
}

std::string admission_desk::own_id() const {
  return detail::bytes_of(system_, system_.node());
}

} // namespace ariadne
