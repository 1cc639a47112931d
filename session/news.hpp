#pragma once

#include "session/session_record.hpp"

#include <cstdint>
#include <deque>
#include <utility>

namespace ariadne::session {

/// Something has happened to all sessions of a host.
struct news {
  enum class type {
    /// `host` is no longer up.
    host_gone,
    /// The host has seen no majority.
    paused,
    /// The map has begun anew, empty.
    map_restarted,
  };
  type what = type::host_gone;
  host_id host;
};

/// What has happened to all sessions of a host, for each to hear before anything else happens to it: so to tell ten
/// thousand takes no longer than to tell one, and comes to the same as if all had been told at once.
class news_log {
public:
  /// News are numbered 1, 2, 3, ...; a session has heard all up to a number.
  using number = std::uint64_t;

  void add(news n) {
    log_.push_back(std::move(n));
  }

  number last() const {
    return forgotten_ + log_.size();
  }

  /// Calls `tell(news)` for all that come after `heard`, which moves on before each.
  template <class Tell>
  void tell(number& heard, Tell tell) const {
    while (heard < last())
      tell(log_[static_cast<std::size_t>(heard++ - forgotten_)]);
  }

  /// All sessions have heard these.
  void forget_up_to(number heard) {
    for (; forgotten_ < heard; ++forgotten_)
      log_.pop_front();
  }

  std::size_t size() const {
    return log_.size();
  }

private:
  number forgotten_ = 0;
  std::deque<news> log_;
};

} // namespace ariadne::session
