#pragma once

#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/rw_state.hpp>

#include <cstddef>
#include <span>

namespace ariadne {

/// Sees what a connection transports.
class transport_observer {
public:
  virtual ~transport_observer() = default;
  /// These bytes have come. Returns false if CAF must not see them, nor any that follow.
  virtual bool has_received(std::span<const std::byte> bytes) = 0;
  /// The other side has taken so many bytes.
  virtual void has_sent(std::size_t bytes) = 0;
};

/// A policy for CAF's streams (caf::io::network::stream_impl): transports bytes as the policy `Transport` does, and has
/// an observer look at them first.
template <class Transport>
class guarded_transport {
public:
  template <class... Arguments>
  explicit guarded_transport(transport_observer& observer, Arguments&&... arguments)
    : observer_(observer), transport_(std::forward<Arguments>(arguments)...) {}

  caf::io::network::rw_state read_some(std::size_t& count, caf::io::network::native_socket fd, void* bytes,
                                       std::size_t size) {
    using caf::io::network::rw_state;
    count = 0;
    const auto state = transport_.read_some(count, fd, bytes, size);
    if (state == rw_state::failure || count == 0)
      return state;
    return observer_.has_received({static_cast<const std::byte*>(bytes), count}) ? state : rw_state::failure;
  }

  caf::io::network::rw_state write_some(std::size_t& count, caf::io::network::native_socket fd, const void* bytes,
                                        std::size_t size) {
    count = 0;
    const auto state = transport_.write_some(count, fd, bytes, size);
    if (count > 0)
      observer_.has_sent(count);
    return state;
  }

  bool must_read_more(caf::io::network::native_socket fd, std::size_t threshold) {
    return transport_.must_read_more(fd, threshold);
  }

private:
  transport_observer& observer_;
  Transport transport_;
};

} // namespace ariadne
