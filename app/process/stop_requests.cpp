#include "app/process/stop_requests.hpp"

#include <csignal>
#include <utility>

namespace ariadne {

stop_requests::answer stop_requests::arrived(const arrived_signal& signal) {
  if (signal.number == SIGQUIT)
    return answer::break_off;
  if (signal.number == SIGHUP && !has_terminal_)
    return answer::ignore;
  if (signal.number == SIGINT && signal.is_typed && std::exchange(was_typed_, true))
    return answer::break_off;
  return std::exchange(is_stopping_, true) ? answer::go_on : answer::stop;
}

} // namespace ariadne
