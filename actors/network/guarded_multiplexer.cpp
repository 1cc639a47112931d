#include "actors/network/guarded_multiplexer.hpp"

#include "actors/network/guarded_doorman.hpp"
#include "actors/network/guarded_scribe.hpp"
#include "actors/network/tcp_socket.hpp"

#include <caf/io/network/native_socket.hpp>

#include <string>

namespace ariadne {

caf::io::scribe_ptr guarded_multiplexer::new_scribe(caf::io::network::native_socket fd) {
  tcp_socket socket{fd};
  socket.keep_alive();
  auto address = caf::io::network::remote_addr_of_fd(fd);
  return caf::make_counted<guarded_scribe>(*this, keeper_, socket.release(), connection_side::opened,
                                           address ? std::move(*address) : std::string{"another node"}, nullptr);
}

caf::io::doorman_ptr guarded_multiplexer::new_doorman(caf::io::network::native_socket fd) {
  return new_doorman(fd, std::make_shared<stranger_book>(log_nothing));
}

caf::io::doorman_ptr guarded_multiplexer::new_doorman(caf::io::network::native_socket fd,
                                                      std::shared_ptr<stranger_book> strangers) {
  return caf::make_counted<guarded_doorman>(*this, keeper_, fd, std::move(strangers));
}

} // namespace ariadne
