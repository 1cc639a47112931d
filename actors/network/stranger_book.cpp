#include "actors/network/stranger_book.hpp"

#include <fmt/format.h>

namespace ariadne {

void stranger_book::report(const std::string& host, const spoken_protocols& protocols) {
  const auto what = difference(protocols);
  if (what && reported_.size() < reports_max && reported_.insert(host).second)
    log_(log_level::warning, log_event::protocol_not_spoken,
         fmt::format("a node or client at {} cannot connect: it speaks another protocol: {}", host, *what));
}

} // namespace ariadne
