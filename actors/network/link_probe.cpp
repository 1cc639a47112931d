#include "actors/network/link_probe.hpp"

#include "actors/internal/process_clocks.hpp"
#include "actors/network/basp.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

// <netinet/tcp.h> has a shorter structure of the same name.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace ariadne {

namespace {

using membership::link_activity;

std::optional<link_activity> look_at(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return std::nullopt;
  const auto now = read_node_clock();
  return link_activity{now - std::chrono::milliseconds{info.tcpi_last_data_recv}, info.tcpi_delivered,
                       std::chrono::microseconds{info.tcpi_rtt + 4 * info.tcpi_rttvar}, now};
}

} // namespace

void link_probe::begin(caf::actor_system& system, const caf::node_id& node) {
  {
    const std::lock_guard lock{findings_->mutex};
    if (std::exchange(findings_->is_looking, true))
      return;
  }
  find_connection(system, node, [findings = findings_](std::optional<std::int64_t> connection) {
    const std::lock_guard lock{findings->mutex};
    findings->is_looking = false;
    findings->seen = connection ? look_at(static_cast<int>(*connection)) : std::nullopt;
  });
}

bool link_probe::is_looking() const {
  const std::lock_guard lock{findings_->mutex};
  return findings_->is_looking;
}

std::optional<link_activity> link_probe::take() {
  const std::lock_guard lock{findings_->mutex};
  return std::exchange(findings_->seen, std::nullopt);
}

} // namespace ariadne
