#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ariadne {

/// How the addresses of a cluster's nodes are found by the name of the whole.
enum class discovery_method : std::uint8_t {
  /// All addresses (A and AAAA) of the name, with one port for all.
  dns,
  /// The hosts and ports of the name's service records (SRV, RFC 2782); their priorities and weights mean nothing here.
  dns_srv,
};

struct discovery_options {
  discovery_method method = discovery_method::dns;
  std::string name = {};
  /// With `dns`.
  std::uint16_t port = 0;
  std::chrono::milliseconds interval{5'000};
  /// How many nodes there should be, this one among them, and how long after its start a node waits for them: meanwhile
  /// it is not ready, a key that is not there is pending, and no session is started. So nodes that find nobody do not
  /// each go on as a cluster of one.
  std::uint32_t expect = 1;
  std::chrono::milliseconds expect_wait{10'000};

  friend bool operator==(const discovery_options&, const discovery_options&) = default;
};

} // namespace ariadne
