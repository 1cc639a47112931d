#pragma once

#include "actors/error.hpp"
#include "actors/system_config.hpp"
#include "test/support/eventually.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/expected.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace ariadne::test {

struct test_config : caf::actor_system_config {
  test_config() {
    configure_with_network(*this);
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 2u);
  }
};

/// An actor system, an actor in it that speaks for the test, and the actors that are to end with it.
class test_system {
public:
  test_system() = default;
  ~test_system() {
    for (const auto& kept : kept_)
      caf::anon_send_exit(kept, caf::exit_reason::user_shutdown);
  }

  template <class Handle>
  Handle keep(Handle handle) {
    kept_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  template <class Answer, class Handle, class... Arguments>
  caf::expected<Answer> try_ask(const Handle& whom, Arguments... arguments) {
    return try_ask_within<Answer>(patience, whom, std::move(arguments)...);
  }

  template <class Answer, class Handle, class... Arguments>
  caf::expected<Answer> try_ask_within(std::chrono::seconds timeout, const Handle& whom, Arguments... arguments) {
    caf::expected<Answer> result{caf::sec::none};
    self->request(whom, timeout, std::move(arguments)...)
      .receive([&](Answer& answer) { result = std::move(answer); },
               [&](caf::error& reason) { result = std::move(reason); });
    return result;
  }

  /// Throws std::runtime_error with the reason if the answer is an error.
  template <class Answer, class Handle, class... Arguments>
  Answer ask(const Handle& whom, Arguments... arguments) {
    auto answer = try_ask<Answer>(whom, std::move(arguments)...);
    if (!answer)
      throw std::runtime_error(describe(answer.error()));
    return std::move(*answer);
  }

  test_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};

private:
  std::vector<caf::actor> kept_;
};

} // namespace ariadne::test
