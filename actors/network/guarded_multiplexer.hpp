#pragma once

#include "actors/network/connection_keeper.hpp"
#include "actors/network/stranger_book.hpp"

#include <caf/io/network/default_multiplexer.hpp>

#include <memory>
#include <utility>

namespace ariadne {

/// CAF's network, where every connection is guarded, whoever opens it and however.
class guarded_multiplexer : public caf::io::network::default_multiplexer {
public:
  /// `system` is what CAF's own is made of.
  template <class System>
  explicit guarded_multiplexer(System&& system)
    : default_multiplexer(std::forward<System>(system)), keeper_(std::make_shared<connection_keeper>(*this)) {}

  /// One that leads from here to another node.
  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket fd) override;
  caf::io::doorman_ptr new_doorman(caf::io::network::native_socket fd) override;
  caf::io::doorman_ptr new_doorman(caf::io::network::native_socket fd, std::shared_ptr<stranger_book> strangers);

  connection_keeper& keeper() {
    return *keeper_;
  }

private:
  std::shared_ptr<connection_keeper> keeper_;
};

} // namespace ariadne
