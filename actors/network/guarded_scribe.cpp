#include "actors/network/guarded_scribe.hpp"

#include "actors/internal/caf_edition_network.hpp"
#include "actors/network/basp_header.hpp"

#include <caf/io/network/native_socket.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace ariadne {

namespace {

/// A payload up to this size gets its memory when it is announced: the usual ones.
constexpr std::size_t part_bytes = std::size_t{256} << 10;

/// Besides the largest message, so much may wait for the other side.
constexpr std::size_t waiting_room_bytes = std::size_t{16} << 20;

/// What an idle connection keeps of the memory of its buffer.
constexpr std::size_t kept_bytes = std::size_t{1} << 20;

/// Messages, and what is about actors. Handshakes and heartbeats say nothing besides.
bool is_judged(const basp_frame& frame) {
  return frame.operation >= basp::direct_message && frame.operation <= basp::down_message;
}

std::size_t payload_size_of(std::span<const std::byte, frame_guard::header_size> header) {
  std::size_t result = 0;
  for (const auto byte : header.subspan<4, 4>())
    result = result << 8 | std::to_integer<std::size_t>(byte);
  return result;
}

std::string_view text_of(const detail::scribe_buffer& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What may do most comes first.
std::vector<identity> sorted(std::vector<identity> all) {
  std::sort(all.begin(), all.end());
  return all;
}

} // namespace

guarded_scribe::guarded_scribe(caf::io::network::default_multiplexer& multiplexer,
                               std::shared_ptr<connection_keeper> keeper, link_socket link, connection_side side,
                               std::string address, std::shared_ptr<stranger_book> strangers)
  : scribe(caf::io::network::conn_hdl_from_socket(link.tcp.fd())), keeper_(std::move(keeper)),
    strangers_(std::move(strangers)), address_(std::move(address)), side_(side),
    guard_(side, detail::caf_basp_format(), keeper_->payload_bytes_max()), tls_(link.tls.get()),
    peer_(link.tls ? sorted(link.tls->peer()) : std::vector<identity>{}), writes_(hdl().id()),
    stream_(multiplexer, link.tcp.release(), static_cast<transport_observer&>(*this), std::move(link.tls)) {
  stream_.ack_writes(true);
  if (!peer_.empty())
    roles_ = keeper_->desk()->roles();
}

guarded_scribe::~guarded_scribe() {
  if (id != 0)
    keeper_->remove(*this);
  if (!entered_id_.empty())
    keeper_->desk()->identities().leave(entered_id_);
}

void guarded_scribe::configure_read(caf::io::receive_policy::config config) {
  // The payload is there already.
  if (is_delivering_held_)
    return;
  if (config.second > std::max(guard_.payload_bytes_max(), frame_guard::handshake_bytes_max)) {
    refuse(cut_reason::payload_too_large);
    config = caf::io::receive_policy::exactly(frame_guard::header_size);
  }
  if (config.second > part_bytes) {
    read_payload(config.second);
  } else {
    large_bytes_ = 0;
    stream_.configure_read(config);
  }
  if (!std::exchange(is_launched_, true))
    launch();
}

void guarded_scribe::launch() {
  keeper_->add(*this, side_ == connection_side::accepted);
  stream_.start(this);
  stream_.has_begun_to_read();
  if (tls_ != nullptr)
    stream_.backend().post([self = caf::intrusive_ptr<guarded_scribe>{this}] { self->stream_.read_what_is_pending(); });
}

void guarded_scribe::ack_writes(bool) {
  // They are counted here, and CAF's broker has no use for them.
}

detail::scribe_buffer& guarded_scribe::wr_buf() {
  auto& result = stream_.wr_buf();
  if (client_guard_ && !unflushed_)
    unflushed_ = result.size();
  return result;
}

detail::scribe_buffer& guarded_scribe::rd_buf() {
  return delivered_ != nullptr ? *delivered_ : stream_.rd_buf();
}

void guarded_scribe::graceful_shutdown() {
  stream_.graceful_shutdown();
  detach(&stream_.backend(), false);
}

void guarded_scribe::flush() {
  // It is not read any more, or nobody takes what waits for it.
  if (stream_.wr_buf().size() > guard_.payload_bytes_max() + waiting_room_bytes)
    cut("backlog",
        fmt::format("more than {} bytes wait for the other side", guard_.payload_bytes_max() + waiting_room_bytes));
  if (const auto begin = std::exchange(unflushed_, std::nullopt); begin && client_guard_)
    client_guard_->note_sent(text_of(stream_.wr_buf()).substr(*begin));
  writes_.flushing(stream_.wr_buf().size());
  stream_.flush(this);
}

std::string guarded_scribe::addr() const {
  return address_;
}

std::uint16_t guarded_scribe::port() const {
  const auto port = caf::io::network::remote_port_of_fd(stream_.fd());
  return port ? *port : std::uint16_t{0};
}

void guarded_scribe::add_to_loop() {
  stream_.activate(this);
  stream_.has_begun_to_read();
}

void guarded_scribe::remove_from_loop() {
  stream_.passivate();
  if (id != 0)
    keeper_->close(*this);
}

void guarded_scribe::data_transferred(detail::scribe_context, std::size_t, std::size_t remaining) {
  writes_.transferred(remaining, stream_.wr_buf().size());
  // Or the connection would hold the memory of the longest answer that it has ever carried.
  if (remaining == 0 && stream_.wr_buf().capacity() > kept_bytes)
    detail::scribe_buffer{}.swap(stream_.wr_buf());
}

bool guarded_scribe::consume(detail::scribe_context context, const void* data, std::size_t size) {
  if (large_bytes_ == 0)
    return take(context, stream_.rd_buf(), size);
  const auto* bytes = static_cast<const detail::scribe_buffer::value_type*>(data);
  large_.insert(large_.end(), bytes, bytes + size);
  if (large_.size() < large_bytes_) {
    read_next_part();
    return true;
  }
  large_bytes_ = 0;
  const auto result = take(context, large_, large_.size());
  // Not only cleared, or each connection would hold the largest message that it has ever had.
  detail::scribe_buffer{}.swap(large_);
  return result;
}

void guarded_scribe::cut(const char* label, std::string_view reason) {
  if (std::exchange(is_cut_, true))
    return;
  keeper_->count_refusal(label);
  const auto direction = side_ == connection_side::accepted ? "from" : "to";
  keeper_->report(address_, {log_level::warning,
                             log_event::connection_refused,
                             "the connection {direction} {address} is closed: {reason}",
                             {{"direction", direction}, {"address", address_}, {"reason", reason}, {"cause", label}}});
  // CAF notices the end, and cleans up; what is on its way into the other direction is lost.
  ::shutdown(stream_.fd(), SHUT_RDWR);
}

void guarded_scribe::let_go() {
  const caf::intrusive_ptr<guarded_scribe> until_the_end{this};
  stream_.removed_from_loop(caf::io::network::operation::read);
  stream_.removed_from_loop(caf::io::network::operation::write);
}

bool guarded_scribe::has_received(std::span<const std::byte> bytes) {
  if (is_cut_)
    return false;
  const auto had_shaken_hands = guard_.has_shaken_hands();
  if (const auto reason = guard_.take(bytes)) {
    refuse(*reason);
    return false;
  }
  if (!had_shaken_hands && guard_.has_shaken_hands()) {
    keeper_->has_shaken_hands(*this);
    strangers_ = nullptr;
    return admit();
  }
  return true;
}

/// Each node id is somebody's; and a client is no part of the cluster.
bool guarded_scribe::admit() {
  if (peer_.empty())
    return true;
  auto& desk = *keeper_->desk();
  if (!desk.identities().enter(guard_.node_id(), peer_)) {
    cut("identity", fmt::format("{} shows the node id of somebody else", in_words(peer_.front())));
    return false;
  }
  entered_id_ = guard_.node_id();
  if (const auto is = peer_.front().is; is != role::node)
    client_guard_.emplace(roles_->requests.at(is), roles_->answers, detail::caf_basp_format(), entered_id_,
                          desk.own_id(), desk.limit_of(peer_.front()));
  return true;
}

void guarded_scribe::refuse(cut_reason reason) {
  if (reason != cut_reason::farewell)
    return cut("protocol", describe(reason));
  if (const auto protocols = read_farewell(guard_.header()); protocols && strangers_)
    strangers_->report(address_, *protocols);
}

void guarded_scribe::read_payload(std::size_t size) {
  large_bytes_ = size > part_bytes ? size : 0;
  if (large_bytes_ > 0)
    read_next_part();
  else
    stream_.configure_read(caf::io::receive_policy::exactly(size));
}

void guarded_scribe::read_next_part() {
  stream_.configure_read(caf::io::receive_policy::at_most(std::min(large_bytes_ - large_.size(), part_bytes)));
}

bool guarded_scribe::take(detail::scribe_context context, detail::scribe_buffer& bytes, std::size_t size) {
  if (!held_.empty())
    return take_held_frame(context, bytes, size);
  if (std::exchange(is_payload_next_, false))
    return deliver(context, bytes, size);
  return take_header(context, bytes);
}

bool guarded_scribe::take_header(detail::scribe_context context, detail::scribe_buffer& bytes) {
  const auto frame = read_frame(guard_.header(), {});
  const auto size = payload_size_of(guard_.header());
  if (is_judged(frame) && size > 0) {
    held_.assign(bytes.begin(), bytes.begin() + frame_guard::header_size);
    read_payload(size);
    return true;
  }
  is_payload_next_ = size > 0;
  return deliver(context, bytes, frame_guard::header_size);
}

bool guarded_scribe::take_held_frame(detail::scribe_context context, detail::scribe_buffer& payload, std::size_t size) {
  const auto frame = read_frame(guard_.header(), text_of(payload).substr(0, size));
  const auto [fate, why] = judge(frame);
  if (!why.empty())
    keeper_->report(address_, {log_level::warning,
                               log_event::connection_refused,
                               "what {who} at {address} sends is {fate}: {reason}",
                               {{"who", peer_.empty() ? "somebody" : in_words(peer_.front())},
                                {"address", address_},
                                {"fate", fate == frame_fate::drop ? "dropped" : "refused"},
                                {"reason", why}}});
  auto header = std::exchange(held_, {});
  if (fate == frame_fate::pass) {
    is_delivering_held_ = true;
    const auto goes_on = deliver(context, header, header.size());
    is_delivering_held_ = false;
    return goes_on && deliver(context, payload, size);
  }
  if (fate == frame_fate::refuse)
    answer(frame, roles_->refusals.at(peer_.front().is));
  if (fate == frame_fate::refuse_name)
    answer(frame, keeper_->desk()->refusal_of_name(peer_.front()));
  stream_.configure_read(caf::io::receive_policy::exactly(frame_guard::header_size));
  return true;
}

frame_judgement guarded_scribe::judge(const basp_frame& frame) {
  static const auto format = detail::caf_basp_format();
  static const auto content = detail::caf_content_rules();
  if (const auto message = message_of(frame, format); !message.empty())
    if (const auto objection = objection_to(message, content))
      return {frame_fate::drop, *objection};
  return client_guard_ ? client_guard_->judge(frame) : frame_judgement{};
}

void guarded_scribe::answer(const basp_frame& request, std::string_view message) {
  const auto bytes = refusal_of(request, message, detail::caf_basp_format().has_stages);
  const auto* first = reinterpret_cast<const detail::scribe_buffer::value_type*>(bytes.data());
  wr_buf().insert(wr_buf().end(), first, first + bytes.size());
  flush();
}

bool guarded_scribe::deliver(detail::scribe_context context, detail::scribe_buffer& bytes, std::size_t size) {
  auto* broker = parent();
  delivered_ = &bytes;
  const auto result = scribe::consume(context, bytes.data(), size);
  delivered_ = nullptr;
  if (broker != nullptr)
    keeper_->note_nodes(broker);
  return result;
}

} // namespace ariadne
