#pragma once

#include "actors/error.hpp"
#include "actors/internal/monitored_actors.hpp"
#include "actors/internal/waiting_places.hpp"

#include <caf/actor_addr.hpp>
#include <caf/expected.hpp>

#include <cstddef>

namespace ariadne {

/// Whose requests wait on an actor. It watches over them, and holds to the quota.
///
/// `Self` is a pointer to the actor, which calls `ended` when one of the actors that it monitors has ended, and
/// `forget_idle` from time to time.
template <class Self>
class requesters {
public:
  requesters(Self self, monitored_actors<Self>& monitored, request_quota quota)
    : self_(self), monitored_(monitored), places_(quota) {}

  /// A place for the request that is being handled; that of nobody, if nobody has sent it. To be called before its
  /// response promise is made, which takes the sender with it.
  caf::expected<waiting_place> admit() {
    return admit(self_->current_sender());
  }

  /// A place for something that this actor waits for.
  caf::expected<waiting_place> admit(const caf::strong_actor_ptr& who) {
    if (!who)
      return waiting_place{};
    auto admitted = places_.admit(who, self_->node(), [this](const auto& added) { monitored_.add(added); });
    if (!admitted)
      return make_error(ec::too_many_requests);
    return std::move(*admitted);
  }

  /// Returns whether there is something that nobody waits for any more.
  bool ended(const caf::actor_addr& who) {
    return places_.ended(who);
  }

  void forget_idle() {
    for (const auto& who : places_.forget_idle())
      monitored_.remove(who);
  }

  std::size_t size() const {
    return places_.size();
  }

private:
  Self self_;
  monitored_actors<Self>& monitored_;
  waiting_places places_;
};

} // namespace ariadne
