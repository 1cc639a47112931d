#pragma once

#include "session/message_piece.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ariadne::session {

/// Puts together what another host sends in pieces, over one connection. Holds no more than what has come in, once
/// more at the most, whatever lengths it has been told. Not thread-safe.
class incoming_messages {
public:
  explicit incoming_messages(const piece_options& options = {});

  struct result {
    /// What is wrong with the piece, or nothing. Then nothing is held any more, and all later pieces are refused for
    /// the same reason: the other host does not keep to the protocol.
    std::string_view failure;
    /// The message, as a frame, once the last piece of it has come; empty before.
    std::string frame;
  };

  result take(std::string_view piece_frame);

  /// How many pieces have come in.
  std::uint64_t pieces() const {
    return pieces_;
  }
  /// Of messages that have not come in as a whole.
  std::size_t held_bytes() const {
    return held_bytes_;
  }

private:
  struct message {
    std::uint64_t total_bytes = 0;
    std::string bytes;
  };

  result refuse(std::string_view why);
  std::string_view begin(const message_piece& piece);
  static void append(message& m, std::string_view bytes);

  piece_options options_;
  std::map<std::uint64_t, message> open_;
  /// What those will have in all, as told.
  std::uint64_t open_bytes_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t pieces_ = 0;
  std::size_t held_bytes_ = 0;
  std::string_view failure_;
};

} // namespace ariadne::session
