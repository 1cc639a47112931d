#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace ariadne {

/// Wakes a thread that polls. Thread-safe.
class waker {
public:
  waker() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (fd_ < 0)
      throw std::system_error{errno, std::generic_category(), "eventfd"};
  }
  waker(const waker&) = delete;
  waker& operator=(const waker&) = delete;
  ~waker() {
    ::close(fd_);
  }

  int fd() const {
    return fd_;
  }
  void wake() const {
    const std::uint64_t one = 1;
    (void)!::write(fd_, &one, sizeof(one));
  }
  void rest() const {
    std::uint64_t count = 0;
    (void)!::read(fd_, &count, sizeof(count));
  }

private:
  int fd_;
};

} // namespace ariadne
