#include "actors/network/dial_attempt.hpp"

#include "actors/error.hpp"
#include "actors/network/frame_guard.hpp"

#include <caf/sec.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>

namespace ariadne {

namespace {

constexpr auto wants_tls = "it wants TLS, and this side shows no certificate; see --certificates, or [security]";

caf::error unreachable(int error) {
  return make_error(ec::unreachable, std::strerror(error));
}

/// What a node that speaks TLS sends before it hangs up: the header of a record of alerts.
bool is_tls_alert(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x15' && bytes[1] == '\x03';
}

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

bool is_refusal(const caf::error& error) {
  return error == ec::unreachable && error.context().match_elements<std::string>()
         && error.context().get_as<std::string>(0) == std::strerror(ECONNREFUSED);
}

std::optional<tls_request> tls_for(const std::shared_ptr<const credentials>& security, const std::string& node) {
  if (!security)
    return std::nullopt;
  return tls_request{security->current(), {security->cluster(), node}};
}

dial_attempt::dial_attempt(std::vector<socket_address> addresses, time_point now, time_point deadline, goal wanted,
                           std::optional<tls_request> security)
  : addresses_(std::move(addresses)), deadline_(deadline), goal_(wanted), security_(std::move(security)),
    problem_(unreachable(EADDRNOTAVAIL)) {
  try_next(now);
}

pollfd dial_attempt::waits_for() const {
  const auto waits_to_write =
    step_ == step::connecting || (step_ == step::securing && securing_ == tls_channel::progress::wants_to_write);
  return {socket_.tcp.fd(), static_cast<short>(waits_to_write ? POLLOUT : POLLIN), 0};
}

void dial_attempt::go_on(bool is_ready, time_point now) {
  if (!is_ready)
    return time_is_up(now);
  switch (step_) {
    case step::connecting:
      if (const auto error = pending_error(socket_.tcp.fd()))
        return give_up(unreachable(error), now);
      return connected(now);
    case step::securing:
      return secure(now);
    case step::header:
    case step::payload:
      return hear(now);
    case step::hanging_up:
      return drop_what_comes(now);
    case step::over:
      break;
  }
}

caf::expected<link_socket> dial_attempt::take_result() {
  if (!socket_.tcp)
    return std::move(problem_);
  return std::move(socket_);
}

void dial_attempt::try_next(time_point now) {
  while (next_ < addresses_.size()) {
    const auto left = static_cast<int>(addresses_.size() - next_);
    const auto& address = addresses_[next_++];
    step_ = step::connecting;
    header_ = {};
    begin_.clear();
    step_deadline_ = now + (deadline_ - std::min(now, deadline_)) / left;
    socket_ = {tcp_socket{::socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}};
    if (socket_.tcp && ::connect(socket_.tcp.fd(), address.get(), address.size) == 0)
      return connected(now);
    if (socket_.tcp && errno == EINPROGRESS)
      return;
    if (problem_step_ == step::connecting)
      problem_ = unreachable(errno);
  }
  socket_ = {};
  step_ = step::over;
}

void dial_attempt::connected(time_point now) {
  socket_.tcp.keep_alive();
  socket_.tcp = std::move(socket_.tcp).renumber();
  if (!security_)
    return has_link(now);
  socket_.tls =
    std::make_unique<tls_channel>(security_->context, tls_channel::side::opened, security_->peer, socket_.tcp.fd());
  step_ = step::securing;
  secure(now);
}

void dial_attempt::secure(time_point now) {
  securing_ = socket_.tls->shake_hands();
  if (securing_ == tls_channel::progress::failed)
    return not_admitted(socket_.tls->problem(), now);
  if (securing_ == tls_channel::progress::done)
    has_link(now);
}

void dial_attempt::has_link(time_point now) {
  if (goal_ == goal::connection)
    return succeed();
  step_ = step::header;
  if (socket_.tls)
    return hear(now);
  // No more than is needed: what does not speak CAF's protocol may say little.
  wait_for_bytes(handshake_header::size);
}

void dial_attempt::hear(time_point now) {
  const auto wanted = step_ == step::header ? handshake_header::size : header_size + header_.payload_size();
  const auto bytes = hear_begin(wanted, now);
  if (!bytes)
    return;
  if (step_ == step::payload)
    return judge(header_.protocols(std::string_view{*bytes}.substr(header_size)));
  std::memcpy(header_.bytes().data(), bytes->data(), handshake_header::size);
  heard_header(now);
}

/// The first bytes of what comes, or nothing while they have not come.
std::optional<std::string> dial_attempt::hear_begin(std::size_t size, time_point now) {
  std::string bytes(size, '\0');
  if (!socket_.tls) {
    const auto count = ::recv(socket_.tcp.fd(), bytes.data(), size, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0)
      give_up(unreachable(errno), now);
    else if (static_cast<std::size_t>(count) == size)
      return bytes;
    else if (is_tls_alert({bytes.data(), static_cast<std::size_t>(count)}))
      not_admitted(wants_tls, now);
    else
      give_up(make_error(ec::unreachable, "it has closed the connection before it said what it is"), now);
    return std::nullopt;
  }
  while (begin_.size() < size) {
    const auto room = std::as_writable_bytes(std::span{bytes}).first(size - begin_.size());
    const auto [count, has_failed] = socket_.tls->read(room);
    if (has_failed) {
      not_admitted(socket_.tls->problem(), now);
      return std::nullopt;
    }
    if (count == 0)
      return std::nullopt;
    begin_.append(bytes, 0, count);
  }
  return begin_.substr(0, size);
}

void dial_attempt::heard_header(time_point now) {
  if (!header_.is_cafs()) {
    const auto* bytes = reinterpret_cast<const char*>(header_.bytes().data());
    if (!socket_.tls && is_tls_alert({bytes, handshake_header::size}))
      return not_admitted(wants_tls, now);
    return refuse("not CAF's", now);
  }
  if (const auto announced = header_.protocols({}); difference(announced))
    return judge(announced);
  if (header_.payload_size() == 0)
    return refuse(describe(cut_reason::handshake_without_payload), now);
  if (header_.payload_size() > frame_guard::handshake_bytes_max)
    return refuse(describe(cut_reason::handshake_too_large), now);
  step_ = step::payload;
  if (socket_.tls)
    return hear(now);
  wait_for_bytes(header_size + header_.payload_size());
}

void dial_attempt::not_admitted(std::string_view why, time_point now) {
  problem_ = make_error(ec::refused, std::string{why});
  problem_step_ = step::over;
  try_next(now);
}

void dial_attempt::refuse(std::string_view what, time_point now) {
  problem_ = make_error(ec::foreign_protocol, std::string{what});
  problem_step_ = step::over;
  try_next(now);
}

void dial_attempt::judge(const spoken_protocols& protocols) {
  auto what = difference(protocols);
  if (!what)
    return succeed();
  step_ = step::hanging_up;
  problem_ = make_error(ec::foreign_protocol, std::move(*what));
  problem_step_ = step::over;
  const auto bytes = farewell(own_protocols());
  if (socket_.tls)
    socket_.tls->write(bytes);
  else
    ::send(socket_.tcp.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket_.tcp.fd(), SHUT_WR);
  wait_for_bytes(1);
}

/// Otherwise, the first byte would be enough to be ready.
void dial_attempt::wait_for_bytes(std::size_t count) {
  const auto size = static_cast<int>(count);
  ::setsockopt(socket_.tcp.fd(), SOL_SOCKET, SO_RCVLOWAT, &size, sizeof(size));
}

/// A connection that is closed before all that came in has been read is reset, and what was sent may be lost.
void dial_attempt::drop_what_comes(time_point now) {
  std::array<std::byte, 4096> dropped;
  if (::recv(socket_.tcp.fd(), dropped.data(), dropped.size(), MSG_DONTWAIT) <= 0)
    try_next(now);
}

void dial_attempt::time_is_up(time_point now) {
  if (step_ == step::hanging_up)
    return try_next(now);
  give_up(step_ == step::connecting ? unreachable(ETIMEDOUT) : caf::error{caf::sec::request_timeout}, now);
}

void dial_attempt::give_up(caf::error why, time_point now) {
  if (step_ >= problem_step_) {
    problem_step_ = step_;
    problem_ = std::move(why);
  }
  try_next(now);
}

void dial_attempt::succeed() {
  wait_for_bytes(1);
  if (socket_.tls && !begin_.empty())
    socket_.tls->put_back(std::exchange(begin_, {}));
  step_ = step::over;
}

caf::expected<link_socket> dial(const endpoint& address, std::chrono::milliseconds timeout, dial_attempt::goal wanted,
                                std::optional<tls_request> security) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + timeout;
  const auto lookup = begin_look_up(address.host);
  if (!lookup->wait_until(deadline))
    return host_lookup_timed_out(address.host);
  auto addresses = lookup->result(address.port);
  if (!addresses)
    return std::move(addresses.error());
  dial_attempt attempt{std::move(*addresses), clock::now(), deadline, wanted, std::move(security)};
  while (!attempt.is_over()) {
    auto waiting = attempt.waits_for();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(attempt.waits_until() - clock::now()).count();
    const auto ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<decltype(left)>(left, 0, 1'000'000)));
    const auto now = clock::now();
    if (ready > 0 || now >= attempt.waits_until())
      attempt.go_on(ready > 0, now);
  }
  return attempt.take_result();
}

} // namespace ariadne
