#pragma once

#include <cstdint>

namespace ariadne::test {

/// A port of the loopback interface that nobody else gets while this object lives, but that a node can listen at.
class reserved_port {
public:
  reserved_port();
  ~reserved_port();

  reserved_port(const reserved_port&) = delete;
  reserved_port& operator=(const reserved_port&) = delete;

  std::uint16_t number() const {
    return number_;
  }

private:
  int socket_ = -1;
  std::uint16_t number_ = 0;
};

} // namespace ariadne::test
