#pragma once

#include <caf/io/network/event_handler.hpp>

#include <chrono>
#include <functional>

namespace ariadne {

/// Calls a function again and again in the thread of CAF's multiplexer. While it runs, the multiplexer does not end.
class ticker : public caf::io::network::event_handler {
public:
  ticker(caf::io::network::default_multiplexer& multiplexer, std::chrono::milliseconds interval,
         std::function<void()> tick);

  /// In the thread of the multiplexer, but not while that removes a handler (removed_from_loop, and destructors).
  void start();
  /// The same.
  void stop();

  void handle_event(caf::io::network::operation) override;
  void removed_from_loop(caf::io::network::operation) override {}
  void graceful_shutdown() override {}

private:
  std::function<void()> tick_;
  bool is_running_ = false;
};

} // namespace ariadne
