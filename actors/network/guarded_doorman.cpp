#include "actors/network/guarded_doorman.hpp"

#include "actors/network/guarded_scribe.hpp"

#include <caf/io/abstract_broker.hpp>
#include <caf/io/network/native_socket.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ariadne {

namespace {

tcp_socket open_spare() {
  return tcp_socket{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

std::string address_of(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address = &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
  if (peer.ss_family == AF_INET6)
    address = &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
  const auto* written = ::inet_ntop(peer.ss_family, address, text.data(), text.size());
  return written == nullptr ? "an unknown address" : written;
}

} // namespace

guarded_doorman::guarded_doorman(caf::io::network::default_multiplexer& multiplexer,
                                 std::shared_ptr<connection_keeper> keeper, int fd,
                                 std::shared_ptr<stranger_book> strangers, const std::shared_ptr<credentials>& security)
  : doorman(caf::io::network::accept_hdl_from_socket(fd)), keeper_(std::move(keeper)), strangers_(std::move(strangers)),
    spare_(open_spare()), acceptor_(multiplexer, fd, *this) {
  if (security)
    begin_handshakes(security);
}

guarded_doorman::~guarded_doorman() = default;

void guarded_doorman::begin_handshakes(const std::shared_ptr<credentials>& security) {
  auto& multiplexer = acceptor_.backend();
  const std::weak_ptr<guarded_doorman*> weak = self_;
  const auto has_guests = [&multiplexer, weak] {
    multiplexer.post([weak] {
      if (const auto self = weak.lock())
        (*self)->let_guests_in();
    });
  };
  const auto refused = [keeper = keeper_](const std::string& address, std::string_view why) {
    keeper->count_refusal("tls");
    keeper->report(address, {log_level::warning,
                             log_event::connection_refused,
                             "the connection from {address} is closed: {reason}",
                             {{"address", address}, {"reason", why}, {"cause", "tls"}}});
  };
  const auto told = [keeper = keeper_](const log_entry& entry) { keeper->log(entry); };
  gatekeeper_ = std::make_unique<tls_gatekeeper>(security, tls_gatekeeper::callbacks{has_guests, refused, told});
}

bool guarded_doorman::new_connection() {
  if (detached()) {
    tcp_socket{acceptor_.accepted_socket()};
    return false;
  }
  tcp_socket socket{acceptor_.accepted_socket()};
  // Nodes show each other that they are alive; clients do not.
  socket.keep_alive();
  socket = std::move(socket).renumber();
  if (!gatekeeper_)
    return let_in({std::move(socket)}, address_);
  gatekeeper_->begin(std::move(socket), address_);
  return true;
}

void guarded_doorman::let_guests_in() {
  for (auto& [link, address] : gatekeeper_->take_guests())
    if (!detached())
      let_in(std::move(link), std::move(address));
}

bool guarded_doorman::let_in(link_socket link, std::string address) {
  auto& multiplexer = acceptor_.backend();
  caf::io::scribe_ptr accepted = caf::make_counted<guarded_scribe>(
    multiplexer, keeper_, std::move(link), connection_side::accepted, std::move(address), strangers_);
  const auto handle = accepted->hdl();
  parent()->add_scribe(std::move(accepted));
  return caf::io::doorman::new_connection(&multiplexer, handle);
}

void guarded_doorman::graceful_shutdown() {
  acceptor_.graceful_shutdown();
  detach(&acceptor_.backend(), false);
}

void guarded_doorman::launch() {
  keeper_->add(*this);
  acceptor_.start(this);
}

std::string guarded_doorman::addr() const {
  auto address = caf::io::network::local_addr_of_fd(acceptor_.fd());
  return address ? std::move(*address) : std::string{};
}

std::uint16_t guarded_doorman::port() const {
  const auto port = caf::io::network::local_port_of_fd(acceptor_.fd());
  return port ? *port : std::uint16_t{0};
}

void guarded_doorman::add_to_loop() {
  acceptor_.activate(this);
}

void guarded_doorman::remove_from_loop() {
  keeper_->remove(*this);
  acceptor_.passivate();
}

void guarded_doorman::go_on() {
  if (std::exchange(is_waiting_, false))
    acceptor_.activate(this);
}

bool guarded_doorman::accept(caf::io::network::native_socket& accepted, caf::io::network::native_socket fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  accepted = ::accept4(fd, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) {
    cannot_accept(errno);
    return false;
  }
  address_ = address_of(peer);
  if (!spare_)
    spare_ = open_spare();
  return true;
}

void guarded_doorman::cannot_accept(int error) {
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)
    return;
  // The system says for as long as somebody waits that a connection can be accepted.
  is_waiting_ = true;
  acceptor_.passivate();
  if (error != EMFILE && error != ENFILE)
    return keeper_->report("", {log_level::warning,
                                log_event::connection_refused,
                                "cannot accept a connection: {reason}; trying again",
                                {{"reason", std::strerror(error)}}});
  keeper_->report("", {log_level::warning,
                       log_event::connection_refused,
                       "cannot accept a connection: {reason}; some are turned away: raise the limit of open files "
                       "(ulimit -n), or find out who opens so many connections",
                       {{"reason", std::strerror(error)}}});
  if (gatekeeper_)
    gatekeeper_->drop_oldest();
  keeper_->make_room();
  turn_one_away();
}

void guarded_doorman::turn_one_away() {
  // Who waits longest is told at once, rather than to wait in vain.
  spare_ = {};
  tcp_socket{::accept4(acceptor_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  spare_ = open_spare();
}

} // namespace ariadne
