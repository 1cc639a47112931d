#include "bench/compare/tcp_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace ariadne::bench {

tcp_client::tcp_client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  constexpr int on = 1;
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0
      || setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
    throw std::runtime_error("cannot connect to port " + std::to_string(port) + ": " + std::strerror(errno));
}

tcp_client::~tcp_client() {
  close(socket_);
}

void tcp_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      throw std::runtime_error("the server has closed the connection");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void tcp_client::receive() {
  received_.erase(0, position_);
  position_ = 0;
  char buffer[1 << 16];
  const auto count = recv(socket_, buffer, sizeof(buffer), 0);
  if (count <= 0)
    throw std::runtime_error("the server has closed the connection");
  received_.append(buffer, static_cast<std::size_t>(count));
}

std::string tcp_client::read_line() {
  for (;;) {
    const auto end = received_.find("\r\n", position_);
    if (end != std::string::npos) {
      auto line = received_.substr(position_, end - position_);
      position_ = end + 2;
      return line;
    }
    receive();
  }
}

std::string tcp_client::read(std::size_t bytes) {
  while (received_.size() - position_ < bytes)
    receive();
  auto result = received_.substr(position_, bytes);
  position_ += bytes;
  return result;
}

} // namespace ariadne::bench
