#pragma once

#include "crdt/full_state_intake.hpp"
#include "crdt/neighbour_links.hpp"
#include "crdt/outbound_stream.hpp"
#include "crdt/outbox.hpp"
#include "crdt/replica_counters.hpp"
#include "crdt/replica_options.hpp"
#include "crdt/replica_state.hpp"
#include "crdt/value_transfers.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace ariadne::crdt {

/// Sends the neighbours what they lack: parts of batches, and pieces of large values, as many as the windows of the
/// links have room for. There is no queue: what is sent is read from the state of now. One call takes no longer than a
/// few milliseconds; where there is more to do, `has_work` says so.
///
/// A neighbour that may lack what has been forgotten is asked what it has, and gets a full state (invariant I5). While
/// a full state is swept here, nothing is sent.
class link_pump {
public:
  /// All must outlive this.
  link_pump(const replica_options& options, const replica_state& state, const full_state_intake& full_state,
            outbox& out, replica_counters& counters)
    : options_(options), state_(state), full_state_(full_state), outbox_(out),
      counters_(counters), source_{state.map(), state.known().vector(), state.known().retired(),
                                   state.known().forgotten()} {}

  /// What the streams read from.
  const stream_source& source() const {
    return source_;
  }

  /// Begins a stream as the neighbour has named it. Large values that were under way to the neighbour go on.
  void restart(neighbour_link& link);
  /// A link closes: what was under way, and what it carries, is kept for the next one to the same neighbour, for a
  /// while.
  void part(neighbour_link& link, std::uint64_t now_ms);

  /// Sends over every link what may be sent now.
  void pump_all(neighbour_links& links, std::uint64_t now_ms);
  /// Sends over one link. Returns what that has cost, in registers.
  std::size_t pump(neighbour_link& link, std::uint64_t now_ms);

  /// Whether there was more to send than one call may.
  bool has_work() const {
    return pump_from_.has_value();
  }
  void tick(std::uint64_t now_ms);

private:
  struct parted_link {
    value_transfers values;
    congestion_window window;
    std::uint64_t since_ms = 0;
  };

  std::size_t send_parts(neighbour_link& link, std::uint64_t now_ms);
  std::size_t send_pieces(neighbour_link& link, std::uint64_t now_ms);
  /// Whether the neighbour has to say what it has forgotten before anything else is sent. If it is known to be behind,
  /// a full state begins.
  bool waits_for_forgotten(neighbour_link& link, std::uint64_t now_ms);
  bool is_behind_forgotten(const neighbour_link& link) const;
  stream_target target(neighbour_link& link) const;

  const replica_options& options_;
  const replica_state& state_;
  const full_state_intake& full_state_;
  outbox& outbox_;
  replica_counters& counters_;
  stream_source source_;
  /// By the neighbour's id, and when they closed.
  std::map<replica_id, parted_link> parted_;
  /// With whom to go on.
  std::optional<link_id> pump_from_;
};

} // namespace ariadne::crdt
