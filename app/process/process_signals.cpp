#include "app/process/process_signals.hpp"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace ariadne {

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const auto number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
    sigaddset(&signals, number);
  return signals;
}

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t heeded_signals() {
  auto signals = stop_signals();
  // What is blocked arrives even if it is ignored.
  for (const auto number : {SIGHUP, SIGQUIT})
    if (is_ignored(number))
      sigdelset(&signals, number);
  return signals;
}

} // namespace

process_signals::process_signals(child_signals children) {
  auto signals = heeded_signals();
  if (children == child_signals::told) {
    // If it were ignored, as it may be inherited, the system would forget how children have ended.
    std::signal(SIGCHLD, SIG_DFL);
    sigaddset(&signals, SIGCHLD);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  fd_ = file_descriptor{check(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd")};
}

std::optional<arrived_signal> process_signals::take() const {
  signalfd_siginfo info;
  while (::read(fd_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info)))
    if (info.ssi_signo != SIGCHLD)
      return arrived_signal{static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL,
                            static_cast<pid_t>(info.ssi_code == SI_KERNEL ? 0 : info.ssi_pid)};
  return std::nullopt;
}

bool has_terminal() {
  return file_descriptor{::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)}.get() != -1;
}

void end_by_signal(int number) {
  std::signal(number, SIG_DFL);
  ::raise(number);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, number);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  std::_Exit(128 + number);
}

void block_stop_signals() {
  const auto signals = heeded_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void unblock_stop_signals() {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace ariadne
