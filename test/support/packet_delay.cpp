#include "test/support/packet_delay.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace ariadne::test {

namespace {

constexpr std::size_t packet_bytes_max = 1 << 16;
constexpr std::size_t header_bytes = 20;
constexpr std::size_t destination_offset = 16;

/// Opens the end of the line in the namespace of the calling thread. Returns -1 if the kernel refuses.
int open_end() {
  const auto end = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, packet_delay::device, IFNAMSIZ - 1);
  return end >= 0 && ioctl(end, TUNSETIFF, &request) == 0 ? end : -1;
}

int open_end_in(int network_namespace) {
  int end = -1;
  int error = 0;
  std::thread{[&] {
    if (setns(network_namespace, CLONE_NEWNET) == 0)
      end = open_end();
    error = errno;
  }}.join();
  if (end < 0)
    throw std::runtime_error("no tun device: " + std::generic_category().message(error));
  return end;
}

} // namespace

packet_delay::packet_delay(const std::map<std::string, int>& hosts, std::chrono::microseconds one_way)
  : one_way_(one_way), stop_(eventfd(0, EFD_CLOEXEC)) {
  for (const auto& [address, network_namespace] : hosts)
    ends_.emplace(inet_addr(address.c_str()), open_end_in(network_namespace));
  thread_ = std::thread{[this] { carry(); }};
}

packet_delay::~packet_delay() {
  eventfd_write(stop_, 1);
  thread_.join();
  for (const auto& [address, end] : ends_)
    close(end);
  close(stop_);
}

void packet_delay::carry() {
  std::vector<pollfd> waiting{{stop_, POLLIN, 0}};
  for (const auto& [address, end] : ends_)
    waiting.push_back({end, POLLIN, 0});
  for (;;) {
    timespec left{};
    if (!on_the_way_.empty()) {
      const auto time = std::max(on_the_way_.front().due - std::chrono::steady_clock::now(),
                                 std::chrono::steady_clock::duration::zero());
      left.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(time).count();
      left.tv_nsec = std::chrono::nanoseconds{time % std::chrono::seconds{1}}.count();
    }
    ppoll(waiting.data(), waiting.size(), on_the_way_.empty() ? nullptr : &left, nullptr);
    if (waiting.front().revents != 0)
      return;
    for (const auto& end : waiting)
      if (end.revents != 0)
        take_in(end.fd);
    let_out();
  }
}

void packet_delay::take_in(int end) {
  std::array<char, packet_bytes_max> buffer;
  const auto due = std::chrono::steady_clock::now() + one_way_;
  ssize_t size = 0;
  while ((size = read(end, buffer.data(), buffer.size())) > 0)
    if (static_cast<std::size_t>(size) >= header_bytes)
      on_the_way_.push_back({due, {buffer.begin(), buffer.begin() + size}});
}

void packet_delay::let_out() {
  const auto now = std::chrono::steady_clock::now();
  for (; !on_the_way_.empty() && on_the_way_.front().due <= now; on_the_way_.pop_front()) {
    const auto& bytes = on_the_way_.front().bytes;
    std::uint32_t destination = 0;
    std::memcpy(&destination, bytes.data() + destination_offset, sizeof destination);
    // What has no room is lost, as on any line.
    if (const auto end = ends_.find(destination); end != ends_.end()) [[maybe_unused]]
      const auto written = write(end->second, bytes.data(), bytes.size());
  }
}

} // namespace ariadne::test
