#pragma once

#include "session/command_list.hpp"
#include "session/incoming_messages.hpp"
#include "session/outgoing_messages.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace ariadne::session {

/// The connections of a host to the other hosts that are up: messages go in, frames come out, and the other way round.
/// Both ends forget what was under way when a connection is lost. Not thread-safe.
class peer_links {
public:
  /// Frames become commands in `commands`, which outlives this.
  peer_links(const piece_options& options, command_list& commands) : options_(options), commands_(commands) {}
  peer_links(const peer_links&) = delete;
  peer_links& operator=(const peer_links&) = delete;

  void open(const host_id& peer);
  void close(const host_id& peer);

  /// Counts all connections to all peers, from 1 on; 0: there is none.
  std::uint64_t connection_to(const host_id& peer) const;

  /// Whether this connection still stands.
  bool is_open(const host_id& peer, std::uint64_t connection) const {
    return connection != 0 && connection_to(peer) == connection;
  }

  /// The other host says whether it takes long messages in pieces.
  void set_takes_pieces(const host_id& peer, bool takes_pieces);

  /// What is said to a host that is not connected is forgotten.
  void send(const host_id& to, const peer_message& message);
  void send_all(const peer_message& message);

  /// Calls `visit(peer_message&&)` for each message that a frame of this peer, which is connected, completes. Returns
  /// what is wrong with the frame, or nothing; in the first case nothing has been visited.
  std::string_view receive(const host_id& from, std::string_view frame, std::uint64_t now_ms,
                           const std::function<void(peer_message&&)>& visit);

  /// Adds the frames that are to be sent to the commands.
  void flush(std::uint64_t now_ms);

private:
  struct link {
    std::uint64_t connection = 0;
    outgoing_messages outgoing;
    incoming_messages incoming;
  };

  std::string_view receive_piece(const host_id& from, std::string_view frame,
                                 const std::function<void(peer_message&&)>& visit);
  std::string_view note_arrival(const host_id& from, std::string_view frame, std::uint64_t now_ms);

  piece_options options_;
  command_list& commands_;
  std::map<host_id, link> links_;
  std::uint64_t last_connection_ = 0;
  /// Those that something may have to be sent to.
  std::set<host_id> to_send_;
};

} // namespace ariadne::session
