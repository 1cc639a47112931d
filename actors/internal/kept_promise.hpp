#pragma once

#include "actors/error.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace ariadne {

/// A promise that is kept whatever happens: CAF leaves it unanswered if its actor ends first. Then the answer is
/// `otherwise`.
template <class Answer>
class kept_promise {
public:
  explicit kept_promise(caf::typed_response_promise<Answer> promise, ec otherwise = ec::replica_restarting)
    : promise_(std::move(promise)), otherwise_(otherwise) {}
  kept_promise(kept_promise&& other) noexcept
    : promise_(std::exchange(other.promise_, {})), otherwise_(other.otherwise_) {}
  kept_promise& operator=(kept_promise&& other) noexcept {
    std::swap(promise_, other.promise_);
    std::swap(otherwise_, other.otherwise_);
    return *this;
  }
  ~kept_promise() {
    if (promise_.pending())
      promise_.deliver(make_error(otherwise_));
  }

  /// Whether anybody is there to be answered.
  bool is_wanted() const {
    return promise_.pending();
  }

  void deliver(caf::expected<Answer> answer) {
    if (answer)
      promise_.deliver(std::move(*answer));
    else
      promise_.deliver(std::move(answer.error()));
  }

private:
  caf::typed_response_promise<Answer> promise_;
  ec otherwise_ = ec::replica_restarting;
};

} // namespace ariadne
