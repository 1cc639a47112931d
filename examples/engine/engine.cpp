// One node of a small game engine: engine NAME NAME=PORT..., one NAME=PORT for each node of the cluster

#include "engine.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

int fail(const std::string& why) {
  std::cerr << "engine: " << why << std::endl;
  return EXIT_FAILURE;
}

int run(const ariadne::seed_node& self, const std::vector<ariadne::seed_node>& nodes) {
  // Blocked before there are threads, so that none of them is interrupted.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  engine::engine_config config;
  caf::actor_system system{config};
  std::string failure;
  auto options = ariadne::options_for_node("engine", self, nodes);
  options.on_failure = [&failure](const ariadne::node_failure& why) {
    failure = why.reason;
    kill(getpid(), SIGTERM);
  };
  engine::add_matches(options);
  auto node = ariadne::node::start(system, options);
  if (!node)
    return fail(failure);
  std::cout << "ready" << std::endl;

  int signal = 0;
  sigwait(&stop, &signal);

  const auto report = node->stop();
  if (!report)
    return fail(failure.empty() ? ariadne::describe(report.error()) : failure);
  for (const auto& [match, reason] : report->leftovers)
    fail(match + " is lost: " + reason);
  return report->complete ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  std::vector<ariadne::seed_node> nodes;
  for (int i = 2; i < argc; ++i) {
    const std::string text = argv[i];
    const auto split = text.find('=');
    const auto address = ariadne::endpoint_from_string("127.0.0.1:" + text.substr(split + 1));
    if (split == std::string::npos || !address)
      return fail("not NAME=PORT: " + text);
    nodes.push_back({text.substr(0, split), *address});
  }
  for (const auto& node : nodes)
    if (node.name == argv[1])
      return run(node, nodes);
  return fail("usage: engine NAME NAME=PORT..., one NAME=PORT for each node of the cluster");
}
