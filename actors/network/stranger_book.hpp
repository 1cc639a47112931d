#pragma once

#include "actors/log.hpp"
#include "actors/network/spoken_protocols.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace ariadne {

/// Has each host reported once that cannot be spoken to. All in the thread of the multiplexer.
class stranger_book {
public:
  /// Nodes that speak other protocols come again and again; more hosts than these are not remembered.
  static constexpr std::size_t reports_max = 1000;

  explicit stranger_book(log_sink log) : log_(std::move(log)) {}

  void report(const std::string& host, const spoken_protocols& protocols);

private:
  log_sink log_;
  std::set<std::string> reported_;
};

} // namespace ariadne
