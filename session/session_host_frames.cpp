#include "session/session_host.hpp"

#include <utility>

// The part of session_host that reads and writes the frames between hosts.

namespace ariadne::session {

std::vector<command> session_host::take_commands() {
  for (const auto& to : std::exchange(to_send_, {}))
    if (const auto peer = peers_.find(to); peer != peers_.end())
      for (auto& frame : peer->second.outgoing.take_frames(now_ms_))
        commands_.push_back(send_frame{to, std::move(frame)});
  state_bytes_ = 0;
  return std::exchange(commands_, {});
}

void session_host::send(const host_id& to, const peer_message& message) {
  const auto peer = peers_.find(to);
  if (peer == peers_.end())
    return;
  peer->second.outgoing.add(message);
  state_bytes_ += payload_bytes(message);
  to_send_.insert(to);
}

void session_host::send_all(const peer_message& message) {
  for (const auto& [host, about] : peers_)
    send(host, message);
}

std::string_view session_host::receive(const host_id& from, std::string_view frame, std::uint64_t now_ms) {
  enter(now_ms);
  std::string_view failure;
  if (peers_.contains(from))
    switch (type_of(frame)) {
      case frame_type::messages:
        failure = receive_messages(from, frame);
        break;
      case frame_type::piece:
        failure = receive_piece(from, frame);
        break;
      case frame_type::pieces_arrived:
        failure = note_arrival(from, frame);
        break;
    }
  leave();
  return failure;
}

std::string_view session_host::receive_messages(const host_id& from, std::string_view frame) {
  return decode_frame(
    frame, [&](peer_message&& message) { std::visit([&](auto& m) { handle(from, std::move(m)); }, message); });
}

std::string_view session_host::receive_piece(const host_id& from, std::string_view frame) {
  auto& about = peers_.at(from);
  const auto taken = about.incoming.take(frame);
  if (!taken.failure.empty())
    return taken.failure;
  about.outgoing.acknowledge(about.incoming.pieces());
  to_send_.insert(from);
  return taken.frame.empty() ? std::string_view{} : receive_messages(from, taken.frame);
}

std::string_view session_host::note_arrival(const host_id& from, std::string_view frame) {
  const auto pieces = decode_pieces_arrived(frame);
  if (!pieces)
    return "an acknowledgement of pieces is malformed";
  peers_.at(from).outgoing.arrived(*pieces, now_ms_);
  to_send_.insert(from);
  return {};
}

} // namespace ariadne::session
