// Tests the engine on a cluster: engine_test PATH_OF_ENGINE

#include "protocol.hpp"

#include <ariadne/testing/child_process.hpp>
#include <ariadne/testing/node_client.hpp>
#include <ariadne/testing/reserved_port.hpp>

#include <ariadne/actors/snapshot.hpp>

#include <memory>

int main(int, char** argv) {
  using namespace ariadne::test;
  const temporary_directory logs;
  const reserved_port a;
  const reserved_port b;
  auto start = [&](const std::string& name) {
    const auto out = logs.path() / name;
    auto result = std::make_unique<child_process>(
      std::vector<std::string>{argv[1], name, "a=" + std::to_string(a.number()), "b=" + std::to_string(b.number())},
      child_process::streams{.out = out, .err = "/dev/null"});
    if (!eventually([&] { return read_file(out) == "ready\n" || !result->running(); }) || !result->running())
      throw std::runtime_error("node " + name + " does not become ready");
    return result;
  };
  auto first = start("a");
  auto second = start("b");
  node_client{"127.0.0.1", a.number()}.stash("duel", *ariadne::make_snapshot(engine::match{7, "north"}));
  first->signal(15);
  if (first->wait() != 0)
    return 1;
  const auto found = node_client{"127.0.0.1", b.number()}.pickup("duel");
  return found.outcome == ariadne::pickup_outcome::found ? 0 : 2;
}
