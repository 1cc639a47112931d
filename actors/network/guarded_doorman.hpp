#pragma once

#include "actors/network/connection_keeper.hpp"
#include "actors/network/stranger_book.hpp"
#include "actors/network/tcp_socket.hpp"
#include "actors/network/tls_gatekeeper.hpp"

#include <caf/io/doorman.hpp>
#include <caf/io/network/acceptor_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace ariadne {

/// An open port, as CAF's own doorman, but: the connections that it accepts are guarded, and get descriptors that have
/// not been in use for long; those that are secured come to CAF once the other side has shown who it is; and where the
/// system cannot accept one, it says so and waits a moment, while CAF tries again at once for ever.
class guarded_doorman : public caf::io::doorman, private kept_doorman {
public:
  /// Takes over the descriptor of a socket that listens.
  guarded_doorman(caf::io::network::default_multiplexer& multiplexer, std::shared_ptr<connection_keeper> keeper, int fd,
                  std::shared_ptr<stranger_book> strangers, const std::shared_ptr<credentials>& security);
  ~guarded_doorman() override;

  bool new_connection() override;
  void graceful_shutdown() override;
  void launch() override;
  std::string addr() const override;
  std::uint16_t port() const override;
  void add_to_loop() override;
  void remove_from_loop() override;

private:
  /// CAF's policy for acceptors.
  class accepting {
  public:
    explicit accepting(guarded_doorman& owner) : owner_(owner) {}

    bool try_accept(caf::io::network::native_socket& accepted, caf::io::network::native_socket fd) {
      return owner_.accept(accepted, fd);
    }

  private:
    guarded_doorman& owner_;
  };

  // kept_doorman
  void go_on() override;
  caf::io::abstract_broker* broker() override {
    return parent();
  }

  void begin_handshakes(const std::shared_ptr<credentials>& security);
  bool let_in(link_socket link, std::string address);
  void let_guests_in();
  bool accept(caf::io::network::native_socket& accepted, caf::io::network::native_socket fd);
  void cannot_accept(int error);
  void turn_one_away();

  std::shared_ptr<connection_keeper> keeper_;
  std::shared_ptr<stranger_book> strangers_;
  /// Of the connection that has been accepted last.
  std::string address_;
  /// Kept for the time when there is no other left.
  tcp_socket spare_;
  bool is_waiting_ = false;
  caf::io::network::acceptor_impl<accepting> acceptor_;
  /// What the gatekeeper's thread knows of this doorman, which may have gone meanwhile.
  std::shared_ptr<guarded_doorman*> self_ = std::make_shared<guarded_doorman*>(this);
  /// Null, if connections are plain.
  std::unique_ptr<tls_gatekeeper> gatekeeper_;
};

} // namespace ariadne
