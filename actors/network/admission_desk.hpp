#pragma once

#include "actors/client_prefixes.hpp"
#include "actors/identity.hpp"
#include "actors/network/identity_book.hpp"
#include "actors/network/role_table.hpp"
#include "actors/network_security.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace ariadne {

/// What the secured connections of an actor system have in common: who has shown which node id, and what each role may
/// send. Thread-safe.
class admission_desk {
public:
  /// `security` has certificates.
  admission_desk(caf::actor_system& system, network_security security)
    : system_(system), security_(std::move(security)) {}

  const credentials& certificates() const {
    return *security_.tls;
  }

  identity_book& identities() {
    return identities_;
  }

  /// Made when the first is asked for: the system has to be up.
  std::shared_ptr<const role_table> roles();

  /// What somebody may name who is no node.
  client_limit limit_of(const identity& who) const;

  /// Grows when the limits are replaced.
  std::uint64_t version_of_limits() const {
    return security_.prefixes ? security_.prefixes->version() : 0;
  }

  /// What is answered, as CAF writes it, when somebody names what it may not.
  std::string refusal_of_name(const identity& who) const;

  /// The id of this node, as CAF writes it.
  std::string own_id() const;

private:
  caf::actor_system& system_;
  const network_security security_;
  identity_book identities_;
  std::once_flag once_;
  std::shared_ptr<const role_table> roles_;
};

} // namespace ariadne
