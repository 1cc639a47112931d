#include "app/output/write_all.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <poll.h>
#include <unistd.h>

namespace ariadne {

namespace {

using steady_clock = std::chrono::steady_clock;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// Until `deadline`, if there is one.
std::error_code wait_until_writable(int fd, const std::optional<steady_clock::time_point>& deadline) {
  pollfd waiting{fd, POLLOUT, 0};
  int ready = -1;
  do {
    constexpr std::chrono::milliseconds none{0};
    const auto left = deadline
                        ? std::max(none, std::chrono::ceil<std::chrono::milliseconds>(*deadline - steady_clock::now()))
                        : std::chrono::milliseconds{-1};
    ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
  } while (ready == -1 && errno == EINTR);
  if (ready == -1)
    return last_error();
  return ready == 0 ? make_error_code(std::errc::timed_out) : std::error_code{};
}

} // namespace

std::error_code write_all(int fd, std::string_view text, std::optional<std::chrono::milliseconds> time) noexcept {
  const auto deadline = time ? std::optional{steady_clock::now() + *time} : std::nullopt;
  auto must_wait = deadline.has_value();
  while (!text.empty()) {
    if (must_wait)
      if (const auto error = wait_until_writable(fd, deadline))
        return error;
    const auto count = ::write(fd, text.data(), text.size());
    if (count >= 0)
      text.remove_prefix(static_cast<std::size_t>(count));
    else if (errno == EAGAIN)
      must_wait = true;
    else if (errno != EINTR)
      return last_error();
  }
  return {};
}

} // namespace ariadne
