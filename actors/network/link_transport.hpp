#pragma once

#include "actors/network/tls_channel.hpp"

#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/rw_state.hpp>
#include <caf/policy/tcp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace ariadne {

/// A policy for CAF's streams: bytes over TCP, or over TLS.
class link_transport {
public:
  using rw_state = caf::io::network::rw_state;

  /// Null: plain TCP.
  explicit link_transport(std::unique_ptr<tls_channel> tls) : tls_(std::move(tls)) {}

  rw_state read_some(std::size_t& count, caf::io::network::native_socket fd, void* bytes, std::size_t size) {
    if (!tls_)
      return caf::policy::tcp::read_some(count, fd, bytes, size);
    return state_of(tls_->read({static_cast<std::byte*>(bytes), size}), count);
  }

  rw_state write_some(std::size_t& count, caf::io::network::native_socket fd, const void* bytes, std::size_t size) {
    if (!tls_)
      return caf::policy::tcp::write_some(count, fd, bytes, size);
    return state_of(tls_->write({static_cast<const std::byte*>(bytes), size}), count);
  }

  /// What has been taken from the connection already, no event of the connection tells of. But no more is taken from it
  /// for that, or one connection could keep CAF's loop for itself.
  bool must_read_more(caf::io::network::native_socket, std::size_t) {
    if (!tls_ || !tls_->has_pending())
      return false;
    tls_->hold_off();
    return true;
  }

private:
  static rw_state state_of(const tls_channel::transfer& made, std::size_t& count) {
    count = made.count;
    return made.has_failed ? rw_state::failure : rw_state::success;
  }

  std::unique_ptr<tls_channel> tls_;
};

} // namespace ariadne
