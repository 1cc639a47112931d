#pragma once

#include "actors/network/peer_judge.hpp"
#include "actors/network/tls_context.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace ariadne {

/// A connection of the admin server, plain or with TLS: a stream as Boost.Beast reads and writes it, with a time limit
/// for each step. Over TLS, the other side may show a certificate; what it shows has to be of the cluster.
class http_stream {
public:
  using error_code = boost::beast::error_code;
  using executor_type = boost::beast::tcp_stream::executor_type;

  /// Without a context, plain.
  http_stream(boost::asio::ip::tcp::socket socket, std::shared_ptr<const tls_context> context,
              const std::string& cluster);
  http_stream(const http_stream&) = delete;
  http_stream& operator=(const http_stream&) = delete;

  executor_type get_executor() {
    return tcp_.get_executor();
  }
  /// Below TLS.
  boost::beast::tcp_stream& tcp() {
    return tcp_;
  }
  bool has_tls() const {
    return tls_.has_value();
  }

  void expires_after(std::chrono::steady_clock::duration patience) {
    tcp_.expires_after(patience);
  }

  /// Only with TLS.
  template <class Handler>
  void async_shake_hands(Handler&& handler) {
    tls_->stream.async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }
  /// Why that has failed: the end of a sentence about the other side.
  std::string problem_of(const error_code& error) const;

  /// Whether the other side has asked in plain HTTP.
  static bool is_plain_http(const error_code& error);

  /// Who the other side is in the cluster; null if it has shown no certificate, or there is no TLS.
  const identity* peer() const;
  /// Whether its certificate is revoked by now. Only with TLS.
  bool is_revoked_by(const tls_context& now);

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_)
      tls_->stream.async_read_some(buffers, std::forward<Handler>(handler));
    else
      tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_)
      tls_->stream.async_write_some(buffers, std::forward<Handler>(handler));
    else
      tcp_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  /// Says that nothing more is sent.
  template <class Handler>
  void async_end(Handler&& handler) {
    if (tls_)
      return tls_->stream.async_shutdown(std::forward<Handler>(handler));
    error_code error;
    tcp_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
    handler(error);
  }

  /// Ends all that is under way.
  void close() {
    tcp_.close();
  }

private:
  struct secured {
    secured(boost::beast::tcp_stream& tcp, std::shared_ptr<const tls_context> with, const std::string& cluster);

    std::shared_ptr<const tls_context> context;
    boost::asio::ssl::context of_asio;
    std::string cluster;
    peer_judge judge;
    boost::beast::ssl_stream<boost::beast::tcp_stream&> stream;
  };

  boost::beast::tcp_stream tcp_;
  std::optional<secured> tls_;
};

} // namespace ariadne
