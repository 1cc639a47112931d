// One node of a small game engine: engine CLUSTER_FILE NAME

#include "engine.hpp"

#include <ariadne/config/node_options.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

static int fail(const std::string& why) {
  std::cerr << "engine: " << why << std::endl;
  return EXIT_FAILURE;
}

static int run(ariadne::cluster_node_options options) {
  // Before there are threads.
  ariadne::stop_signals stop;
  engine::engine_config config;
  caf::actor_system system{config};
  std::string failure;
  options.node.on_failure = [&](const ariadne::node_failure& why) {
    failure = why.reason;
    stop.wake();
  };
  engine::add_matches(options.node, options.hosting);
  auto node = ariadne::node::start(system, options.node);
  if (!node)
    return fail(failure);
  std::cout << "ready" << std::endl;
  stop.wait();
  const auto report = node->stop(options.stop);
  if (!report)
    return fail(failure.empty() ? ariadne::describe(report.error()) : failure);
  for (const auto& [match, reason] : report->leftovers)
    fail(match + " is lost: " + reason);
  return report->complete ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char** argv) {
  if (argc != 3)
    return fail("usage: engine CLUSTER_FILE NAME");
  const auto file = ariadne::load_cluster_file(argv[1]);
  if (!file)
    return fail(to_string(file.error()));
  const auto options = ariadne::options_for_node(*file, argv[2]);
  return options ? run(*options) : fail(options.error());
}
