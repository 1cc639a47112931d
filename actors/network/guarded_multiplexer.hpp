#pragma once

#include "actors/network/connection_keeper.hpp"
#include "actors/network/link_socket.hpp"
#include "actors/network/stranger_book.hpp"
#include "actors/network_security.hpp"

#include <caf/io/network/default_multiplexer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace ariadne {

/// CAF's network, where every connection is guarded, whoever opens it and however. With credentials, every connection
/// is secured with TLS as well; without, CAF listens at loopback addresses alone, unless it is told to be insecure.
class guarded_multiplexer : public caf::io::network::default_multiplexer {
public:
  /// `system` is what CAF's own is made of.
  template <class System>
  guarded_multiplexer(System&& system, network_security security)
    : default_multiplexer(std::forward<System>(system)), security_(std::move(security)),
      keeper_(std::make_shared<connection_keeper>(
        *this, security_.tls ? std::make_shared<admission_desk>(default_multiplexer::system(), security_) : nullptr)) {}

  ~guarded_multiplexer() override;

  /// One that leads from here to another node. Of a descriptor alone, it is plain: what comes from nodes that show
  /// certificates does not get past their gatekeepers.
  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket fd) override;
  caf::io::scribe_ptr new_scribe(link_socket link);
  /// Blocks, for a few seconds at most.
  caf::expected<caf::io::scribe_ptr> new_tcp_scribe(const std::string& host, std::uint16_t port) override;
  caf::io::doorman_ptr new_doorman(caf::io::network::native_socket fd) override;
  caf::io::doorman_ptr new_doorman(caf::io::network::native_socket fd, std::shared_ptr<stranger_book> strangers);
  caf::expected<caf::io::doorman_ptr> new_tcp_doorman(std::uint16_t port, const char* at, bool reuse) override;

  connection_keeper& keeper() {
    return *keeper_;
  }
  const network_security& security() const {
    return security_;
  }

private:
  const network_security security_;
  std::shared_ptr<connection_keeper> keeper_;
};

} // namespace ariadne
