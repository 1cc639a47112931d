#pragma once

#include "actors/network/identity_book.hpp"
#include "actors/network/role_table.hpp"
#include "actors/network_security.hpp"

#include <caf/fwd.hpp>

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
