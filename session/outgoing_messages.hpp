#pragma once

#include "crdt/congestion_window.hpp"
#include "session/message_piece.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::session {

/// What one host has to say to another over one connection, cut into frames. Short messages share frames and go at
/// once. Long ones travel in pieces, as many as the link carries without a queue that others would notice, and take
/// turns; short ones pass them, but where the protocol counts on their order:
///
/// - Starts, stops, messages, withdrawals and states of one session keep theirs.
/// - `leaving` and its answer come behind everything that was said before: who has heard them has heard that, too.
///
/// Nothing else depends on its place (claims and their answers, leases, announcements, impediments, and answers to
/// requests, each of which has a number of its own); among themselves they keep their order.
///
/// Not thread-safe. Times are milliseconds of a clock that never goes back.
class outgoing_messages {
public:
  explicit outgoing_messages(const piece_options& options = {});

  void add(const peer_message& message);

  /// Whether the other host takes pieces. Long messages wait until it has said so: it does first of all.
  void set_takes_pieces(bool takes_pieces);

  /// The other host has sent so many pieces, which is to be acknowledged.
  void acknowledge(std::uint64_t pieces) {
    owed_ = pieces;
  }

  /// The other host has got so many pieces.
  void arrived(std::uint64_t pieces, std::uint64_t now_ms) {
    window_.arrived(pieces, now_ms);
  }

  /// What is to be sent now, in this order. To be called after each of the calls above.
  std::vector<std::string> take_frames(std::uint64_t now_ms);

  /// Of what waits to be sent.
  std::size_t waiting_bytes() const {
    return waiting_bytes_;
  }

private:
  /// Of what has to keep its order: a session, or a long answer by itself.
  using lane_name = std::pair<session_key, std::uint64_t>;

  struct waiting_message {
    /// Counts what has waited.
    std::uint64_t place = 0;
    /// That of a request, as far as it may be withdrawn; else 0.
    std::uint64_t request = 0;
    bool is_long = false;
    /// As a frame of its own.
    std::string frame;
    /// Of a message in pieces, once it has begun, and how much of it has been sent.
    std::uint64_t number = 0;
    std::size_t sent_bytes = 0;
  };

  using lane = std::deque<waiting_message>;
  using lane_map = std::map<lane_name, lane>;

  static std::optional<lane_name> lane_of(const peer_message& message, bool is_long);
  void wait(const lane_name& name, const peer_message& message, bool is_long);
  /// Whether the request that is withdrawn had not begun to be sent, and is not any more.
  bool drop_withdrawn(const lane_name& name, const request_withdrawn& withdrawn);
  void send_at_once(std::string_view messages);
  void send_pieces(std::uint64_t now_ms);
  void send_piece(waiting_message& m, std::uint64_t now_ms);
  void send_whole();
  /// Goes on in a lane whose first message has been sent.
  void advance(lane_map::iterator position);
  void send_short_ones(lane& l);
  /// What waited for everything before it.
  void send_barriers();
  bool may_begin(const waiting_message& m) const;
  void close_frame();

  piece_options options_;
  crdt::congestion_window window_;
  std::optional<bool> takes_pieces_;
  /// The frame of short messages that is being filled, and those that are done.
  std::string open_frame_;
  std::vector<std::string> frames_;
  lane_map lanes_;
  /// Those with long messages, the one whose turn is next first.
  std::deque<lane_map::iterator> turns_;
  std::deque<waiting_message> barriers_;
  std::optional<std::uint64_t> owed_;
  std::uint64_t last_place_ = 0;
  std::uint64_t last_number_ = 0;
  std::size_t open_ = 0;
  std::size_t open_bytes_ = 0;
  std::size_t waiting_bytes_ = 0;
};

} // namespace ariadne::session
