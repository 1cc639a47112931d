#include <ariadne/ariadne.hpp>

#include <caf/scoped_actor.hpp>

#include <iostream>
#include <string>

int main() {
  caf::actor_system_config config;
  ariadne::configure(config);
  caf::actor_system system{config};
  const ariadne::lone_node node{system, {.cluster = "minotaur", .node = "a"}};
  caf::scoped_actor self{system};
  const auto complain = [](const caf::error& error) { std::cerr << ariadne::describe(error) << '\n'; };
  ariadne::stash(self, "game_ABYZ", std::string{"round 7"})
    .receive([](const ariadne::receipt&) { std::cout << "stashed\n"; }, complain);
  ariadne::pickup<std::string>(self, "game_ABYZ")
    .receive([](const ariadne::found<std::string>& game) { std::cout << game.state << '\n'; },
             [](ariadne::absent) { std::cout << "there is no such game\n"; },
             [](ariadne::pending) { std::cout << "another node may have it\n"; }, complain);
}
