// The smallest use of the handoff actor: stash a state, and pick it up.

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
  auto complain = [&](const caf::error& error) { std::cerr << system.render(error) << '\n'; };
  auto state = ariadne::make_snapshot(std::string{"round 7"});
  self->request(handoff, std::chrono::seconds{1}, ariadne::stash_atom_v, std::string{"game_ABYZ"}, *state)
    .receive([](const ariadne::receipt&) { std::cout << "stashed\n"; }, complain);
  self->request(handoff, std::chrono::seconds{1}, ariadne::pickup_atom_v, std::string{"game_ABYZ"})
    .receive(
      [](const ariadne::pickup_result& result) { std::cout << *ariadne::restore<std::string>(result.state) << '\n'; },
      complain);
  self->send_exit(handoff, caf::exit_reason::user_shutdown);
}
