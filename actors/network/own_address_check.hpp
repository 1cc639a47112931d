#pragma once

#include "actors/endpoint.hpp"
#include "actors/log.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/node_connector.hpp"
#include "membership/instant.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace ariadne {

/// Looks whether a node is found where the others are told to find it, and says in the log if it is not. Whoever is
/// connected to already does not notice; a node that comes later does, and cannot say so to this one.
///
/// It is tried again until it is found: the port may not be open yet, or a name not be known. Not where the address
/// stands for all interfaces, which others replace by the one at which they have met the node.
///
/// `Self` is a pointer to an actor, which has to call `go_on` when it receives `work_atom`.
template <class Self>
class own_address_check {
public:
  using time_point = membership::instant;

  own_address_check(Self self, std::chrono::milliseconds timeout, const endpoint& address, log_sink log)
    : address_(to_string(address)), log_(std::move(log)), is_under_way_(!is_any_host(address.host)),
      connector_(self, timeout, callbacks()) {}

  /// To be called now and then, from when the port is open.
  void look(time_point now) {
    if (!is_under_way_ || is_trying_)
      return;
    if (due_ == time_point{})
      due_ = now + pause_;
    if (now < due_)
      return;
    pause_ = std::min<std::chrono::seconds>(2 * pause_, pause_max);
    due_ = now + pause_;
    is_trying_ = true;
    connector_.begin({{}, address_});
  }

  void go_on() {
    connector_.go_on();
  }

private:
  static constexpr std::chrono::seconds pause_max{16};
  /// Some seconds: where nodes are found by names, those of one that starts are not known at once.
  static constexpr int failures_until_told = 4;

  typename node_connector<Self>::callbacks callbacks() {
    return {[this](const std::string&) { return is_trying_; },
            [this](const auto&, const auto&, const auto&, const auto&) { failed("another node answers there"); },
            [this](const auto&) { found(); },
            [this](const auto&, const std::string& problem, auto) { failed(problem); }, [](const auto&) {}};
  }

  void found() {
    is_trying_ = is_under_way_ = false;
    if (failures_ >= failures_until_told)
      log_({log_level::info, log_event::node_changed, "this node is found at {address} now", {{"address", address_}}});
  }

  void failed(const std::string& problem) {
    is_trying_ = false;
    if (++failures_ == failures_until_told)
      log_({log_level::warning,
            log_event::node_unreachable,
            "this node is not found at {address}, where the others are told to find it: {reason}; see --advertise",
            {{"address", address_}, {"reason", problem}}});
  }

  const std::string address_;
  const log_sink log_;
  /// Until it has been found.
  bool is_under_way_;
  bool is_trying_ = false;
  std::chrono::seconds pause_{1};
  time_point due_{};
  int failures_ = 0;
  node_connector<Self> connector_;
};

} // namespace ariadne
