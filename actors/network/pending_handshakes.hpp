#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

namespace ariadne {

/// The connections that others have made and whose handshake has not come yet: how many there may be, and for how long.
/// Time is counted in ticks, so that a process that was frozen does not take its own absence for that of the others.
class pending_handshakes {
public:
  using connection_id = std::uint64_t;

  static constexpr std::size_t connections_max = 64;
  static constexpr std::size_t connections_per_address_max = 16;

  /// A connection may wait for this many ticks, and one that has begun already.
  explicit pending_handshakes(std::size_t ticks_max) : ticks_max_(ticks_max) {}

  /// A connection from `address` has come. Returns those that have to go for it: the oldest of the address, or of all.
  std::vector<connection_id> add(connection_id id, const std::string& address);

  /// The connection has shaken hands, or has gone.
  void remove(connection_id id);

  /// Returns and removes those whose time is up.
  std::vector<connection_id> tick();

  /// Returns and removes the oldest one, if there is any.
  std::vector<connection_id> drop_oldest();

  std::size_t size() const {
    return waiting_.size();
  }

private:
  struct connection {
    connection_id id = 0;
    std::string address;
    std::size_t ticks = 0;
  };

  /// From the oldest on.
  std::list<connection> waiting_;
  std::size_t ticks_max_;
};

} // namespace ariadne
