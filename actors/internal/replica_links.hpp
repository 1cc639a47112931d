#pragma once

#include "actors/internal/deadline.hpp"
#include "actors/internal/replica_messages.hpp"
#include "actors/internal/timed_replica.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace ariadne {

/// The ways of one replica to others, as actors: opens and closes them for the core. After a refusal a link rests, and
/// is closed for the core; then it is tried again.
///
/// Not thread-safe.
class replica_links {
public:
  struct link {
    crdt_replica_actor peer;
    crdt::link_id id;
    bool push = false;
    /// Of the format, for the first frame.
    std::uint32_t version = crdt::codec_versions.max;
    /// The other replica is a member's; if not, it is only answered.
    bool is_wanted = false;
    std::string refusal;
    steady_clock::time_point rests_until{};
    steady_clock::time_point last_frame = steady_clock::now();

    bool is_resting() const {
      return rests_until != steady_clock::time_point{};
    }
  };

  /// `added` is called for the replica at the other end of each new link; `ended` is to follow.
  replica_links(timed_replica& core, std::chrono::milliseconds rest,
                std::function<void(const crdt_replica_actor&)> added)
    : core_(core), rest_(rest), added_(std::move(added)) {}

  /// The node is up, and connected: makes its replica a member, and a neighbour if it is to be one.
  void connect(const known_node& node);
  /// What has been a member, and is none of these any more, is only answered from now on.
  void disregard_all_but(const std::set<caf::actor_addr>& wanted);

  /// The link to whoever has sent a frame, opened if need be, and if it has rested for long enough; nullptr if nobody
  /// has sent it.
  link* link_to(const caf::strong_actor_ptr& sender, steady_clock::time_point now);
  const link* find(const caf::actor_addr& peer) const;
  const link* find(crdt::link_id id) const;

  /// The link is refused, on this side or the other, for this reason.
  void let_rest(link& l, const std::string& reason, steady_clock::time_point now);
  /// Time has passed: opens those again that are wanted and have rested.
  void open_rested(steady_clock::time_point now);
  /// The replica has ended, or contact with it is lost.
  void ended(const caf::actor_addr& peer);

  /// How many replicas changes are sent to.
  std::uint64_t push_count() const;
  /// "node b", or the actor, if it has not said its name. For people.
  std::string name_of(const link& l) const;

private:
  link& add(const caf::strong_actor_ptr& peer, bool push, const crdt::version_range& versions);
  void open(link& l);
  void set_push(link& l, bool push);

  timed_replica& core_;
  std::chrono::milliseconds rest_;
  std::function<void(const crdt_replica_actor&)> added_;
  /// A few: as many as there are other nodes.
  std::vector<link> links_;
  std::uint64_t last_link_ = 0;
};

} // namespace ariadne
