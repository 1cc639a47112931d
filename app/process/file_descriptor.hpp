#pragma once

#include <cerrno>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace ariadne {

/// Throws for a system call that answered -1.
inline int check(int result, const char* call) {
  if (result == -1)
    throw std::system_error{errno, std::generic_category(), call};
  return result;
}

class file_descriptor {
public:
  explicit file_descriptor(int fd) : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~file_descriptor() {
    reset();
  }

  int get() const {
    return fd_;
  }

  void reset() {
    if (fd_ != -1)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_;
};

} // namespace ariadne
