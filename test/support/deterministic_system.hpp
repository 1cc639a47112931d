#pragma once

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <utility>

namespace ariadne::test {

struct deterministic_config : caf::actor_system_config {
  deterministic_config() {
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// An actor system in which nothing happens, and no time passes, unless the test says so. The actors in it have to be
/// ended, and `run` to be called, before it is destroyed.
class deterministic_system {
public:
  /// Sends a request and lets all actors do what they can do at once. The answer can be waited for with `receive`.
  template <class Handle, class... Arguments>
  auto request(const Handle& whom, Arguments... arguments) {
    auto handle = client_->request(whom, caf::infinite, std::move(arguments)...);
    run();
    return handle;
  }

  /// The answer to a request, which has to be there by now.
  template <class Answer, class Pending>
  caf::expected<Answer> answer_to(Pending pending) {
    BOOST_REQUIRE(client_->has_next_message());
    caf::expected<Answer> result{caf::sec::none};
    pending.receive([&](Answer& answer) { result = std::move(answer); },
                    [&](caf::error& reason) { result = std::move(reason); });
    return result;
  }

  bool unanswered() {
    return !client_->has_next_message();
  }

  void pass(std::chrono::milliseconds time) {
    coordinator().advance_time(time);
    run();
  }

  void run() {
    coordinator().run();
  }

  caf::actor_system& system() {
    return system_;
  }

private:
  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  deterministic_config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor client_{system_};
};

} // namespace ariadne::test
