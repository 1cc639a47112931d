#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ariadne::bench {

/// A TCP connection to a server on this machine, for protocols of lines. Every function throws std::runtime_error if
/// the connection breaks.
class tcp_client {
public:
  explicit tcp_client(std::uint16_t port);
  ~tcp_client();

  tcp_client(const tcp_client&) = delete;
  tcp_client& operator=(const tcp_client&) = delete;

  void send(std::string_view bytes);

  /// The next line, without its CR LF.
  std::string read_line();
  std::string read(std::size_t bytes);

private:
  void receive();

  int socket_ = -1;
  std::string received_;
  std::size_t position_ = 0;
};

} // namespace ariadne::bench
