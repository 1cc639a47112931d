#pragma once

#include "actors/error.hpp"
#include "bench/latencies.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

namespace ariadne::bench {

/// One request after the other from an actor, each as soon as the one before is answered.
template <class Answer, class Request>
class request_loop : public std::enable_shared_from_this<request_loop<Answer, Request>> {
public:
  request_loop(std::size_t count, Request request) : count_(count), request_(std::move(request)) {
    times_.reserve(count);
  }

  std::future<latencies> result() {
    return done_.get_future();
  }

  void next(caf::event_based_actor* self) {
    if (times_.count() == count_)
      return done_.set_value(std::move(times_));
    const auto begin = std::chrono::steady_clock::now();
    request_(self, times_.count())
      .then(
        [self, begin, loop = this->shared_from_this()](const Answer&) {
          loop->times_.add(std::chrono::steady_clock::now() - begin);
          loop->next(self);
        },
        [loop = this->shared_from_this()](caf::error& error) {
          loop->done_.set_exception(std::make_exception_ptr(std::runtime_error(ariadne::describe(error))));
        });
  }

private:
  std::size_t count_;
  Request request_;
  latencies times_;
  std::promise<latencies> done_;
};

/// How long each of `count` requests takes that an actor makes one after the other: `request(actor, number)` sends one
/// and returns what CAF returns for it. Throws std::runtime_error if one is answered by an error.
template <class Answer, class Request>
latencies time_requests(caf::actor_system& system, std::size_t count, Request request) {
  const auto loop = std::make_shared<request_loop<Answer, Request>>(count, std::move(request));
  auto result = loop->result();
  system.spawn([loop](caf::event_based_actor* self) { loop->next(self); });
  return result.get();
}

} // namespace ariadne::bench
