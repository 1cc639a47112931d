#pragma once

#include "actors/counted_writes.hpp"
#include "actors/network/connection_keeper.hpp"
#include "actors/network/frame_guard.hpp"
#include "actors/network/guarded_transport.hpp"
#include "actors/network/stranger_book.hpp"

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/policy/tcp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace ariadne {

namespace detail {

/// In whose name CAF's scribe works, which is of another type in each edition.
template <class Context>
Context* context_of(bool (caf::io::scribe::*)(Context*, const void*, std::size_t));
using scribe_context = decltype(context_of(&caf::io::scribe::consume));

using scribe_buffer = std::remove_reference_t<decltype(std::declval<caf::io::scribe&>().wr_buf())>;

} // namespace detail

/// CAF's end of a connection, as CAF's own scribe, but it shows CAF only what the frame guard lets pass, and memory is
/// used for what has come rather than for what has been announced.
class guarded_scribe : public caf::io::scribe, private kept_connection, private transport_observer {
public:
  /// Takes over the descriptor. `strangers` is told of those that hang up since they speak other protocols; null for
  /// connections that have been opened from here.
  guarded_scribe(caf::io::network::default_multiplexer& multiplexer, std::shared_ptr<connection_keeper> keeper, int fd,
                 connection_side side, std::string address, std::shared_ptr<stranger_book> strangers);
  ~guarded_scribe() override;

  void configure_read(caf::io::receive_policy::config config) override;
  void ack_writes(bool enable) override;
  detail::scribe_buffer& wr_buf() override;
  detail::scribe_buffer& rd_buf() override;
  void graceful_shutdown() override;
  void flush() override;
  std::string addr() const override;
  std::uint16_t port() const override;
  void add_to_loop() override;
  void remove_from_loop() override;
  void data_transferred(detail::scribe_context context, std::size_t size, std::size_t remaining) override;
  bool consume(detail::scribe_context context, const void* data, std::size_t size) override;

private:
  class stream : public caf::io::network::stream_impl<guarded_transport<caf::policy::tcp>> {
  public:
    using stream_impl::stream_impl;

    bool is_writing() const {
      return state_.writing;
    }
  };

  // kept_connection
  const std::string& address() const override {
    return address_;
  }
  bool is_sending() const override {
    return stream_.is_writing();
  }
  caf::io::abstract_broker* broker() override {
    return parent();
  }
  void cut(std::string_view reason) override;
  void let_go() override;

  // transport_observer
  bool has_received(std::span<const std::byte> bytes) override;
  void has_sent(std::size_t bytes) override {
    stalled.taken(bytes);
  }

  void refuse(cut_reason reason);
  void read_next_part();
  bool deliver(detail::scribe_context context, const void* data, std::size_t size);

  std::shared_ptr<connection_keeper> keeper_;
  std::shared_ptr<stranger_book> strangers_;
  std::string address_;
  connection_side side_;
  frame_guard guard_;
  bool is_launched_ = false;
  bool is_cut_ = false;
  /// The size of a payload that is too large to be given room before it comes; 0 if there is none.
  std::size_t large_bytes_ = 0;
  /// What has come of it.
  detail::scribe_buffer large_;
  bool is_delivering_large_ = false;
  counted_writes writes_;
  stream stream_;
};

} // namespace ariadne
