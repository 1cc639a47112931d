#pragma once

#include "actors/caf_edition.hpp"
#include "actors/endpoint.hpp"
#include "actors/error.hpp"
#include "actors/member_messages.hpp"
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
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ariadne::test {

/// Ariadne's message types, and two threads. Connections are plain, at any address.
struct test_config : caf::actor_system_config {
  test_config() : test_config(network_security{nullptr, true}) {}
  explicit test_config(network_security security) {
    configure_with_network(*this, std::move(security));
    use_work_sharing(*this);
    use_threads(*this, 2);
  }
};

/// An actor system, an actor in it that speaks for the test, and the actors that are to end with it.
class test_system {
public:
  test_system() : test_system(std::make_unique<test_config>()) {}
  /// With a configuration that has the application's own message types as well.
  explicit test_system(std::unique_ptr<caf::actor_system_config> config) : config_(std::move(config)) {}
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
    mail(self, std::move(arguments)...)
      .request(whom, timeout)
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

  /// The membership actor of the node at this address. Throws std::runtime_error if there is none.
  cluster_membership_actor node_at(const endpoint& address);

  /// The actor that the node at this address has registered under a name: one of its services, say. Throws
  /// std::runtime_error if there is none.
  template <class Handle>
  Handle actor_at(const endpoint& address, const std::string& name) {
    auto found = ask<caf::strong_actor_ptr>(node_at(address), get_atom_v, name);
    if (!found)
      throw std::runtime_error("no actor " + name + " at " + to_string(address));
    return caf::actor_cast<Handle>(found);
  }

private:
  std::unique_ptr<caf::actor_system_config> config_;

public:
  caf::actor_system system{*config_};
  caf::scoped_actor self{system};

private:
  std::vector<caf::actor> kept_;
};

} // namespace ariadne::test
