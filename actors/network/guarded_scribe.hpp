#pragma once

#include "actors/internal/counted_writes.hpp"
#include "actors/network/client_guard.hpp"
#include "actors/network/connection_keeper.hpp"
#include "actors/network/frame_guard.hpp"
#include "actors/network/guarded_transport.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network/link_transport.hpp"
#include "actors/network/stranger_book.hpp"

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ariadne {

namespace detail {

/// In whose name CAF's scribe works, which is of another type in each edition.
template <class Context>
Context* context_of(bool (caf::io::scribe::*)(Context*, const void*, std::size_t));
using scribe_context = decltype(context_of(&caf::io::scribe::consume));

using scribe_buffer = std::remove_reference_t<decltype(std::declval<caf::io::scribe&>().wr_buf())>;

} // namespace detail

/// CAF's end of a connection, as CAF's own scribe, but it shows CAF only what the guards let pass, and memory is used
/// for what has come rather than for what has been announced.
///
/// The frame guard looks at each byte as it comes, and a connection ends that it does not like. Of a frame after the
/// handshake, the header is held back until its payload is there: then what the frame says is judged as a whole, and it
/// is shown to CAF, or dropped, or answered in the name of whoever it is for.
class guarded_scribe : public caf::io::scribe, private kept_connection, private transport_observer {
public:
  /// Takes over the connection. `strangers` is told of those that hang up since they speak other protocols; null for
  /// connections that have been opened from here.
  guarded_scribe(caf::io::network::default_multiplexer& multiplexer, std::shared_ptr<connection_keeper> keeper,
                 link_socket link, connection_side side, std::string address, std::shared_ptr<stranger_book> strangers);
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
  class stream : public caf::io::network::stream_impl<guarded_transport<link_transport>> {
  public:
    using stream_impl::stream_impl;

    void removed_from_loop(caf::io::network::operation what) override {
      is_reading_ = is_reading_ && what != caf::io::network::operation::read;
      stream_impl::removed_from_loop(what);
    }

    void has_begun_to_read() {
      is_reading_ = true;
    }

    /// Reads what has been taken from the connection before it came to CAF's loop, which is told of nothing but what
    /// comes.
    void read_what_is_pending() {
      if (is_reading_)
        handle_event(caf::io::network::operation::read);
    }

    bool is_writing() const {
      return state_.writing;
    }

  private:
    bool is_reading_ = false;
  };

  // kept_connection
  const std::string& address() const override {
    return address_;
  }
  std::string_view role_name() const override {
    return peer_.empty() ? "unknown" : to_string(peer_.front().is);
  }
  bool is_revoked_by(const tls_context& now) const override {
    return tls_ != nullptr && tls_->is_revoked_by(now);
  }
  bool has_lost_names() override {
    return client_guard_ && client_guard_->limit().has_shrunk();
  }
  bool is_sending() const override {
    return stream_.is_writing();
  }
  caf::io::abstract_broker* broker() override {
    return parent();
  }
  void cut(const char* label, std::string_view reason) override;
  void let_go() override;

  // transport_observer
  bool has_received(std::span<const std::byte> bytes) override;
  void has_sent(std::size_t bytes) override {
    stalled.taken(bytes);
  }

  void launch();
  void refuse(cut_reason reason);
  bool admit();
  void read_payload(std::size_t size);
  void read_next_part();
  bool take(detail::scribe_context context, detail::scribe_buffer& bytes, std::size_t size);
  bool take_header(detail::scribe_context context, detail::scribe_buffer& bytes);
  bool take_held_frame(detail::scribe_context context, detail::scribe_buffer& payload, std::size_t size);
  frame_judgement judge(const basp_frame& frame);
  void answer(const basp_frame& request, std::string_view message);
  bool deliver(detail::scribe_context context, detail::scribe_buffer& bytes, std::size_t size);

  std::shared_ptr<connection_keeper> keeper_;
  std::shared_ptr<stranger_book> strangers_;
  std::string address_;
  connection_side side_;
  frame_guard guard_;
  bool is_launched_ = false;
  /// Of the stream; null if the connection is plain.
  const tls_channel* tls_ = nullptr;
  bool is_cut_ = false;
  /// The size of a payload that is too large to be given room before it comes; 0 if there is none.
  std::size_t large_bytes_ = 0;
  /// What has come of it.
  detail::scribe_buffer large_;
  /// The header of a frame whose payload is still to come; empty if none is held.
  detail::scribe_buffer held_;
  bool is_delivering_held_ = false;
  /// A header has been shown to CAF, and its payload comes next.
  bool is_payload_next_ = false;
  /// What CAF is to take for what it has read, while it is shown something.
  detail::scribe_buffer* delivered_ = nullptr;
  /// All that the other side is in this cluster, if the connection is secured; what may do most comes first.
  std::vector<identity> peer_;
  /// The node id that the other side has shown, if it is entered in the book of identities.
  std::string entered_id_;
  std::shared_ptr<const role_table> roles_;
  /// Of a client, after its handshake.
  std::optional<client_guard> client_guard_;
  /// Where in the buffer begins what has not been flushed; nothing if all has.
  std::optional<std::size_t> unflushed_;
  counted_writes writes_;
  stream stream_;
};

} // namespace ariadne
