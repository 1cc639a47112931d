#pragma once

#include "actors/log.hpp"
#include "app/process/file_descriptor.hpp"
#include "app/process/process_signals.hpp"
#include "app/process/stop_requests.hpp"

#include <functional>
#include <future>
#include <thread>
#include <utility>

namespace ariadne {

/// What the main thread of a node waits for: signals, and what other threads do. To be made before those are started.
class node_signals {
public:
  /// Throws std::system_error.
  node_signals();

  /// Where signals are told of.
  void log_to(log_sink log) {
    log_ = std::move(log);
  }

  /// What SIGHUP means to a node without a terminal, from now on; called in the main thread.
  void on_hang_up(std::function<void()> read_again) {
    on_hang_up_ = std::move(read_again);
  }

  /// Has the main thread look whether it still has to wait. Thread-safe.
  void wake() const;

  /// Waits until it is over, or until somebody has asked for a stop. Ends the process if it is to break off.
  void wait(const std::function<bool()>& is_over);

  /// Has the work done in a thread of its own, and sees signals meanwhile. Answers what it does.
  template <class Work>
  auto attend(Work work) {
    std::promise<decltype(work())> promise;
    auto result = promise.get_future();
    std::thread working{[&] {
      promise.set_value(work());
      wake();
    }};
    see_until([&] { return result.wait_for(std::chrono::seconds{0}) == std::future_status::ready; });
    working.join();
    return result.get();
  }

private:
  void see_until(const std::function<bool()>& is_over);
  void see(const arrived_signal& signal);

  process_signals signals_;
  stop_requests requests_;
  file_descriptor wake_;
  log_sink log_ = log_nothing;
  std::function<void()> on_hang_up_;
  bool is_stop_requested_ = false;
};

} // namespace ariadne
