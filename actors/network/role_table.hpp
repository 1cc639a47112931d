#pragma once

#include "actors/identity.hpp"
#include "actors/network/client_guard.hpp"
#include "actors/network/message_rules.hpp"
#include "actors/network_security.hpp"

#include <caf/fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ariadne {

/// What messages may come from outside, and of which role: made once for an actor system, of our interfaces as CAF
/// writes them.
struct role_table {
  content_rules content;
  plain_answers answers;
  /// Of the roles that are no nodes. A node may send whatever content may come at all.
  std::map<role, request_rules> requests;
  /// What a request is answered that a role may not make: a message with an error.
  std::map<role, std::string> refusals;
};

/// `exposed` is what clients and operators may send besides.
std::shared_ptr<const role_table> make_role_table(caf::actor_system& system,
                                                  const std::vector<exposed_interface>& exposed);

} // namespace ariadne
