#include "app/process/service_manager.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

namespace ariadne {

namespace {

/// Takes a variable out of the environment. Nothing if it is not there, or empty.
std::optional<std::string> take_variable(const char* name) {
  const auto* found = std::getenv(name);
  if (found == nullptr)
    return std::nullopt;
  std::string value{found};
  ::unsetenv(name);
  return value.empty() ? std::nullopt : std::optional{std::move(value)};
}

std::optional<std::uint64_t> take_number(const char* name) {
  const auto text = take_variable(name);
  std::uint64_t value = 0;
  if (!text)
    return std::nullopt;
  const auto* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, value);
  return error == std::errc{} && rest == end ? std::optional{value} : std::nullopt;
}

/// A message has one assignment in each line.
std::string one_line(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    c = c == '\n' ? ' ' : c;
  return result;
}

} // namespace

service_manager service_manager::from_environment() {
  service_manager result;
  const auto path = take_variable("NOTIFY_SOCKET");
  const auto watchdog_us = take_number("WATCHDOG_USEC");
  const auto watched = take_number("WATCHDOG_PID");
  // A path, or with an '@' an abstract name.
  if (!path || path->size() >= sizeof result.address_.sun_path || (path->front() != '/' && path->front() != '@'))
    return result;
  result.address_.sun_family = AF_UNIX;
  std::memcpy(result.address_.sun_path, path->data(), path->size());
  if (path->front() == '@')
    result.address_.sun_path[0] = '\0';
  result.address_bytes_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path->size());
  const auto socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket == -1)
    return result;
  result.socket_.emplace(socket);
  // Half of the time, as sd_watchdog_enabled(3) advises.
  if (watchdog_us && *watchdog_us > 0 && (!watched || *watched == static_cast<std::uint64_t>(::getpid())))
    result.watchdog_interval_ =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds{*watchdog_us / 2});
  return result;
}

void service_manager::ready(std::string_view status) const {
  tell("READY=1\nSTATUS=" + one_line(status));
}

void service_manager::status(std::string_view status) const {
  tell("STATUS=" + one_line(status));
}

void service_manager::stopping(std::chrono::milliseconds at_most, std::string_view status) const {
  tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS={}", std::chrono::microseconds{at_most}.count(),
                   one_line(status)));
}

void service_manager::alive() const {
  tell("WATCHDOG=1");
}

void service_manager::tell(const std::string& message) const {
  if (socket_)
    ::sendto(socket_->get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&address_), address_bytes_);
}

} // namespace ariadne
