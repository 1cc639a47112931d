#pragma once

#include "actors/network/tcp_socket.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ariadne::test {

/// How somebody connects to a node who does not have our program: by OpenSSL, which says whatever it is told to.
struct raw_identity {
  /// Without: plain TCP.
  bool has_tls = true;
  /// Empty: it shows no certificate.
  std::filesystem::path certificate = {};
  std::filesystem::path key = {};
  int newest_tls = TLS1_3_VERSION;
};

/// A connection to a port of the loopback interface that sends any bytes. It believes whoever it meets. What it waits
/// for longer than `patience` has failed.
class raw_connection {
public:
  raw_connection(std::uint16_t port, const raw_identity& who);
  /// One that is there already, without TLS.
  explicit raw_connection(tcp_socket socket);
  ~raw_connection();

  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  /// Whether all of it has been taken.
  bool send(std::string_view bytes);

  /// So many bytes, or fewer if the connection ends before.
  std::string read(std::size_t count);

  /// Of a node, which has to begin with its handshake.
  std::string read_node_id();

  /// The number of the certificate that the other side has shown, in hexadecimal digits.
  std::string shown_serial() const;

  /// Whether the other side closes the connection; what it sends before is dropped.
  bool is_closed_by_peer();

private:
  tcp_socket socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

/// Connects to a port of the loopback interface.
tcp_socket connect_plainly(std::uint16_t port);

} // namespace ariadne::test
