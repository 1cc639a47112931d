#include "actors/network/tls_channel.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace ariadne {

/// What OpenSSL reads from and writes to: the socket of a channel, without SIGPIPE.
struct tls_channel_socket {
  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(of(bio).fd_, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && is_temporary(errno))
      BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }

  static int read(BIO* bio, char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    auto& channel = of(bio);
    if (channel.is_held_off_) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const auto received = ::recv(channel.fd_, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (received < 0 && is_temporary(errno))
      BIO_set_retry_read(bio);
    channel.has_come_ = channel.has_come_ || received > 0;
    return static_cast<int>(received);
  }

  static long control(BIO*, int what, long, void*) {
    // Nothing is kept here, so there is nothing to be flushed.
    return what == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static tls_channel& of(BIO* bio) {
    return *static_cast<tls_channel*>(BIO_get_data(bio));
  }

  static bool is_temporary(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  }

  static BIO* make(tls_channel& channel) {
    static const auto method = [] {
      auto* result = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "socket without signals");
      BIO_meth_set_write(result, write);
      BIO_meth_set_read(result, read);
      BIO_meth_set_ctrl(result, control);
      return result;
    }();
    auto* bio = BIO_new(method);
    BIO_set_data(bio, &channel);
    BIO_set_init(bio, 1);
    return bio;
  }
};

namespace {

/// So much is sent in one call: other connections wait for it.
constexpr std::size_t write_bytes_max = std::size_t{256} << 10;

/// Where an SSL has its channel.
int channel_index() {
  static const auto index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

} // namespace

tls_channel::tls_channel(std::shared_ptr<const tls_context> context, side of, expected_peer peer, int fd)
  : context_(std::move(context)), side_(of), judge_(std::move(peer), of == side::opened), fd_(fd),
    ssl_(SSL_new(context_->get()), SSL_free) {
  if (!ssl_) {
    problem_ = fmt::format("TLS cannot begin: {}", take_openssl_error());
    return;
  }
  SSL_set_ex_data(ssl_.get(), channel_index(), this);
  SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, judge);
  auto* socket = tls_channel_socket::make(*this);
  SSL_set_bio(ssl_.get(), socket, socket);
  if (side_ == side::accepted)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

tls_channel::~tls_channel() = default;

tls_channel::progress tls_channel::shake_hands() {
  if (!ssl_)
    return progress::failed;
  ERR_clear_error();
  const auto result = SSL_do_handshake(ssl_.get());
  if (result == 1)
    return progress::done;
  const auto error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ)
    return progress::wants_to_read;
  if (error == SSL_ERROR_WANT_WRITE)
    return progress::wants_to_write;
  note_failure(error);
  return progress::failed;
}

bool tls_channel::is_revoked_by(const tls_context& now) const {
  return ariadne::is_revoked_by(now, *ssl_);
}

tls_channel::transfer tls_channel::read(std::span<std::byte> bytes) {
  if (!unread_.empty()) {
    const auto count = std::min(bytes.size(), unread_.size());
    std::memcpy(bytes.data(), unread_.data(), count);
    unread_.erase(0, count);
    return {count, false};
  }
  ERR_clear_error();
  std::size_t count = 0;
  const auto result = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  is_held_off_ = false;
  if (result == 1)
    return {count, false};
  const auto error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
    return {};
  note_failure(error);
  return {0, true};
}

tls_channel::transfer tls_channel::write(std::span<const std::byte> bytes) {
  ERR_clear_error();
  std::size_t sent = 0;
  // OpenSSL makes one record at a time.
  while (sent < std::min(bytes.size(), write_bytes_max)) {
    std::size_t count = 0;
    const auto rest = bytes.subspan(sent);
    const auto result = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &count);
    sent += count;
    if (result == 1)
      continue;
    const auto error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
      break;
    note_failure(error);
    return {0, true};
  }
  return {sent, false};
}

void tls_channel::put_back(std::string bytes) {
  unread_.insert(0, bytes);
}

bool tls_channel::has_pending() const {
  return !unread_.empty() || SSL_has_pending(ssl_.get()) == 1;
}

int tls_channel::judge(int is_accepted, x509_store_ctx_st* verification) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<tls_channel*>(SSL_get_ex_data(ssl, channel_index()));
  return self.judge_.judge(is_accepted == 1, *verification) ? 1 : 0;
}

void tls_channel::note_failure(int error) {
  const auto reason = ERR_GET_REASON(ERR_peek_last_error());
  const auto text = take_openssl_error();
  // What this side finds wrong with the certificate is known already.
  if (!problem().empty())
    return;
  const auto is_hung_up =
    error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SYSCALL || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (error == SSL_ERROR_SSL && !is_hung_up) {
    problem_ = describe_tls_failure(reason);
    if (problem_.empty())
      problem_ = fmt::format("TLS has failed: {}", text);
    return;
  }
  if (has_come_)
    problem_ = "it has closed the connection";
  else if (side_ == side::accepted)
    problem_ = "it has closed the connection before it said a word of TLS";
  else
    // A plain node may hang up at the first bytes of TLS, before its own have come.
    problem_ =
      "it does not speak TLS, or takes no connections: it has closed this one without a word; perhaps its cluster "
      "file has no [security]";
}

} // namespace ariadne
