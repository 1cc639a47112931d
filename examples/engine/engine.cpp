// One node of a small game engine: engine NAME NAME=PORT...
//
// It has an actor system of its own, with the engine's own messages and actors; Ariadne's actors live beside them.

#include "protocol.hpp"

#include <ariadne/actors/error.hpp>
#include <ariadne/actors/snapshot.hpp>
#include <ariadne/actors/supervisor.hpp>
#include <ariadne/actors/system_config.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <vector>

namespace engine {

using namespace std::chrono_literals;

struct engine_config : caf::actor_system_config {
  engine_config() {
    ariadne::configure_with_network<caf::id_block::engine>(*this);
    set("scheduler.policy", caf::atom("sharing"));
  }
};

struct arena_state {
  std::map<std::string, match> matches;
  std::vector<ariadne::leftover> leftovers;
  std::size_t stashing = 0;
};

match play(match& played, const std::string& move) {
  ++played.moves;
  played.last_move = move;
  return played;
}

/// The match that somebody has stashed, or a new one if it is certain that nobody has.
caf::expected<match> resume(const ariadne::pickup_result& stashed) {
  switch (stashed.outcome) {
    case ariadne::pickup_outcome::found:
      return ariadne::restore<match>(stashed.state);
    case ariadne::pickup_outcome::absent:
      return match{};
    case ariadne::pickup_outcome::pending:
      break;
  }
  return ariadne::make_error(ariadne::ec::refused, "a node that may have the match is down");
}

arena_actor::behavior_type arena(arena_actor::stateful_pointer<arena_state> self) {
  auto& state = self->state;
  auto handoff = [self] {
    return self->system().registry().get<ariadne::state_handoff_actor>(ariadne::handoff_atom_v);
  };
  return {
    [=, &state](play_atom, const std::string& id, const std::string& move) -> caf::result<match> {
      if (auto found = state.matches.find(id); found != state.matches.end())
        return play(found->second, move);
      auto answer = self->make_response_promise<match>();
      const ariadne::wait_options until_certain{.wait_ms = 5'000, .until = ariadne::wait_end::certainty};
      self->request(handoff(), 6s, ariadne::take_atom_v, id, until_certain)
        .await(
          [=, &state](const ariadne::pickup_result& stashed) mutable {
            auto resumed = resume(stashed);
            if (resumed)
              answer.deliver(play(state.matches[id] = *resumed, move));
            else
              answer.deliver(std::move(resumed.error()));
          },
          [=](caf::error& error) mutable { answer.deliver(std::move(error)); });
      return answer;
    },
    [=, &state](ariadne::drain_atom) -> caf::result<std::vector<ariadne::leftover>> {
      auto answer = self->make_response_promise<std::vector<ariadne::leftover>>();
      auto stashed = [&state, answer](std::vector<ariadne::leftover> leftovers) mutable {
        state.leftovers.insert(state.leftovers.end(), leftovers.begin(), leftovers.end());
        if (--state.stashing == 0)
          answer.deliver(state.leftovers);
      };
      state.stashing = state.matches.size() + 1;
      for (const auto& [id, played] : state.matches)
        self->request(handoff(), 6s, ariadne::stash_atom_v, id, *ariadne::make_snapshot(played))
          .then([=](const ariadne::receipt&) mutable { stashed({}); },
                [=, id = id](const caf::error& error) mutable {
                  stashed({{id, ariadne::describe(error)}});
                });
      state.matches.clear();
      stashed({});
      return answer;
    },
  };
}

int run(const ariadne::seed_node& self, const std::vector<ariadne::seed_node>& nodes) {
  // Before there are threads, so that none of them is interrupted.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  engine_config config;
  caf::actor_system system{config};
  auto options = ariadne::options_for_node("engine", self, nodes);
  options.services.push_back({arena_atom_v, [](caf::actor_system& system) {
                                return caf::actor_cast<ariadne::participant_actor>(system.spawn(arena));
                              }});
  const auto supervisor = ariadne::spawn_supervisor(system, options);

  caf::scoped_actor here{system};
  ariadne::state_handoff_actor handoff;
  auto complain = [](const caf::error& error) { std::cerr << ariadne::describe(error) << '\n'; };
  here->request(supervisor, caf::infinite, ariadne::handoff_atom_v)
    .receive([&](ariadne::state_handoff_actor& actor) { handoff = std::move(actor); }, complain);
  if (!handoff)
    return EXIT_FAILURE;
  std::cout << "ready" << std::endl;

  int signal = 0;
  sigwait(&stop, &signal);

  auto complete = false;
  here->request(handoff, 12s, ariadne::drain_atom_v, std::uint64_t{5'000}, std::uint64_t{5'000})
    .receive([&](const ariadne::drain_report& report) { complete = report.complete; }, complain);
  here->request(supervisor, 2s, ariadne::leave_atom_v).receive([](bool) {}, complain);
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  return complete ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace engine

int main(int argc, char** argv) {
  std::vector<ariadne::seed_node> nodes;
  const ariadne::seed_node* self = nullptr;
  for (int i = 2; i < argc; ++i) {
    const std::string argument{argv[i]};
    const auto split = argument.find('=');
    const auto address = ariadne::endpoint_from_string("127.0.0.1:" + argument.substr(split + 1));
    if (split == std::string::npos || !address) {
      std::cerr << "not NAME=PORT: " << argument << '\n';
      return EXIT_FAILURE;
    }
    nodes.push_back({argument.substr(0, split), *address});
  }
  for (const auto& node : nodes)
    if (node.name == argv[1])
      self = &node;
  if (self == nullptr) {
    std::cerr << "usage: engine NAME NAME=PORT... with one NAME=PORT for each node\n";
    return EXIT_FAILURE;
  }
  return engine::run(*self, nodes);
}
