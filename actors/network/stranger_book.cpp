#include "actors/network/stranger_book.hpp"

namespace ariadne {

void stranger_book::report(const std::string& host, const spoken_protocols& protocols) {
  const auto what = difference(protocols);
  if (what && reported_.size() < reports_max && reported_.insert(host).second)
    log_({log_level::warning,
          log_event::protocol_not_spoken,
          "a node or client at {address} cannot connect: it speaks another protocol: {reason}",
          {{"address", host}, {"reason", *what}}});
}

} // namespace ariadne
