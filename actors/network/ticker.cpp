#include "actors/network/ticker.hpp"

#include <caf/io/network/default_multiplexer.hpp>

#include <cstdint>
#include <utility>

#include <sys/timerfd.h>
#include <unistd.h>

namespace ariadne {

namespace {

int open_timer(std::chrono::milliseconds interval) {
  const auto fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(interval);
  const timespec time{seconds.count(), std::chrono::nanoseconds{interval - seconds}.count()};
  const itimerspec period{time, time};
  ::timerfd_settime(fd, 0, &period, nullptr);
  return fd;
}

} // namespace

ticker::ticker(caf::io::network::default_multiplexer& multiplexer, std::chrono::milliseconds interval,
               std::function<void()> tick)
  : event_handler(multiplexer, open_timer(interval)), tick_(std::move(tick)) {}

void ticker::start() {
  if (fd() >= 0 && !std::exchange(is_running_, true))
    activate();
}

void ticker::stop() {
  if (std::exchange(is_running_, false))
    passivate();
}

void ticker::handle_event(caf::io::network::operation) {
  std::uint64_t expirations = 0;
  if (::read(fd(), &expirations, sizeof(expirations)) == sizeof(expirations) && is_running_)
    tick_();
}

} // namespace ariadne
