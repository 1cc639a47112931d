#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace ariadne::test {

/// A line between hosts on which IPv4 packets take their time, for kernels without netem. It adds a network device to
/// each host; what is routed over it comes out of that of the host with the packet's destination address, later.
/// Ends, and takes the devices with it, when this object goes.
class packet_delay {
public:
  /// The name of the devices. They come up without any address or route.
  static constexpr auto device = "line0";

  /// `hosts`: the descriptor of the network namespace by IPv4 address. Throws std::runtime_error.
  packet_delay(const std::map<std::string, int>& hosts, std::chrono::microseconds one_way);
  ~packet_delay();

  packet_delay(const packet_delay&) = delete;
  packet_delay& operator=(const packet_delay&) = delete;

private:
  struct packet {
    std::chrono::steady_clock::time_point due;
    std::vector<char> bytes;
  };

  void carry();
  void take_in(int end);
  void let_out();

  std::chrono::microseconds one_way_;
  /// By IPv4 address in network byte order.
  std::map<std::uint32_t, int> ends_;
  int stop_ = -1;
  std::deque<packet> on_the_way_;
  std::thread thread_;
};

} // namespace ariadne::test
