// The smallest use of the handoff actor: stash a state, and pick it up.

#include <ariadne/actors/caf_edition.hpp>
#include <ariadne/actors/error.hpp>
#include <ariadne/actors/snapshot.hpp>
#include <ariadne/actors/state_handoff.hpp>
#include <ariadne/actors/system_config.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>

int main() {
  caf::actor_system_config config;
  ariadne::configure(config);
  caf::actor_system system{config};
  ariadne::state_handoff_options options;
  options.cluster = "minotaur";
  options.node = "a";
  auto handoff = ariadne::spawn_state_handoff(system, options);

  caf::scoped_actor self{system};
  auto complain = [&](const caf::error& error) { std::cerr << ariadne::describe(error) << '\n'; };
  auto state = ariadne::make_snapshot(std::string{"round 7"});
  ariadne::mail(self, ariadne::stash_atom_v, std::string{"game_ABYZ"}, *state)
    .request(handoff, std::chrono::seconds{1})
    .receive([](const ariadne::receipt&) { std::cout << "stashed\n"; }, complain);
  ariadne::mail(self, ariadne::pickup_atom_v, std::string{"game_ABYZ"})
    .request(handoff, std::chrono::seconds{1})
    .receive(
      [](const ariadne::pickup_result& result) { std::cout << *ariadne::restore<std::string>(result.state) << '\n'; },
      complain);
  self->send_exit(handoff, caf::exit_reason::user_shutdown);
}
