#pragma once

#include "actors/internal/requesters.hpp"
#include "actors/request_limits.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace ariadne {

/// What waits on one of the actors of a node: who has asked, for how long, and whether there is room.
///
/// `Self` is a pointer to the actor.
template <class Self>
class waiting_room {
public:
  waiting_room(Self self, monitored_actors<Self>& monitored, const request_limits& limits)
    : limits_(limits), requests_(self, monitored, limits.requests), writes_(self, monitored, limits.writes),
      watches_(self, monitored, limits.watches) {}

  /// For the message that is being handled, which may wait for so long.
  caf::expected<waiting_place> admit(std::uint64_t wait_ms) {
    return admit_in(requests_, wait_ms);
  }
  caf::expected<waiting_place> admit_write(std::uint64_t wait_ms) {
    return admit_in(writes_, wait_ms);
  }

  /// With this one, so many bytes of prefixes are watched, and so many of them by the client of the watcher.
  caf::expected<waiting_place> admit_watch(std::size_t watched_bytes, std::size_t client_watched_bytes,
                                           const caf::strong_actor_ptr& watcher) {
    if (watched_bytes > limits_.watched_bytes_max)
      return make_error(ec::too_many_requests,
                        fmt::format("{} bytes of prefixes may be watched", limits_.watched_bytes_max));
    if (client_watched_bytes > limits_.client_watched_bytes_max)
      return make_error(ec::too_many_requests,
                        fmt::format("one client may watch {} bytes of prefixes", limits_.client_watched_bytes_max));
    return watches_.admit(watcher);
  }

  /// Returns whether nobody waits any more for something that still waits.
  bool ended(const caf::actor_addr& who) {
    const auto requests = requests_.ended(who);
    const auto writes = writes_.ended(who);
    const auto watches = watches_.ended(who);
    return requests || writes || watches;
  }

  /// To be called from time to time.
  void forget_idle() {
    requests_.forget_idle();
    writes_.forget_idle();
    watches_.forget_idle();
  }

  std::uint64_t wait_ms_max() const {
    return static_cast<std::uint64_t>(limits_.wait_max.count());
  }

private:
  caf::expected<waiting_place> admit_in(requesters<Self>& places, std::uint64_t wait_ms) {
    if (wait_ms > wait_ms_max())
      return make_error(ec::wait_too_long, fmt::format("at most {} ms", wait_ms_max()));
    return places.admit();
  }

  request_limits limits_;
  requesters<Self> requests_;
  requesters<Self> writes_;
  requesters<Self> watches_;
};

} // namespace ariadne
