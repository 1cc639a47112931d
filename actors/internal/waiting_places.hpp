#pragma once

#include "actors/request_limits.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/node_id.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ariadne {

/// The places of those who wait on an actor: how many of each client, how many in all, and whose have been given up
/// since the requester has ended. It knows no actor but by name, so whoever has it tells it of ends.
class waiting_places {
  struct client {
    explicit client(std::function<void()> on_end) : on_end(std::move(on_end)) {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() {
      on_end();
    }

    std::size_t places = 0;
    std::function<void()> on_end;
  };

  struct requester {
    waiting_places* book = nullptr;
    caf::actor_addr address;
    /// Those that come over the same connection share one.
    std::shared_ptr<client> of;
    std::size_t places = 0;
    bool has_ended = false;
    bool is_idle = false;
  };

public:
  /// The place of one request that waits, for as long as this object lives; the book must live longer. By default:
  /// that of nobody.
  class place {
  public:
    place() = default;
    place(place&& other) noexcept : requester_(std::exchange(other.requester_, nullptr)) {}
    place& operator=(place&& other) noexcept {
      std::swap(requester_, other.requester_);
      return *this;
    }
    ~place() {
      if (requester_)
        leave(*requester_);
    }

    /// Nobody waits any more: whoever has sent the request has ended.
    bool is_abandoned() const {
      return requester_ && requester_->has_ended;
    }

    /// Whether both are of the same actor.
    bool is_shared_with(const place& other) const {
      return requester_ == other.requester_;
    }

  private:
    friend class waiting_places;
    explicit place(requester& r) : requester_(&r) {}

    requester* requester_ = nullptr;
  };

  explicit waiting_places(request_quota quota) : quota_(quota) {}

  waiting_places(const waiting_places&) = delete;
  waiting_places& operator=(const waiting_places&) = delete;

  /// A place for a request of `who`; nothing, if there is none left. `own` is the id of this node. Calls `is_new(who)`
  /// if the actor was not known: from then on, `ended` has to be called when it ends.
  template <class IsNew>
  std::optional<place> admit(const caf::strong_actor_ptr& who, const caf::node_id& own, IsNew is_new) {
    if (auto* known = find(who))
      return admit(*known, who->node() != own);
    auto& added = add(who, own);
    is_new(who);
    return admit(added, who->node() != own);
  }

  /// The places of the actor are abandoned from now on. Returns whether there are any.
  bool ended(const caf::actor_addr& who);

  /// The actors that have had no place since the last call of this function; they are not known any more.
  std::vector<caf::actor_addr> forget_idle();

  /// How many places are taken.
  std::size_t size() const {
    return places_;
  }

private:
  requester* find(const caf::strong_actor_ptr& who);
  requester& add(const caf::strong_actor_ptr& who, const caf::node_id& own);
  std::optional<place> admit(requester& r, bool is_remote);
  static void leave(requester& r);

  request_quota quota_;
  std::size_t places_ = 0;
  /// The clients of other nodes, as long as one of their actors is known.
  std::map<caf::node_id, std::weak_ptr<client>> clients_;
  std::unordered_map<caf::actor_addr, std::unique_ptr<requester>> known_;
  /// Those that have ended, as long as they have places.
  std::map<const requester*, std::unique_ptr<requester>> ended_;
};

using waiting_place = waiting_places::place;

} // namespace ariadne
