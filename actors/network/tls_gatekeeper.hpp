#pragma once

#include "actors/credentials.hpp"
#include "actors/log.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network/pending_handshakes.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ariadne {

/// Makes the TLS handshakes of connections that others have opened, all of them in a thread of its own: CAF's loop has
/// to do with nobody who has not shown who it is. The limits are those of handshakes with CAF: 2 s, 64 at a time, 16 of
/// one address, and the oldest has to go for a new one. Who does not get in is told by an alert of TLS. The same thread
/// looks every 30 s whether the files of the credentials have changed, and whether they expire soon.
class tls_gatekeeper {
public:
  /// A connection whose other side is of this cluster.
  struct guest {
    link_socket link;
    /// From where it comes.
    std::string address;
  };

  struct callbacks {
    /// `take_guests` has something new to return.
    std::function<void()> has_guests;
    /// Somebody at the address is not let in; why, as the end of a sentence. With an empty address, it is about none.
    std::function<void(const std::string& address, std::string_view why)> refused;
    /// Something is to be said of the credentials themselves.
    log_sink told;
  };

  /// The callbacks are called in the thread of the gatekeeper.
  tls_gatekeeper(std::shared_ptr<credentials> security, callbacks tell);
  tls_gatekeeper(const tls_gatekeeper&) = delete;
  tls_gatekeeper& operator=(const tls_gatekeeper&) = delete;
  /// Closes all connections that wait.
  ~tls_gatekeeper();

  // Any thread may call these.

  /// A connection has been accepted. Returns before its handshake.
  void begin(tcp_socket socket, std::string address);
  /// Closes the connection that waits longest: there are no descriptors left.
  void drop_oldest();
  /// Those who have shown who they are since the last call.
  std::vector<guest> take_guests();

private:
  class worker;

  std::unique_ptr<worker> worker_;
};

} // namespace ariadne
