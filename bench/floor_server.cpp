#include "bench/floor_server.hpp"

#include "actors/error.hpp"

#include <caf/io/middleman.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace ariadne::bench {

namespace {

/// What the other side sends back, as an acknowledgement would be.
constexpr std::size_t answer_bytes = 32;

void announce(std::uint16_t port) {
  std::printf("port %u\n", port);
  std::fflush(stdout);
}

std::uint16_t announced_port(peer_process& process) {
  const auto line = process.wait_for_line("port ");
  return static_cast<std::uint16_t>(std::stoul(line.substr(line.find(' '))));
}

int serve_caf() {
  bench_system bench;
  const auto port = bench.system().middleman().publish(spawn_bare_actor(bench.system()), 0, "127.0.0.1");
  if (!port) {
    std::fprintf(stderr, "ariadne_bench: %s\n", describe(port.error()).c_str());
    return 1;
  }
  announce(*port);
  for (;;)
    pause();
}

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void send_at_once(int socket) {
  constexpr int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

bool receive_all(int socket, char* buffer, std::size_t bytes) {
  return recv(socket, buffer, bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes);
}

bool send_all(int socket, const char* buffer, std::size_t bytes) {
  while (bytes > 0) {
    const auto sent = send(socket, buffer, bytes, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    buffer += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Each request begins with its size. One client at a time.
int serve_tcp() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 1) != 0
      || getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw_errno("listen");
  announce(ntohs(address.sin_port));
  std::vector<char> buffer;
  for (;;) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0)
      throw_errno("accept");
    send_at_once(client);
    std::uint64_t bytes = 0;
    while (receive_all(client, reinterpret_cast<char*>(&bytes), sizeof(bytes))) {
      buffer.resize(std::max<std::size_t>(bytes, answer_bytes));
      if (!receive_all(client, buffer.data(), bytes) || !send_all(client, buffer.data(), answer_bytes))
        break;
    }
    close(client);
  }
}

} // namespace

int serve_floor(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{"caf"})
    return serve_caf();
  if (arguments == std::vector<std::string>{"tcp"})
    return serve_tcp();
  std::fputs("usage: ariadne_bench serve caf|tcp\n", stderr);
  return 2;
}

remote_bare_actor::remote_bare_actor(caf::actor_system& system) {
  auto found = system.middleman().remote_actor<bare_actor>("127.0.0.1", announced_port(process_));
  if (!found)
    throw std::runtime_error(describe(found.error()));
  handle_ = std::move(*found);
}

remote_socket::remote_socket() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(announced_port(process_));
  if (socket_ < 0 || connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw_errno("connect");
  send_at_once(socket_);
}

remote_socket::~remote_socket() {
  close(socket_);
}

latencies remote_socket::time_round_trips(std::size_t count, std::size_t bytes) {
  latencies times;
  times.reserve(count);
  std::vector<char> request(sizeof(std::uint64_t) + bytes, 'v');
  const std::uint64_t size = bytes;
  std::memcpy(request.data(), &size, sizeof(size));
  char answer[answer_bytes];
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!send_all(socket_, request.data(), request.size()) || !receive_all(socket_, answer, sizeof(answer)))
      throw_errno("round trip");
    times.add(std::chrono::steady_clock::now() - begin);
  }
  return times;
}

} // namespace ariadne::bench
