#include "test/support/raw_connection.hpp"

#include "actors/internal/caf_edition_network.hpp"
#include "actors/network/frame_guard.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/bn.h>
#include <openssl/err.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace ariadne::test {

namespace {

/// As long as it lives, a connection that is closed meanwhile is no reason for this thread to end: OpenSSL knows of no
/// MSG_NOSIGNAL.
class no_pipe_signals {
public:
  no_pipe_signals() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~no_pipe_signals() {
    constexpr timespec at_once{};
    ::sigtimedwait(&pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  no_pipe_signals(const no_pipe_signals&) = delete;
  no_pipe_signals& operator=(const no_pipe_signals&) = delete;

private:
  sigset_t pipe_{};
  sigset_t before_{};
};

} // namespace

tcp_socket connect_plainly(std::uint16_t port) {
  tcp_socket result{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::connect(result.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return result;
}

raw_connection::raw_connection(std::uint16_t port, const raw_identity& who) : raw_connection(connect_plainly(port)) {
  if (!who.has_tls)
    return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context_.get(), who.newest_tls);
  if (!who.certificate.empty()) {
    BOOST_REQUIRE(SSL_CTX_use_certificate_chain_file(context_.get(), who.certificate.c_str()) == 1);
    BOOST_REQUIRE(SSL_CTX_use_PrivateKey_file(context_.get(), who.key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_.fd());
  const no_pipe_signals none;
  // Of TLS 1.3, whether the certificate is accepted shows only when something is read.
  SSL_connect(tls_.get());
}

raw_connection::raw_connection(tcp_socket socket) : socket_(std::move(socket)) {
  const timeval timeout{std::chrono::duration_cast<std::chrono::seconds>(patience).count(), 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

raw_connection::~raw_connection() {
  ERR_clear_error();
}

bool raw_connection::send(std::string_view bytes) {
  const no_pipe_signals none;
  while (!bytes.empty()) {
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string raw_connection::read(std::size_t count) {
  std::string result;
  while (result.size() < count) {
    char some[4096];
    const auto wanted = std::min(sizeof some, count - result.size());
    const auto got =
      tls_ ? SSL_read(tls_.get(), some, static_cast<int>(wanted)) : ::recv(socket_.fd(), some, wanted, 0);
    if (got <= 0)
      break;
    result.append(some, static_cast<std::size_t>(got));
  }
  return result;
}

std::string raw_connection::read_node_id() {
  return read(frame_guard::header_size + detail::caf_basp_format().id_size).substr(frame_guard::header_size);
}

std::string raw_connection::shown_serial() const {
  const auto* certificate = SSL_get0_peer_certificate(tls_.get());
  if (certificate == nullptr)
    return {};
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{
    ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr), BN_free};
  const std::unique_ptr<char, void (*)(char*)> digits{BN_bn2hex(number.get()), [](char* text) { OPENSSL_free(text); }};
  return digits.get();
}

bool raw_connection::is_closed_by_peer() {
  char dropped[4096];
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    errno = 0;
    const auto got =
      tls_ ? SSL_read(tls_.get(), dropped, sizeof dropped) : ::recv(socket_.fd(), dropped, sizeof dropped, 0);
    if (got > 0)
      continue;
    // A time-out is not an end.
    return tls_ ? errno != EAGAIN && errno != EWOULDBLOCK : got == 0 || errno == ECONNRESET;
  }
}

} // namespace ariadne::test
