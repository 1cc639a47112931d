#pragma once

#include <cstdint>
#include <exception>

namespace ariadne::session {

/// An event comes in: begins what has to be done before it counts, and does what has to be done after it, whichever way
/// its handler ends. `Host` has `begin_event(now_ms)` and `end_event()`.
template <class Host>
class [[nodiscard]] event_scope {
public:
  event_scope(Host& host, std::uint64_t now_ms) : host_(host), exceptions_(std::uncaught_exceptions()) {
    host_.begin_event(now_ms);
  }
  /// Throws what `end_event` throws; not on top of another exception.
  ~event_scope() noexcept(false) {
    if (std::uncaught_exceptions() == exceptions_)
      host_.end_event();
  }
  event_scope(const event_scope&) = delete;
  event_scope& operator=(const event_scope&) = delete;

private:
  Host& host_;
  int exceptions_;
};

} // namespace ariadne::session
