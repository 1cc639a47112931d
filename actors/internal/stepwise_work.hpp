#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace ariadne {

/// When an actor does the next step of work that would take too long for one message. It sends itself a message for
/// each step, so that whatever else waits in its mailbox comes in between.
///
/// Where thousands of messages wait, that one comes late, whatever its priority: CAF 1.x does not look at what has come
/// in before it is through with what it has taken out. So the step is done without waiting for the message once as much
/// time has gone by since the last step as that took. So work gets half of the actor's time. A handler that may take
/// long says so by a `long_handler`, and takes no step on top of its own work if that was long.
///
/// Not thread-safe; `Clock` is replaced in tests.
template <class Clock = std::chrono::steady_clock>
class stepwise_work {
public:
  /// Stands for as long as a handler runs that may take long by itself. They are not nested.
  class long_handler {
  public:
    explicit long_handler(stepwise_work& work) : work_(work) {
      work_.long_since_ = Clock::now();
    }
    long_handler(const long_handler&) = delete;
    long_handler& operator=(const long_handler&) = delete;
    ~long_handler() {
      work_.long_since_.reset();
    }

  private:
    stepwise_work& work_;
  };

  /// To be called at the end of whatever may have made work, and at the end of other handlers while there is some.
  /// Calls `step` if it is time for that; a call from within `step` does nothing. Returns whether the message for the
  /// next step is to be sent.
  template <class HasWork, class Step>
  [[nodiscard]] bool go_on(HasWork has_work, Step step) {
    if (is_stepping_ || !has_work())
      return false;
    const auto now = Clock::now();
    if (!std::exchange(is_message_under_way_, true)) {
      waits_since_ = now;
      return true;
    }
    if (now - waits_since_ >= last_took_ && (!long_since_ || now - *long_since_ < own_time_max))
      take(step);
    return false;
  }

  /// To be called when the message has come; `go_on` is to follow.
  template <class Step>
  void message_came(Step step) {
    is_message_under_way_ = false;
    take(step);
  }

private:
  /// A step that has taken longer was interrupted.
  static constexpr std::chrono::milliseconds step_time_max{5};
  /// What a handler may have taken before it takes a step: both together are to take five milliseconds at most.
  static constexpr std::chrono::milliseconds own_time_max{2};

  template <class Step>
  void take(Step& step) {
    const auto began = Clock::now();
    is_stepping_ = true;
    step();
    is_stepping_ = false;
    waits_since_ = Clock::now();
    last_took_ = std::min<typename Clock::duration>(waits_since_ - began, step_time_max);
  }

  bool is_message_under_way_ = false;
  bool is_stepping_ = false;
  typename Clock::time_point waits_since_{};
  typename Clock::duration last_took_{};
  std::optional<typename Clock::time_point> long_since_;
};

} // namespace ariadne
