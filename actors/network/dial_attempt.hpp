#pragma once

#include "actors/credentials.hpp"
#include "actors/network/host_lookup.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network/spoken_protocols.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

namespace ariadne {

/// How a connection is to be secured.
struct tls_request {
  std::shared_ptr<const tls_context> context;
  expected_peer peer;
};

/// For a connection to the node of this name in the cluster of the credentials, or to any node of it if the name is
/// empty. Nothing, for a plain connection, without credentials.
std::optional<tls_request> tls_for(const std::shared_ptr<const credentials>& security, const std::string& node);

/// One attempt to connect to a node: tries the addresses of its host one after the other, until one accepts the
/// connection, shows a certificate of the node, if it has to, and begins CAF's handshake, which is left to be read.
/// What speaks another protocol than ours is told so. A state machine over sockets that never blocks: whoever owns it
/// waits as it says, and has it go on.
class dial_attempt {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The last step that is wanted.
  enum class goal { connection, handshake };

  /// Each address may take its share of the time that is left then.
  dial_attempt(std::vector<socket_address> addresses, time_point now, time_point deadline, goal wanted,
               std::optional<tls_request> security);

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
  caf::expected<link_socket> take_result();

private:
  enum class step { connecting, securing, header, payload, hanging_up, over };

  void try_next(time_point now);
  void connected(time_point now);
  void secure(time_point now);
  void has_link(time_point now);
  void hear(time_point now);
  std::optional<std::string> hear_begin(std::size_t size, time_point now);
  void heard_header(time_point now);
  void judge(const spoken_protocols& protocols);
  void refuse(std::string_view what, time_point now);
  void not_admitted(std::string_view why, time_point now);
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
  std::optional<tls_request> security_;
  link_socket socket_;
  tls_channel::progress securing_ = tls_channel::progress::done;
  /// What has been read of the handshake over TLS, which cannot be left where it is.
  std::string begin_;
  handshake_header header_;
  /// Why the addresses so far are of no use: of the one that got furthest.
  caf::error problem_;
  step problem_step_ = step::connecting;
};

/// Whether an attempt has failed since nobody listens at the address.
bool is_refusal(const caf::error& error);

/// Has a whole attempt made, and blocks until it is over. The host is looked up first, within the same time.
caf::expected<link_socket> dial(const endpoint& address, std::chrono::milliseconds timeout, dial_attempt::goal wanted,
                                std::optional<tls_request> security);

} // namespace ariadne
