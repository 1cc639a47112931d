#include "session/outgoing_messages.hpp"

#include <algorithm>
#include <limits>
#include <variant>

namespace ariadne::session {

namespace {

/// The session that a message is about whose place among the others matters.
struct ordered_key {
  const session_key* operator()(const start_request& m) const {
    return &m.key;
  }
  const session_key* operator()(const stop_request& m) const {
    return &m.key;
  }
  const session_key* operator()(const delivery& m) const {
    return &m.key;
  }
  const session_key* operator()(const request_withdrawn& m) const {
    return &m.key;
  }
  const session_key* operator()(const loser_state& m) const {
    return &m.key;
  }
  template <class Message>
  const session_key* operator()(const Message&) const {
    return nullptr;
  }
};

std::uint64_t request_of(const peer_message& message) {
  if (const auto* m = std::get_if<delivery>(&message))
    return m->number;
  if (const auto* m = std::get_if<start_request>(&message))
    return m->number;
  const auto* m = std::get_if<stop_request>(&message);
  return m ? m->number : 0;
}

bool is_barrier(const peer_message& message) {
  return std::holds_alternative<leaving>(message) || std::holds_alternative<leaving_answer>(message);
}

} // namespace

outgoing_messages::outgoing_messages(const piece_options& options) : options_(options), window_(options.window) {}

std::optional<outgoing_messages::lane_name> outgoing_messages::lane_of(const peer_message& message, bool is_long) {
  if (const auto* key = std::visit(ordered_key{}, message))
    return lane_name{*key, 0};
  const auto* answer = std::get_if<response>(&message);
  return answer && is_long ? std::optional{lane_name{session_key{}, answer->number}} : std::nullopt;
}

void outgoing_messages::add(const peer_message& message) {
  if (is_barrier(message) && !lanes_.empty()) {
    waiting_message m;
    m.place = ++last_place_;
    append(m.frame, message);
    barriers_.push_back(std::move(m));
    return;
  }
  const auto is_long = payload_bytes(message) > options_.whole_bytes_max;
  const auto name = lane_of(message, is_long);
  if (name && (is_long || lanes_.contains(*name)))
    return wait(*name, message, is_long);
  append(open_frame_, message);
  if (open_frame_.size() >= frame_bytes)
    close_frame();
}

void outgoing_messages::wait(const lane_name& name, const peer_message& message, bool is_long) {
  if (const auto* withdrawn = std::get_if<request_withdrawn>(&message); withdrawn && drop_withdrawn(name, *withdrawn))
    return;
  const auto [position, is_new] = lanes_.try_emplace(name);
  if (is_new)
    turns_.push_back(position);
  waiting_message m;
  m.place = ++last_place_;
  m.request = request_of(message);
  m.is_long = is_long;
  append(m.frame, message);
  waiting_bytes_ += m.frame.size();
  position->second.push_back(std::move(m));
}

bool outgoing_messages::drop_withdrawn(const lane_name& name, const request_withdrawn& withdrawn) {
  const auto position = lanes_.find(name);
  auto& l = position->second;
  const auto found = std::find_if(
    l.begin(), l.end(), [&](const waiting_message& m) { return m.request == withdrawn.number && m.number == 0; });
  if (found == l.end())
    return false;
  const auto is_first = found == l.begin();
  waiting_bytes_ -= found->frame.size();
  l.erase(found);
  if (is_first) {
    send_short_ones(l);
    if (l.empty()) {
      std::erase(turns_, position);
      lanes_.erase(position);
    }
    send_barriers();
  }
  return true;
}

void outgoing_messages::set_takes_pieces(bool takes_pieces) {
  // A host does not change in this while it is connected.
  if (!takes_pieces_)
    takes_pieces_ = takes_pieces;
}

std::vector<std::string> outgoing_messages::take_frames(std::uint64_t now_ms) {
  if (owed_) {
    close_frame();
    frames_.push_back(encode_pieces_arrived(*std::exchange(owed_, std::nullopt)));
  }
  if (takes_pieces_ && *takes_pieces_)
    send_pieces(now_ms);
  else if (takes_pieces_)
    send_whole();
  close_frame();
  return std::exchange(frames_, {});
}

void outgoing_messages::send_pieces(std::uint64_t now_ms) {
  for (std::size_t passed_over = 0; passed_over < turns_.size() && window_.has_room();) {
    const auto position = turns_.front();
    auto& first = position->second.front();
    turns_.pop_front();
    if (!may_begin(first)) {
      turns_.push_back(position);
      ++passed_over;
      continue;
    }
    passed_over = 0;
    send_piece(first, now_ms);
    if (first.sent_bytes < first.frame.size()) {
      turns_.push_back(position);
      continue;
    }
    --open_;
    open_bytes_ -= first.frame.size();
    advance(position);
  }
}

bool outgoing_messages::may_begin(const waiting_message& m) const {
  return m.number != 0 || open_ == 0
         || (open_ < options_.open_max && open_bytes_ + m.frame.size() <= options_.open_bytes_max);
}

void outgoing_messages::send_piece(waiting_message& m, std::uint64_t now_ms) {
  if (m.number == 0) {
    m.number = ++last_number_;
    ++open_;
    open_bytes_ += m.frame.size();
  }
  const auto bytes = std::string_view{m.frame}.substr(m.sent_bytes, window_.piece_bytes());
  close_frame();
  frames_.push_back(encode(message_piece{m.number, m.frame.size(), bytes}));
  window_.sent(frames_.back().size(), now_ms);
  m.sent_bytes += bytes.size();
  waiting_bytes_ -= bytes.size();
}

void outgoing_messages::send_whole() {
  while (!turns_.empty()) {
    const auto position = turns_.front();
    turns_.pop_front();
    auto& frame = position->second.front().frame;
    waiting_bytes_ -= frame.size();
    close_frame();
    frames_.push_back(std::move(frame));
    advance(position);
  }
}

void outgoing_messages::advance(lane_map::iterator position) {
  auto& l = position->second;
  l.pop_front();
  send_short_ones(l);
  if (l.empty())
    lanes_.erase(position);
  else
    turns_.push_back(position);
  send_barriers();
}

void outgoing_messages::send_short_ones(lane& l) {
  for (; !l.empty() && !l.front().is_long; l.pop_front()) {
    waiting_bytes_ -= l.front().frame.size();
    send_at_once(l.front().frame);
  }
}

void outgoing_messages::send_barriers() {
  if (barriers_.empty())
    return;
  auto first_place = std::numeric_limits<std::uint64_t>::max();
  for (const auto& [name, l] : lanes_)
    first_place = std::min(first_place, l.front().place);
  for (; !barriers_.empty() && barriers_.front().place < first_place; barriers_.pop_front())
    send_at_once(barriers_.front().frame);
}

void outgoing_messages::send_at_once(std::string_view messages) {
  close_frame();
  frames_.emplace_back(messages);
}

void outgoing_messages::close_frame() {
  if (!open_frame_.empty())
    frames_.push_back(std::exchange(open_frame_, {}));
}

} // namespace ariadne::session
