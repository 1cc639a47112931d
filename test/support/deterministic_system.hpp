#pragma once

#include "actors/caf_edition.hpp"
#include "actors/system_config.hpp"
#include "driven_system.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <utility>

namespace ariadne::test {

/// An actor system in which nothing happens, and no time passes, unless the test says so. The actors in it have to be
/// ended, and `run` to be called, before it is destroyed.
class deterministic_system {
public:
  /// Sends a request and lets all actors do what they can do at once. The answer can be waited for with `receive`.
  template <class Handle, class... Arguments>
  auto request(const Handle& whom, Arguments... arguments) {
    auto handle = mail(client_, std::move(arguments)...).request(whom, caf::infinite);
    run();
    return handle;
  }

  /// The answer to a request, which has to be there by now.
  template <class Answer, class Pending>
  caf::expected<Answer> answer_to(Pending pending) {
    BOOST_REQUIRE(client_->has_next_message());
    caf::expected<Answer> result{caf::sec::none};
    std::move(pending).receive([&](Answer& answer) { result = std::move(answer); },
                               [&](caf::error& reason) { result = std::move(reason); });
    return result;
  }

  bool unanswered() {
    return !client_->has_next_message();
  }

  void pass(std::chrono::milliseconds time) {
    driven_.advance(time);
    run();
  }

  void run() {
    driven_.run();
  }

  caf::actor_system& system() {
    return driven_.system();
  }

private:
  driven_system driven_{configure<>};
  caf::scoped_actor client_{driven_.system()};
};

} // namespace ariadne::test
