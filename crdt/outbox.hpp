#pragma once

#include "crdt/guarded_clock.hpp"
#include "crdt/neighbour_links.hpp"
#include "crdt/replica_counters.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/replica_state.hpp"
#include "crdt/staged_values.hpp"
#include "crdt/sync_message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::crdt {

/// A frame to be carried to the neighbour at the other end of `link`, in order, whole.
struct outgoing_frame {
  link_id link;
  std::string bytes;
};

/// What a replica says to its neighbours, apart from registers and values: it builds the messages of docs/protocol.md,
/// each in the version that the neighbour speaks, takes note in the link of what has been told, and keeps all frames
/// until they are taken. It names the inbound streams, in ascending order.
class outbox {
public:
  /// All must outlive this.
  outbox(const replica_options& options, const replica_state& state, const guarded_clock& guard,
         const staged_values& staged, const node_disks& disks, replica_counters& counters)
    : options_(options), state_(state), guard_(guard), staged_(staged), disks_(disks), counters_(counters) {}

  /// A frame that others have built.
  void send(const neighbour_link& link, std::string frame);

  /// What a hello asks the neighbour for, besides a stream.
  enum class want { nothing, answer, full_state };
  void send_hello(neighbour_link& link, want wanted, std::uint64_t now_ms);
  /// `is_ahead`: the map differs from what the version vector says.
  void send_heartbeat(const neighbour_link& link, bool is_ahead, std::uint64_t now_ms);
  void send_ack(neighbour_link& link);
  /// That a delta has come in, or a piece: `value` and `has_added` as in `arrival`.
  void send_arrival(const neighbour_link& link, value_progress value = {}, bool has_added = false);
  /// Tells all neighbours who sends straight to this replica, unless there are only new ones, and more than `news_max`
  /// in all: each of n neighbours that come up would cost n messages of n ids. Those are left to the next tick.
  void announce_sources(const neighbour_links& links, std::size_t news_max = 16);
  /// The last message on a link. Returns it.
  refusal refuse(const neighbour_link& link, refusal_code code, std::string reason);
  /// The same for a frame that names an event of this replica which has never happened: someone else bears its id.
  refusal refuse_forged(const neighbour_link& link);

  std::vector<outgoing_frame> take_frames() {
    return std::exchange(frames_, {});
  }

private:
  /// What this replica says of the time.
  clock_reading say_time(std::uint64_t now_ms) const {
    return guard_.reading().value_or(clock_reading{now_ms, now_ms});
  }

  const replica_options& options_;
  const replica_state& state_;
  const guarded_clock& guard_;
  const staged_values& staged_;
  const node_disks& disks_;
  replica_counters& counters_;
  std::uint64_t last_stream_ = 0;
  std::vector<replica_id> announced_sources_;
  std::vector<outgoing_frame> frames_;
};

} // namespace ariadne::crdt
