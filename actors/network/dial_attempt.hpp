#pragma once

#include "actors/network/host_lookup.hpp"
#include "actors/network/spoken_protocols.hpp"
#include "actors/network/tcp_socket.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include <poll.h>

namespace ariadne {

/// One attempt to connect to a node: tries the addresses of its host one after the other, until one accepts the
/// connection and begins CAF's handshake, which is left to be read. What speaks another protocol than ours is told so.
/// A state machine over sockets that never blocks: whoever owns it waits as it says, and has it go on.
class dial_attempt {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The last step that is wanted.
  enum class goal { connection, handshake };

  /// Each address may take its share of the time that is left then.
  dial_attempt(std::vector<socket_address> addresses, time_point now, time_point deadline,
               goal wanted = goal::handshake);

  bool is_over() const {
    return step_ == step::over;
  }

  /// While it is not over: what to wait for, and until when at most.
  pollfd waits_for() const;
  time_point waits_until() const {
    return step_deadline_;
  }

  /// To be called when the socket is ready, or the time to wait is up.
  void go_on(bool is_ready, time_point now);

  /// Once it is over, and only once: a non-blocking socket, renumbered; or why there is none, as `connect_to_node`
  /// (actors/basp.hpp) says it.
  caf::expected<tcp_socket> take_result();

private:
  enum class step { connecting, header, payload, hanging_up, over };

  void try_next(time_point now);
  void connected();
  void hear(time_point now);
  void heard_header(time_point now);
  void judge(const spoken_protocols& protocols);
  void refuse(std::string_view what, time_point now);
  void drop_what_comes(time_point now);
  void wait_for_bytes(std::size_t count);
  void time_is_up(time_point now);
  void give_up(caf::error why, time_point now);
  void succeed();

  std::vector<socket_address> addresses_;
  std::size_t next_ = 0;
  time_point deadline_;
  goal goal_;
  step step_ = step::over;
  time_point step_deadline_;
  tcp_socket socket_;
  handshake_header header_;
  /// Why the addresses so far are of no use: of the one that got furthest.
  caf::error problem_;
  step problem_step_ = step::connecting;
};

/// Whether an attempt has failed since nobody listens at the address.
bool is_refusal(const caf::error& error);

/// Has a whole attempt made, and blocks until it is over. The host is looked up first, within the same time.
caf::expected<tcp_socket> dial(const endpoint& address, std::chrono::milliseconds timeout, dial_attempt::goal wanted);

} // namespace ariadne
