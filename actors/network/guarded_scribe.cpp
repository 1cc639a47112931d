#include "actors/network/guarded_scribe.hpp"

#include "actors/caf_edition_network.hpp"

#include <caf/io/network/native_socket.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace ariadne {

namespace {

/// A payload up to this size gets its memory when it is announced: the usual ones.
constexpr std::size_t part_bytes = std::size_t{256} << 10;

/// Besides the largest message, so much may wait for the other side.
constexpr std::size_t waiting_room_bytes = std::size_t{16} << 20;

/// What an idle connection keeps of the memory of its buffer.
constexpr std::size_t kept_bytes = std::size_t{1} << 20;

} // namespace

guarded_scribe::guarded_scribe(caf::io::network::default_multiplexer& multiplexer,
                               std::shared_ptr<connection_keeper> keeper, int fd, connection_side side,
                               std::string address, std::shared_ptr<stranger_book> strangers)
  : scribe(caf::io::network::conn_hdl_from_socket(fd)), keeper_(std::move(keeper)), strangers_(std::move(strangers)),
    address_(std::move(address)), side_(side), guard_(side, detail::caf_basp_format(), keeper_->payload_bytes_max()),
    writes_(hdl().id()), stream_(multiplexer, fd, static_cast<transport_observer&>(*this)) {
  stream_.ack_writes(true);
}

guarded_scribe::~guarded_scribe() {
  if (id != 0)
    keeper_->remove(*this);
}

void guarded_scribe::configure_read(caf::io::receive_policy::config config) {
  if (config.second > std::max(guard_.payload_bytes_max(), frame_guard::handshake_bytes_max)) {
    refuse(cut_reason::payload_too_large);
    config = caf::io::receive_policy::exactly(frame_guard::header_size);
  }
  large_bytes_ = config.second > part_bytes ? config.second : 0;
  if (large_bytes_ > 0)
    read_next_part();
  else
    stream_.configure_read(config);
  if (!std::exchange(is_launched_, true)) {
    keeper_->add(*this, side_ == connection_side::accepted);
    stream_.start(this);
  }
}

void guarded_scribe::ack_writes(bool) {
  // They are counted here, and CAF's broker has no use for them.
}

detail::scribe_buffer& guarded_scribe::wr_buf() {
  return stream_.wr_buf();
}

detail::scribe_buffer& guarded_scribe::rd_buf() {
  return is_delivering_large_ ? large_ : stream_.rd_buf();
}

void guarded_scribe::graceful_shutdown() {
  stream_.graceful_shutdown();
  detach(&stream_.backend(), false);
}

void guarded_scribe::flush() {
  // It is not read any more, or nobody takes what waits for it.
  if (stream_.wr_buf().size() > guard_.payload_bytes_max() + waiting_room_bytes)
    cut(fmt::format("more than {} bytes wait for the other side", guard_.payload_bytes_max() + waiting_room_bytes));
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
    return deliver(context, data, size);
  const auto* bytes = static_cast<const detail::scribe_buffer::value_type*>(data);
  large_.insert(large_.end(), bytes, bytes + size);
  if (large_.size() < large_bytes_) {
    read_next_part();
    return true;
  }
  large_bytes_ = 0;
  is_delivering_large_ = true;
  const auto result = deliver(context, large_.data(), large_.size());
  is_delivering_large_ = false;
  // Not only cleared, or each connection would hold the largest message that it has ever had.
  detail::scribe_buffer{}.swap(large_);
  return result;
}

void guarded_scribe::cut(std::string_view reason) {
  if (std::exchange(is_cut_, true))
    return;
  const auto direction = side_ == connection_side::accepted ? "from" : "to";
  keeper_->report(address_, fmt::format("the connection {} {} is closed: {}", direction, address_, reason));
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
  }
  return true;
}

void guarded_scribe::refuse(cut_reason reason) {
  if (reason != cut_reason::farewell)
    return cut(describe(reason));
  if (const auto protocols = read_farewell(guard_.header()); protocols && strangers_)
    strangers_->report(address_, *protocols);
}

void guarded_scribe::read_next_part() {
  stream_.configure_read(caf::io::receive_policy::at_most(std::min(large_bytes_ - large_.size(), part_bytes)));
}

bool guarded_scribe::deliver(detail::scribe_context context, const void* data, std::size_t size) {
  auto* broker = parent();
  const auto result = scribe::consume(context, data, size);
  if (broker != nullptr)
    keeper_->note_nodes(broker);
  return result;
}

} // namespace ariadne
