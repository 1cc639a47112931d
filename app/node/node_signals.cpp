#include "app/node/node_signals.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace ariadne {

node_signals::node_signals()
  : requests_(has_terminal()), wake_(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

void node_signals::wake() const {
  const std::uint64_t once = 1;
  // It cannot be full.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &once, sizeof(once));
}

void node_signals::wait(const std::function<bool()>& is_over) {
  see_until([&] { return is_stop_requested_ || is_over(); });
}

void node_signals::see_until(const std::function<bool()>& is_over) {
  while (!is_over()) {
    std::array<pollfd, 2> waiting{{{signals_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) == -1 && errno != EINTR)
      check(-1, "poll");
    std::uint64_t count = 0;
    [[maybe_unused]] const auto woken = ::read(wake_.get(), &count, sizeof(count));
    while (const auto signal = signals_.take())
      see(*signal);
  }
}

void node_signals::see(const arrived_signal& signal) {
  const auto name = fmt::format("SIG{}", ::sigabbrev_np(signal.number));
  switch (requests_.arrived(signal)) {
    case stop_requests::answer::stop:
      is_stop_requested_ = true;
      if (signal.sender > 0)
        log_({log_level::info,
              log_event::signal,
              "{signal} from process {process}",
              {{"signal", name}, {"process", signal.sender}}});
      else
        log_({log_level::info, log_event::signal, "{signal}", {{"signal", name}}});
      return;
    case stop_requests::answer::break_off:
      log_({log_level::warning, log_event::signal, "{signal}: ends at once", {{"signal", name}}});
      return end_by_signal(signal.number);
    case stop_requests::answer::ignore:
      if (on_hang_up_)
        return on_hang_up_();
      return log_({log_level::info,
                   log_event::signal_ignored,
                   "{signal} is ignored, since there is no terminal that could have hung up, and the node is not in "
                   "service yet",
                   {{"signal", name}}});
    case stop_requests::answer::go_on:
      return;
  }
}

} // namespace ariadne
