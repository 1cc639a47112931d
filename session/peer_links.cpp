#include "session/peer_links.hpp"

#include <utility>

namespace ariadne::session {

void peer_links::open(const host_id& peer) {
  links_.insert_or_assign(peer, link{++last_connection_, outgoing_messages{options_}, incoming_messages{options_}});
}

void peer_links::close(const host_id& peer) {
  links_.erase(peer);
}

std::uint64_t peer_links::connection_to(const host_id& peer) const {
  const auto found = links_.find(peer);
  return found == links_.end() ? 0 : found->second.connection;
}

void peer_links::set_takes_pieces(const host_id& peer, bool takes_pieces) {
  links_.at(peer).outgoing.set_takes_pieces(takes_pieces && options_.takes_pieces);
  to_send_.insert(peer);
}

void peer_links::send(const host_id& to, const peer_message& message) {
  const auto found = links_.find(to);
  if (found == links_.end())
    return;
  found->second.outgoing.add(message);
  commands_.count(payload_bytes(message));
  to_send_.insert(to);
}

void peer_links::send_all(const peer_message& message) {
  for (const auto& [host, l] : links_)
    send(host, message);
}

std::string_view peer_links::receive(const host_id& from, std::string_view frame, std::uint64_t now_ms,
                                     const std::function<void(peer_message&&)>& visit) {
  switch (type_of(frame)) {
    case frame_type::piece:
      return receive_piece(from, frame, visit);
    case frame_type::pieces_arrived:
      return note_arrival(from, frame, now_ms);
    case frame_type::messages:
      break;
  }
  return decode_frame(frame, visit);
}

std::string_view peer_links::receive_piece(const host_id& from, std::string_view frame,
                                           const std::function<void(peer_message&&)>& visit) {
  auto& l = links_.at(from);
  const auto taken = l.incoming.take(frame);
  if (!taken.failure.empty())
    return taken.failure;
  l.outgoing.acknowledge(l.incoming.pieces());
  to_send_.insert(from);
  return taken.frame.empty() ? std::string_view{} : decode_frame(taken.frame, visit);
}

std::string_view peer_links::note_arrival(const host_id& from, std::string_view frame, std::uint64_t now_ms) {
  const auto pieces = decode_pieces_arrived(frame);
  if (!pieces)
    return "an acknowledgement of pieces is malformed";
  links_.at(from).outgoing.arrived(*pieces, now_ms);
  to_send_.insert(from);
  return {};
}

void peer_links::flush(std::uint64_t now_ms) {
  for (const auto& to : std::exchange(to_send_, {}))
    if (const auto found = links_.find(to); found != links_.end())
      for (auto& frame : found->second.outgoing.take_frames(now_ms))
        commands_.add(send_frame{to, std::move(frame)});
}

} // namespace ariadne::session
