#pragma once

#include "crdt/congestion_window.hpp"
#include "session/peer_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ariadne::session {

// Long messages travel in pieces, so that short ones pass between them. A piece is a frame of its own, with the number
// of its message, the length of that as a whole, and the bytes that come next. Whoever gets pieces acknowledges them on
// arrival, by their count; so the sender sees what the link carries (crdt/congestion_window.hpp).
//
// A host says in its announcements that it takes pieces. To one that does not, long messages go whole.

struct piece_options {
  /// Off to behave as programs of before.
  bool takes_pieces = true;
  crdt::congestion_limits window;
  /// A message whose payload or state is longer travels in pieces.
  std::size_t whole_bytes_max = frame_bytes;
  /// So many messages are under way at a time, and so many bytes of them; but one may always be.
  std::size_t open_max = 256;
  std::size_t open_bytes_max = std::size_t{64} << 20;
  /// Of one message: the greatest value that a map may have, and room for what comes with it.
  std::size_t message_bytes_max = (std::size_t{1} << 30) + (std::size_t{1} << 20);
};

struct message_piece {
  /// Counts the messages of one connection that travel in pieces, from 1 on.
  std::uint64_t number = 0;
  /// Of the message.
  std::uint64_t total_bytes = 0;
  std::string_view bytes;
};

/// What a frame is for, as its first byte tells.
enum class frame_type { messages, piece, pieces_arrived };

/// `messages` as well if nobody knows it.
frame_type type_of(std::string_view frame);

std::string encode(const message_piece& piece);
/// A view into the frame; nothing, if it is none.
std::optional<message_piece> decode_piece(std::string_view frame);

/// The sender of this frame has got so many pieces since the connection began.
std::string encode_pieces_arrived(std::uint64_t pieces);
std::optional<std::uint64_t> decode_pieces_arrived(std::string_view frame);

/// How long the payload or the state of a message is; 0 for those that have none, which are always short.
std::size_t payload_bytes(const peer_message& message);

} // namespace ariadne::session
